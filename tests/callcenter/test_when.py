"""Spoken times: read as elders mean them, read back in full, the past refused, doubt asked back."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.domain.week import SHANGHAI
from callcenter.when import NotInFuture, Unsettled, When, at_another_time, read_when, said_now

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)  # a Wednesday, 农历十月十七

SAID = [
    ("明天上午", "明天，11月26日星期四，上午", "11-26 08:00", "11-26 11:00"),
    ("后天下午两点到四点", "后天，11月27日星期五，下午两点到四点", "11-27 14:00", "11-27 16:00"),
    ("下礼拜三吃中饭辰光", "12月2日星期三，中午", "12-02 11:00", "12-02 13:00"),
    ("今朝夜里", "今天，11月25日星期三，晚上", "11-25 18:00", "11-25 21:00"),
    ("明早八点", "明天，11月26日星期四，上午八点", "11-26 08:00", "11-26 09:00"),
    ("明天一早", "明天，11月26日星期四，早上", "11-26 06:00", "11-26 09:00"),
    ("大后天", "11月28日星期六，全天", "11-28 08:00", "11-28 18:00"),
    ("大大后天", "11月29日星期日，全天", "11-29 08:00", "11-29 18:00"),
    ("后天夜快点", "后天，11月27日星期五，傍晚", "11-27 17:00", "11-27 19:00"),
    ("月底", "11月30日星期一，全天", "11-30 08:00", "11-30 18:00"),
    ("这个月最后一天", "11月30日星期一，全天", "11-30 08:00", "11-30 18:00"),
    ("礼拜天", "11月29日星期日，全天", "11-29 08:00", "11-29 18:00"),
    ("下个星期天的中午", "12月6日星期日，中午", "12-06 11:00", "12-06 13:00"),
    ("下下周三八点", "12月9日星期三，上午八点", "12-09 08:00", "12-09 09:00"),
    ("两个半钟头以后", "今天，11月25日星期三，中午十二点半", "11-25 12:30", "11-25 13:30"),
    ("半个钟头以后", "今天，11月25日星期三，上午十点半", "11-25 10:30", "11-25 11:30"),
    ("一刻钟以后", "今天，11月25日星期三，上午十点一刻", "11-25 10:15", "11-25 11:15"),
    ("三刻钟以后", "今天，11月25日星期三，上午十点三刻", "11-25 10:45", "11-25 11:45"),
    ("两个礼拜以后", "12月9日星期三，全天", "12-09 08:00", "12-09 18:00"),
    ("半个月以后", "12月10日星期四，全天", "12-10 08:00", "12-10 18:00"),
    ("一个月以后", "12月25日星期五，全天", "12-25 08:00", "12-25 18:00"),
    ("明朝下半日", "明天，11月26日星期四，下午", "11-26 13:00", "11-26 17:00"),
    ("十二月三号上午九点半", "12月3日星期四，上午九点半", "12-03 09:30", "12-03 10:30"),
    ("五号", "12月5日星期六，全天", "12-05 08:00", "12-05 18:00"),
    ("下个月五号", "12月5日星期六，全天", "12-05 08:00", "12-05 18:00"),
    ("明年一月五号", "2027年1月5日星期二，全天", "01-05 08:00", "01-05 18:00"),
    (
        "明天三点到五点",
        "明天，11月26日星期四，下午三点到五点",
        "11-26 15:00",
        "11-26 17:00",
    ),
    ("明天八九点", "明天，11月26日星期四，上午八点", "11-26 08:00", "11-26 09:00"),
    ("下午两三点钟", "今天，11月25日星期三，下午两点", "11-25 14:00", "11-25 15:00"),
    ("明天八点半三刻", "明天，11月26日星期四，上午八点半到八点三刻", "11-26 08:30", "11-26 08:45"),
    ("明天差一刻九点", "明天，11月26日星期四，上午八点三刻", "11-26 08:45", "11-26 09:45"),
    ("明天九点一刻", "明天，11月26日星期四，上午九点一刻", "11-26 09:15", "11-26 10:15"),
    ("两点零五分", "今天，11月25日星期三，下午两点零五分", "11-25 14:05", "11-25 15:05"),
    ("二十点", "今天，11月25日星期三，晚上八点", "11-25 20:00", "11-25 21:00"),
    ("半夜十二点", "明天，11月26日星期四，凌晨零点", "11-26 00:00", "11-26 01:00"),
    ("今天夜里两点", "明天，11月26日星期四，凌晨两点", "11-26 02:00", "11-26 03:00"),
    (
        "上午十点到下午两点",
        "明天，11月26日星期四，上午十点到下午两点",
        "11-26 10:00",
        "11-26 14:00",
    ),
    ("明天吃好中饭", "明天，11月26日星期四，下午", "11-26 13:00", "11-26 17:00"),
    ("明天中饭以前", "明天，11月26日星期四，上午", "11-26 08:00", "11-26 11:00"),
    ("不是明天，是后天", "后天，11月27日星期五，全天", "11-27 08:00", "11-27 18:00"),
    ("明天没空，后天上午", "后天，11月27日星期五，上午", "11-27 08:00", "11-27 11:00"),
    ("昨天就没饭吃，明天中午送来", "明天，11月26日星期四，中午", "11-26 11:00", "11-26 13:00"),
    ("冬至", "冬至，12月22日星期二，全天", "12-22 08:00", "12-22 18:00"),
    (
        "上午九点到十一点，通扬路八号二零一",
        "明天，11月26日星期四，上午九点到十一点",
        "11-26 09:00",
        "11-26 11:00",
    ),
    ("过三天", "11月28日星期六，全天", "11-28 08:00", "11-28 18:00"),
    ("周末", "11月28日星期六，全天", "11-28 08:00", "11-28 18:00"),
    ("明天十点前", "明天，11月26日星期四，上午八点到十点", "11-26 08:00", "11-26 10:00"),
    ("明天十点以后", "明天，11月26日星期四，上午十点到中午十二点", "11-26 10:00", "11-26 12:00"),
    ("随便什么时候", "明天，11月26日星期四，全天", "11-26 08:00", "11-26 18:00"),
    ("明天这个时候", "明天，11月26日星期四，上午十点", "11-26 10:00", "11-26 11:00"),
    ("马上", "今天，11月25日星期三，尽快", "11-25 10:00", "11-25 12:00"),
    (
        "每个礼拜三上午",
        "每个星期三，头一次是12月2日星期三，上午",
        "12-02 08:00",
        "12-02 11:00",
    ),
    ("天天中午", "天天，头一次是明天，11月26日星期四，中午", "11-26 11:00", "11-26 13:00"),
    ("初八", "农历十一月初八，12月16日星期三，全天", "12-16 08:00", "12-16 18:00"),
    ("农历十月二十", "农历十月二十，11月28日星期六，全天", "11-28 08:00", "11-28 18:00"),
    ("十一月初三上午", "农历十一月初三，12月11日星期五，上午", "12-11 08:00", "12-11 11:00"),
    ("腊月廿四", "农历腊月二十四，2027年1月31日星期日，全天", "01-31 08:00", "01-31 18:00"),
    ("正月初八", "农历正月初八，2027年2月13日星期六，全天", "02-13 08:00", "02-13 18:00"),
    ("年初三", "农历正月初三，2027年2月8日星期一，全天", "02-08 08:00", "02-08 18:00"),
    ("年三十", "除夕，2027年2月5日星期五，全天", "02-05 08:00", "02-05 18:00"),
    ("除夕上午", "除夕，2027年2月5日星期五，上午", "02-05 08:00", "02-05 11:00"),
    ("国庆第二天", "2027年10月2日星期六，全天", "10-02 08:00", "10-02 18:00"),
    ("清明", "清明，2027年4月5日星期一，全天", "04-05 08:00", "04-05 18:00"),
]


def told(text: str, now: datetime = NOW) -> When:
    """The time that is read; there is one."""
    when = read_when(text, now)
    assert when is not None, text
    return when


@pytest.mark.parametrize(("said", "words", "start", "end"), SAID)
def test_a_spoken_time_is_read_as_it_is_meant(said: str, words: str, start: str, end: str) -> None:
    """Wu words, ranges, weekdays, festivals and spoken numbers give a day and a stretch of it."""
    when = told(said)
    assert when.words == words
    assert (when.start.strftime("%m-%d %H:%M"), when.end.strftime("%m-%d %H:%M")) == (start, end)


def test_lunch_is_not_midnight() -> None:
    """Noon stays noon, whether it is said as a meal or as twelve o'clock."""
    for said in ("明天吃中饭辰光", "明天中午十二点", "明天午饭", "明天十二点"):
        assert 11 <= told(said).start.hour <= 12, said


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("昨天下午", "昨天已经过去了。您要哪一天？"),
        ("前天", "那天已经过去了。您要哪一天？"),
        ("今天早上七点", "今天早上七点已经过去了。明天早上七点，好不好？"),
        ("今天早上", "今天早上已经过去了。明天早上，好不好？"),
        ("上个礼拜三", "那个日子已经过去了。您要哪一天？"),
        ("这个礼拜一", "这个星期一已经过去了。下个星期一，好不好？"),
        ("这个月五号", "这个月5号已经过去了。您要哪一天？"),
        ("十月二十号", "10月20日已经过去了。您要哪一天？"),
        ("二零二五年十二月五号", "12月5日已经过去了。您要哪一天？"),
    ],
)
def test_the_past_is_refused_with_a_question_that_helps(said: str, question: str) -> None:
    """What is over cannot be ordered; where one is likely meant, the next one is offered."""
    with pytest.raises(NotInFuture) as gone:
        read_when(said, NOW)
    assert gone.value.question == question


