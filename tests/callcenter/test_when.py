"""Spoken times: read as elders mean them, read back in full, the past refused, doubt asked back."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.week import SHANGHAI
from callcenter.when import NotInFuture, Unsettled, at_another_time, read_when

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)  # a Wednesday

SAID = [
    ("明天上午", "明天，11月26日星期四，上午", "11-26 08:00", "11-26 11:00"),
    ("后天下午两点到四点", "后天，11月27日星期五，下午两点到四点", "11-27 14:00", "11-27 16:00"),
    ("下礼拜三吃中饭辰光", "12月2日星期三，中午", "12-02 11:00", "12-02 13:00"),
    ("今朝夜里", "今天，11月25日星期三，晚上", "11-25 18:00", "11-25 21:00"),
    ("明早八点", "明天，11月26日星期四，上午八点", "11-26 08:00", "11-26 09:00"),
    ("大后天", "11月28日星期六，全天", "11-28 08:00", "11-28 18:00"),
    ("月底", "11月30日星期一，全天", "11-30 08:00", "11-30 18:00"),
    ("礼拜天", "11月29日星期日，全天", "11-29 08:00", "11-29 18:00"),
    ("下下周三八点", "12月9日星期三，上午八点", "12-09 08:00", "12-09 09:00"),
    ("两个半钟头以后", "今天，11月25日星期三，中午十二点半", "11-25 12:30", "11-25 13:30"),
    ("明朝下半日", "明天，11月26日星期四，下午", "11-26 13:00", "11-26 17:00"),
    ("十二月三号上午九点半", "12月3日星期四，上午九点半", "12-03 09:30", "12-03 10:30"),
    ("五号", "12月5日星期六，全天", "12-05 08:00", "12-05 18:00"),
    ("明天三点到五点", "明天，11月26日星期四，下午三点到五点", "11-26 15:00", "11-26 17:00"),
    (
        "上午十点到下午两点",
        "明天，11月26日星期四，上午十点到下午两点",
        "11-26 10:00",
        "11-26 14:00",
    ),
    ("不是明天，是后天", "后天，11月27日星期五，全天", "11-27 08:00", "11-27 18:00"),
    ("冬至", "12月22日星期二，全天", "12-22 08:00", "12-22 18:00"),
    (
        "上午九点到十一点，通扬路八号二零一",
        "明天，11月26日星期四，上午九点到十一点",
        "11-26 09:00",
        "11-26 11:00",
    ),
    ("过三天", "11月28日星期六，全天", "11-28 08:00", "11-28 18:00"),
    ("周末", "11月28日星期六，全天", "11-28 08:00", "11-28 18:00"),
    ("正月初八", "2027年2月13日星期六，全天", "02-13 08:00", "02-13 18:00"),
    ("明天十点前", "明天，11月26日星期四，上午八点到十点", "11-26 08:00", "11-26 10:00"),
]


@pytest.mark.parametrize(("said", "words", "start", "end"), SAID)
def test_a_spoken_time_is_read_as_it_is_meant(said: str, words: str, start: str, end: str) -> None:
    """Wu words, ranges, weekdays, festivals and spoken numbers give a day and a stretch of it."""
    when = read_when(said, NOW)
    assert when is not None
    assert when.words == words
    assert (when.start.strftime("%m-%d %H:%M"), when.end.strftime("%m-%d %H:%M")) == (start, end)


def test_lunch_is_not_midnight() -> None:
    """Noon stays noon, whether it is said as a meal or as twelve o'clock."""
    for said in ("明天吃中饭辰光", "明天中午十二点", "明天午饭", "明天十二点"):
        when = read_when(said, NOW)
        assert when is not None
        assert 11 <= when.start.hour <= 12, said


@pytest.mark.parametrize("said", ["昨天下午", "前天", "今天早上七点", "上个礼拜三", "这个礼拜一"])
def test_the_past_is_refused(said: str) -> None:
    """A time that is over cannot be ordered."""
    with pytest.raises(NotInFuture):
        read_when(said, NOW)


@pytest.mark.parametrize("said", ["七点钟", "过两天", "下个礼拜", "二月三十号"])
def test_doubt_is_asked_back(said: str) -> None:
    """What can mean two things, or no day at all, gives a question."""
    with pytest.raises(Unsettled, match=r"[？。]$"):
        read_when(said, NOW)


@pytest.mark.parametrize(
    "said", ["两份软一点", "惠山路三十号301室", "二十八号楼", "我要修水龙头", ""]
)
def test_what_is_no_time_is_none(said: str) -> None:
    """Portions and house numbers are not dates."""
    assert read_when(said, NOW) is None


def test_a_day_keeps_the_time_of_day_that_was_said_before() -> None:
    """不对，是后天 changes the day and leaves the morning a morning."""
    when = read_when("明天上午", NOW)
    assert when is not None
    moved = at_another_time(when, "不对，是后天", NOW)
    assert moved is not None
    assert moved.words == "后天，11月27日星期五，上午"
    later = at_another_time(when, "改到下午三点", NOW)
    assert later is not None
    assert later.words == "明天，11月26日星期四，下午三点"


def test_a_public_holiday_is_named() -> None:
    """The caller hears that the day is a holiday; an unknown year is no failure."""
    before = datetime(2026, 9, 28, 9, 0, tzinfo=SHANGHAI)
    when = read_when("国庆节上午", before)
    assert when is not None
    assert when.holiday == "国庆"
    unknown = read_when("明年国庆节", before)
    assert unknown is not None
    assert unknown.holiday == ""


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),  # noqa: DTZ001 - made aware below
    st.sampled_from([one[0] for one in SAID] + ["八点", "下午", "夜里", "尽快", "工作日", "29号"]),
)
def test_whatever_is_read_lies_ahead_and_has_a_length(now: datetime, said: str) -> None:
    """No reading starts before now or ends before it starts, on any day of any year."""
    here = now.replace(tzinfo=SHANGHAI)
    try:
        when = read_when(said, here)
    except (NotInFuture, Unsettled):
        return
    if when is not None:
        assert here <= when.start < when.end
        assert when.end - when.start <= timedelta(days=1)


@given(st.text(max_size=40))
def test_any_text_at_all_is_read_without_a_crash(text: str) -> None:
    """Speech recognition writes what it likes."""
    try:
        read_when(text, NOW)
    except (NotInFuture, Unsettled):
        return