@pytest.mark.parametrize("said", ["今天早上七点", "今天早上", "这个礼拜一"])
def test_what_is_offered_instead_of_the_past_can_be_read(said: str) -> None:
    """Saying yes to it gives a time ahead."""
    with pytest.raises(NotInFuture) as gone:
        read_when(said, NOW)
    assert told(gone.value.offer).start > NOW


def test_a_day_that_is_nearly_over_is_called_too_late_and_not_past() -> None:
    """At seven in the evening nobody comes today any more."""
    evening = NOW.replace(hour=19)
    with pytest.raises(NotInFuture) as late:
        read_when("今天", evening)
    assert late.value.question == "今天已经来不及了。明天，好不好？"


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("七点钟", "您是说早上七点，还是晚上七点？"),
        ("明天七点", "您是说早上七点，还是晚上七点？"),
        ("八点", "您是说早上八点，还是晚上八点？"),  # it is ten already
        ("过两天", "具体是哪一天呢？"),
        ("改天", "具体是哪一天呢？"),
        ("年底", "具体是哪一天呢？"),
        ("下个礼拜", "下个礼拜的哪一天呢？"),
        ("下个月", "下个月几号呢？"),
        ("国庆假期", "国庆的哪一天呢？"),
        ("国庆以后", "国庆节以后的哪一天呢？"),
        ("明天或者后天", "明天，还是后天？您定一天。"),
        ("礼拜五到礼拜天", "您先定一天，星期几呢？"),
        ("明天上午或者下午", "上午还是下午？您定一个。"),
        ("礼拜三下午", "是今天，还是下个星期三？"),
        ("第二个礼拜三", "那是几月几号呢？"),
        ("二月三十号", "没有这一天。请您再说一遍是几月几号。"),
        ("农历十三月初一", "农历没有这一天。请您再说一遍是几月初几。"),
        ("二零三五年国庆", "那还早得很。请您说近一点的日子，几月几号？"),
    ],
)
def test_doubt_is_asked_back(said: str, question: str) -> None:
    """What can mean two things, or no day at all, gives a question and not a guess."""
    with pytest.raises(Unsettled) as doubt:
        read_when(said, NOW)
    assert str(doubt.value) == question


@pytest.mark.parametrize(
    ("said", "answer", "words"),
    [
        ("明天七点", "早上", "明天，11月26日星期四，早上七点"),
        ("明天七点", "晚上的", "明天，11月26日星期四，晚上七点"),
        ("下个礼拜", "礼拜五上午", "12月4日星期五，上午"),
        ("下个月", "五号上午", "12月5日星期六，上午"),
        ("礼拜三下午", "今天", "今天，11月25日星期三，下午"),
        ("礼拜三下午", "下个礼拜三", "12月2日星期三，下午"),
        ("国庆假期", "三号上午", "2027年10月3日星期日，上午"),
        ("过年辰光", "初三上午", "农历正月初三，2027年2月8日星期一，上午"),
    ],
)
def test_the_answer_to_doubt_is_put_together_with_what_was_said(
    said: str, answer: str, words: str
) -> None:
    """Nobody has to say the whole again."""
    with pytest.raises(Unsettled) as doubt:
        read_when(said, NOW)
    assert told(doubt.value.keep + answer).words == words


@pytest.mark.parametrize(
    "said",
    ["两份软一点", "惠山路三十号301室", "二十八号楼", "我要修水龙头", "", "柳巷五号",
     "人民新村六号", "血压120/80", "五一路三号", "编号一零零三", "13812345678", "饭后",
     "第十二号窗口"],
)  # fmt: skip
def test_what_is_no_time_is_none(said: str) -> None:
    """Portions, house numbers, streets and telephone numbers are not dates."""
    assert read_when(said, NOW) is None


def test_a_day_keeps_the_time_of_day_that_was_said_before() -> None:
    """不对，是后天 changes the day and leaves the morning a morning."""
    when = told("明天上午")
    moved = at_another_time(when, "不对，是后天", NOW)
    assert moved is not None
    assert moved.words == "后天，11月27日星期五，上午"
    later = at_another_time(when, "改到下午三点", NOW)
    assert later is not None
    assert later.words == "明天，11月26日星期四，下午三点"


def test_a_festival_keeps_its_name_when_the_hour_changes() -> None:
    """除夕上午, then 下午: the year is not lost on the way."""
    moved = at_another_time(told("除夕上午"), "还是下午吧", NOW)
    assert moved is not None
    assert moved.start == datetime(2027, 2, 5, 13, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("ordered", "days", "said"),
    [
        ("明天上午", 0, "明天，11月26日星期四，上午"),
        ("明天上午", 1, "今天，11月26日星期四，上午"),
        ("明天上午", 2, "11月26日星期四，上午"),
        ("下礼拜三中午", 6, "明天，12月2日星期三，中午"),
        ("除夕上午", 71, "除夕，明天，2月5日星期五，上午"),
    ],
)
def test_what_was_read_back_is_said_anew_on_another_day(ordered: str, days: int, said: str) -> None:
    """Tomorrow is today by then."""
    when = told(ordered)
    assert said_now(when.words, when.start, NOW + timedelta(days=days)) == said


def test_a_public_holiday_is_named() -> None:
    """The caller hears that the day is a holiday."""
    before = datetime(2026, 9, 28, 9, 0, tzinfo=SHANGHAI)
    assert told("国庆节上午", before).holiday == "国庆"


@pytest.mark.parametrize(
    ("said", "holiday"),
    [("明年国庆", "国庆"), ("年初三", "春节"), ("除夕", "春节"), ("明年五一", "劳动节"),
     ("明年清明", "清明"), ("明年端午", "端午"), ("明年中秋", "中秋"), ("元旦", "元旦"),
     ("明年重阳", ""), ("明年一月五号", "")],
)  # fmt: skip
def test_in_a_year_that_the_calendar_does_not_know_the_law_names_the_holidays(
    said: str, holiday: str
) -> None:
    """The calendar of 2027 is not published in November 2026."""
    assert told(said).holiday == holiday


def test_the_next_working_day_is_found_across_the_end_of_the_calendar() -> None:
    """New Year's Day of an unknown year is free all the same."""
    eve = datetime(2026, 12, 31, 10, 0, tzinfo=SHANGHAI)
    assert told("工作日", eve).start.strftime("%m-%d") == "01-04"


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31))  # noqa: DTZ001 - aware below
DAYS = ["", "今天", "明天", "后天", "大后天", "礼拜三", "下礼拜五", "这个礼拜天", "五号",
        "二十九号", "十二月三号", "月底", "月初", "周末", "初八", "年初三", "除夕", "国庆", "清明",
        "冬至", "过三天", "一个礼拜以后", "每个礼拜二", "工作日", "农历六月十九"]  # fmt: skip
HOURS = ["", "早上", "上午", "吃中饭辰光", "下半日", "夜快点", "晚上", "八点半", "七点", "十二点",
         "下午两点到四点", "晚上十点到十二点", "十点前", "三点以后", "半夜", "九点一刻", "凌晨四点",
         "二十点", "夜里两点", "差五分九点"]  # fmt: skip
ALONE = [one[0] for one in SAID] + ["尽快", "半个钟头以后", "过五十分钟", "随便"]
PHRASES = st.one_of(
    st.sampled_from(ALONE), st.builds(str.__add__, st.sampled_from(DAYS), st.sampled_from(HOURS))
)


def perhaps(said: str, now: datetime) -> When | None:
    """The time that is read, None if it is none, over, or has to be asked about."""
    try:
        return read_when(said, now)
    except (NotInFuture, Unsettled):
        return None


def over(said: str, now: datetime) -> NotInFuture | None:
    """How a time that is over is refused; None for any other."""
    try:
        read_when(said, now)
    except NotInFuture as gone:
        return gone
    except Unsettled:
        return None
    return None


@settings(max_examples=400, deadline=None)
@given(MOMENTS, PHRASES)
def test_whatever_is_read_lies_ahead_and_has_a_length(now: datetime, said: str) -> None:
    """No reading starts before now or ends before it starts, on any day of any year."""
    here = now.replace(tzinfo=SHANGHAI)
    when = perhaps(said, here)
    if when is not None:
        assert here <= when.start < when.end
        assert when.end - when.start <= timedelta(days=1)


@settings(max_examples=400, deadline=None)
@given(MOMENTS, PHRASES)
def test_what_is_read_back_means_the_same_time(now: datetime, said: str) -> None:
    """An elder who repeats the words of the line gets the same time."""
    here = now.replace(tzinfo=SHANGHAI)
    when = perhaps(said, here)
    if when is not None:
        again = told(when.words, here)
        assert (again.start, again.end) == (when.start, when.end)


@settings(max_examples=200, deadline=None)
@given(MOMENTS, PHRASES)
def test_what_is_offered_instead_is_never_past_itself(now: datetime, said: str) -> None:
    """Every refusal of the past helps on."""
    here = now.replace(tzinfo=SHANGHAI)
    gone = over(said, here)
    if gone is not None:
        assert gone.question.endswith("？")
        assert not gone.offer or told(gone.offer, here).start >= here


@given(st.text(max_size=40))
def test_any_text_at_all_is_read_without_a_crash(text: str) -> None:
    """Speech recognition writes what it likes."""
    perhaps(text, NOW)


@settings(deadline=None)
@given(
    st.text(
        alphabet="零一二两三十廿月号日天周初点半刻到前后过个正腊年大明今昨上下这0159:/", max_size=14
    )
)
def test_any_heap_of_time_words_is_read_without_a_crash(text: str) -> None:
    """Also when nearly every character means something."""
    when = perhaps(text, NOW)
    assert when is None or when.start >= NOW
