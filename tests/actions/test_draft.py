"""A request written down sentence by sentence, without a model and without a clock."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.draft import FIELDS, SELF, Draft, Said, freeze, from_slots, thaw, to_slots
from actions.form import read_back
from actions.hearing import hear
from actions.opening import begin, wishes
from actions.words import words
from callcenter.domain.week import SHANGHAI

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)


def said(text: str, intent: str = "nlu_fallback", confidence: float = 0.3) -> Said:
    """One sentence of the caller."""
    return Said(text=text, intent=intent, confidence=confidence)


def started(text: str, service: str, *, roster: bool = True, no_number: bool = False) -> Draft:
    """The draft after the first sentence."""
    return begin(said(text), service, NOW, words(), Draft(roster=roster, no_number=no_number))


def answered(draft: Draft, *texts: str) -> Draft:
    """The draft after the caller answered each question that was open."""
    for text in texts:
        draft = hear(draft, said(text), NOW, words())
    return draft


def whole(**known: object) -> Draft:
    """A repair for the caller, complete but for the yes."""
    draft = answered(started("后天上午修马桶，到惠山路3号", "repair"), "我自己")
    assert draft.missing() == "confirmed"
    return replace(draft, **known)  # type: ignore[arg-type]


def at(draft: Draft) -> str:
    """When, as it is read back."""
    assert draft.when_at is not None
    return draft.when_at.words


def test_one_sentence_may_say_everything() -> None:
    """Service, what, for whom, when and where; only the name and the yes are left."""
    draft = started("帮我妈订两份软饭，后天中午，送到人民路5号2楼", "meal")
    assert draft.missing() == "name"
    assert (draft.wanted, draft.who, draft.place) == ("两份软饭", "我妈", "人民路5号2楼")
    assert at(draft) == "后天，11月27日星期五，中午"


@pytest.mark.parametrize(
    ("text", "service", "wanted"),
    [
        ("我想请你们来修水龙头", "repair", "修水龙头"),
        ("帮我妈约一个洗澡", "bathing", "洗澡"),
        ("麻烦明天上午来擦擦玻璃", "cleaning", "擦擦玻璃"),
        ("给我送碗粥", "meal", "送碗粥"),
        ("后天陪我去二院配药", "accompany", "陪我去二院配药"),
        ("帮忙买点菜", "other", "买点菜"),
    ],
)
def test_what_is_wanted_is_kept_without_who_and_when(text: str, service: str, wanted: str) -> None:
    """It is read back, and must not sound like an echo."""
    assert started(text, service).wanted == wanted


def test_lunch_says_the_part_of_the_day_but_not_the_day() -> None:
    """我要订午饭 does not mean today; 明天 said later becomes noon."""
    draft = answered(started("我要订午饭", "meal"), "一份", "我自己", "明天")
    assert at(draft) == "明天，11月26日星期四，中午"


def test_a_day_without_a_time_asks_for_the_time() -> None:
    """后天 is kept while 上午还是下午 is asked."""
    draft = answered(started("水龙头坏了", "repair"), "我自己", "后天")
    assert draft.missing() == "when_at"
    assert answered(draft, "下午").when_at == answered(draft, "后天下午").when_at


def test_a_festival_keeps_its_name_through_the_second_question() -> None:
    """年初三, then 下午."""
    draft = answered(started("水龙头坏了", "repair"), "我自己", "年初三", "下午")
    assert at(draft) == "农历正月初三，2027年2月8日星期一，下午"


def test_a_time_that_means_two_things_is_asked_and_put_together() -> None:
    """七点, then 早上."""
    draft = answered(started("陪我去二院", "accompany"), "后天七点")
    assert draft.why == "=您是说早上七点，还是晚上七点？"
    assert at(answered(draft, "早上")) == "后天，11月27日星期五，早上七点"


def test_the_answer_to_a_vague_time_may_stand_alone() -> None:
    """下个礼拜, then a date."""
    draft = answered(started("水龙头坏了", "repair"), "我自己", "下个礼拜")
    assert draft.why == "=下个礼拜的哪一天呢？"
    assert at(answered(draft, "礼拜五上午")) == "12月4日星期五，上午"
    assert at(answered(draft, "十二月八号下午")) == "12月8日星期二，下午"


def test_a_time_that_is_over_is_offered_a_day_later_and_yes_takes_it() -> None:
    """今天早上七点, said at ten."""
    draft = answered(started("水龙头坏了", "repair"), "我自己", "今天早上七点")
    assert draft.why == "=今天早上七点已经过去了。明天早上七点，好不好？"
    assert at(answered(draft, "好的")) == "明天，11月26日星期四，早上七点"
    assert at(answered(draft, "后天上午")) == "后天，11月27日星期五，上午"


def test_everything_that_comes_again_and_again_is_read_with_its_first_time() -> None:
    """每个礼拜二 is written down as such."""
    draft = answered(started("我要打扫卫生", "cleaning"), "擦窗", "我自己", "每个礼拜二上午")
    assert at(draft) == "每个星期二，头一次是12月1日星期二，上午"


@pytest.mark.parametrize(
    "text", ["不对，是后天", "错了，后天", "不是明天，是后天", "改成后天", "弗对，后朝"]
)
def test_a_correction_moves_the_day_whatever_was_asked(text: str) -> None:
    """The noon stays a noon."""
    draft = answered(started("明天的午饭要两份软的", "meal"), "我自己")
    assert draft.missing() == "place"
    moved = answered(draft, text)
    assert at(moved) == "后天，11月27日星期五，中午"
    assert (moved.missing(), moved.said) == ("place", ("form_changed",))


@pytest.mark.parametrize(
    ("before", "text", "who"),
    [
        ("我自己", "不是我是我妈", "我妈"),
        ("我自己", "不是我，是我妈", "我妈"),
        ("我自己", "错了，给我老伴", "老伴"),
        ("给我妈", "不是我妈，是我自己", SELF),
        ("给我妈", "不对，是我要", SELF),
    ],
)
def test_for_whom_can_be_corrected_at_any_question(before: str, text: str, who: str) -> None:
    """And a name that was told for the other one is forgotten."""
    draft = answered(started("我要打扫卫生", "cleaning", roster=False), "擦窗", before, "王秀英")
    assert (draft.missing(), draft.name) == ("when_at", "王秀英")
    corrected = answered(draft, text)
    assert (corrected.who, corrected.name) == (who, None)


@pytest.mark.parametrize("service", ["meal", "cleaning", "bathing", "repair", "accompany", "other"])
def test_every_service_asks_who_what_when_and_where(service: str) -> None:
    """Nobody is sent out without all four."""
    draft = replace(Draft(), service=service)
    asked = []
    for text in ("随便弄弄", "我自己", "王秀英", "明天上午", "人民路5号2楼"):
        asked.append(draft.missing())
        draft = answered(draft, text)
    assert asked == ["wanted", "who", "name", "when_at", "place"]
    assert draft.missing() == "confirmed"


@pytest.mark.parametrize(
    ("text", "missing", "why"),
    [
        ("地址错了", "place", "again_place"),
        ("时间不对", "when_at", "again_when_at"),
        ("人错了", "who", "again_who"),
        ("要的东西不对", "wanted", "again_wanted"),
    ],
)
def test_what_is_called_wrong_is_asked_for_again(text: str, missing: str, why: str) -> None:
    """地址错了 alone, at the end."""
    draft = answered(whole(), text)
    assert (draft.missing(), draft.why) == (missing, why)


def test_an_address_is_corrected_in_the_same_breath() -> None:
    """地址错了，是锡惠路12号 needs no second question."""
    assert answered(whole(), "地址错了，是锡惠路12号").place == "锡惠路12号"


def test_no_at_the_end_asks_what_is_wrong_and_asks_that_again() -> None:
    """不对 alone, then 时间."""
    doubted = answered(whole(), "不对")
    assert doubted.why == "ask_what_wrong"
    assert answered(doubted, "时间不对").missing() == "when_at"


@pytest.mark.parametrize("text", ["对", "对的", "是的", "好", "好的谢谢", "没错", "就这样", "嗯"])
def test_a_plain_yes_writes_it_down(text: str) -> None:
    assert answered(whole(), text).outcome == "confirmed"


@pytest.mark.parametrize(
    "text", ["好像不对", "对不起，我没听清", "是不是明天来", "好吗", "不", "对，不过要后天下午"]
)
def test_what_only_begins_like_a_yes_writes_nothing_down(text: str) -> None:
    """对不起 is not 对."""
    assert answered(whole(), text).outcome == ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("对，要两份", "两份，软一点"),
        ("两份", "两份，软一点"),
        ("对，软一点，少盐", "一份，软一点，少盐"),
    ],
)
def test_an_amount_told_at_the_end_changes_the_amount(text: str, wanted: str) -> None:
    """一份 and then 两份 is two, not both."""
    lunch = answered(started("明天的午饭，到人民路5号", "meal"), "一份，软一点", "我自己")
    changed = answered(lunch, text)
    assert changed.outcome == ""
    assert changed.wanted == wanted


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("送到解放路12号302", "place", "解放路12号302"),
        ("擦玻璃，还要拖地", "wanted", "擦窗，擦玻璃，还要拖地"),
        ("给我妈", "who", "我妈"),
    ],
)
def test_elders_do_not_answer_in_the_order_of_a_form(text: str, field: str, value: str) -> None:
    """What was not asked for is kept all the same, and the question comes again."""
    draft = answered(started("我要打扫卫生", "cleaning"), "擦窗")
    draft = answered(draft, "我自己") if field != "who" else draft
    told = answered(draft, text)
    assert getattr(told, field) == value
    assert told.misses == 0


def test_home_is_enough_only_for_a_caller_on_the_roster() -> None:
    """Others are asked for the address."""
    known = started("后天上午来擦玻璃", "cleaning")
    stranger = started("后天上午来擦玻璃", "cleaning", roster=False)
    assert answered(known, "我自己", "是的，家里").place == "家里"
    asked = answered(stranger, "我自己", "王秀英", "是的，家里")
    assert (asked.place, asked.why) == (None, "ask_place_home")


@pytest.mark.parametrize(("who", "home"), [("我自己", True), ("给老伴", True), ("给我妈", False)])
def test_home_is_the_callers_home_only_for_those_who_live_there(who: str, home: bool) -> None:
    """A mother or a neighbour lives somewhere else: the address is asked for."""
    draft = answered(started("后天上午来擦玻璃", "cleaning"), who)
    if draft.missing() == "name":
        draft = answered(draft, "王秀英")
    told = answered(draft, "家里")
    assert (told.place, told.why) == (("家里", "") if home else (None, "ask_place_theirs"))


def test_a_caller_on_the_roster_is_not_asked_for_a_name_but_whoever_else_it_is_for() -> None:
    """Somebody has to be found at the door."""
    assert answered(started("修马桶", "repair"), "我自己").missing() == "when_at"
    assert answered(started("修马桶", "repair"), "给我妈").missing() == "name"
    assert answered(started("修马桶", "repair", roster=False), "我自己").missing() == "name"


@pytest.mark.parametrize(
    ("text", "name"),
    [("王秀英", "王秀英"), ("我叫李大明", "李大明"), ("免贵姓陈", "陈"), ("老王", "老王"),
     ("张阿婆", "张阿婆"), ("他叫周福根", "周福根"), ("不想说", "")],
)  # fmt: skip
def test_a_name_is_heard_and_may_be_kept_back(text: str, name: str) -> None:
    draft = answered(started("修马桶", "repair", roster=False), "我自己", text)
    assert (draft.name, draft.missing()) == (name, "when_at")


@pytest.mark.parametrize("text", ["明天", "家里", "一份", "好的", "人民路5号", "擦玻璃"])
def test_what_is_no_name_is_not_written_down_as_one(text: str) -> None:
    """An answer to the next question, given too early."""
    draft = answered(started("修马桶", "repair", roster=False), "我自己", text)
    assert draft.name is None


def test_a_name_in_a_longer_sentence_is_heard_with_all_the_rest() -> None:
    """我叫王秀英，住在锡惠里12号."""
    draft = answered(
        started("修马桶", "repair", roster=False), "我自己", "我叫王秀英，住在锡惠里12号201"
    )
    assert draft.name == "王秀英"
    whole_ = started("明天上午来擦窗，我叫王秀英，住人民路5号", "cleaning", roster=False)
    assert (whole_.name, whole_.place) == ("王秀英", "人民路5号")


@pytest.mark.parametrize("text", ["不知道", "我不晓得", "弗晓得"])
def test_who_does_not_know_is_asked_once_more_and_nothing_is_written_down(text: str) -> None:
    assert answered(started("我要订饭", "meal"), text).wanted is None
    assert answered(started("修马桶", "repair"), text).who is None


def test_anything_goes_does_not_mean_any_time_unless_the_time_was_asked() -> None:
    """随便, while the person is asked for."""
    draft = answered(started("我要订午饭", "meal"), "两份", "随便")
    assert draft.when_at is None


def test_an_odd_name_said_twice_is_taken_as_it_was_heard() -> None:
    """Nobody is put through to a person for an unusual name."""
    draft = answered(started("修马桶", "repair", roster=False), "我自己", "阿毛头", "阿毛头")
    assert draft.name == "阿毛头"


def test_a_name_can_be_corrected() -> None:
    """名字错了，叫王秀音."""
    assert answered(whole(name="王秀英"), "名字错了，叫王秀音").name == "王秀音"


def test_where_no_number_is_shown_one_is_asked_for_and_read_back() -> None:
    """Else nobody could ring back."""
    draft = started("明天上午修马桶，到人民路5号", "repair", no_number=True)
    draft = answered(draft, "我自己")
    assert draft.missing() == "phone"
    told = answered(draft, "幺三八零零幺三八零零零")
    assert told.phone == "13800138000"
    assert "电话幺三八，零零幺三，八零零零" in read_back(told, words())


@pytest.mark.parametrize("text", ["三零一", "五号楼", "1001", "一百二十号", "138"])
def test_a_house_number_is_not_read_as_a_telephone_number(text: str) -> None:
    """It is asked for once more."""
    draft = started("明天上午修马桶，到人民路5号", "repair", no_number=True)
    asked = answered(draft, "我自己", text)
    assert (asked.phone, asked.why) == (None, "ask_phone_miss")


def test_whoever_has_no_telephone_may_say_so() -> None:
    draft = started("明天上午修马桶，到人民路5号", "repair", no_number=True)
    assert answered(draft, "我自己", "我没有电话").missing() == "confirmed"


@pytest.mark.parametrize("text", ["一份", "哗啦哗啦", "哦哟"])
def test_what_is_nobody_is_not_written_down_as_somebody(text: str) -> None:
    """给一份 would be read back to the caller."""
    assert answered(started("修马桶", "repair"), text).who in (None, SELF)


@pytest.mark.parametrize("text", ["礼拜五上午", "下个礼拜", "明天"])
def test_a_time_is_no_place(text: str) -> None:
    """The five of Friday is no house number."""
    draft = answered(started("后天上午修马桶", "repair"), "我自己")
    assert draft.missing() == "place"
    assert answered(draft, text).place is None


@pytest.mark.parametrize(
    "text", ["算了，不要了", "取消吧", "弗弄哉", "算了", "不订了", "我不想弄了", "下次再说"]
)
def test_giving_up_ends_it(text: str) -> None:
    """In the caller's own words."""
    assert answered(started("我要打扫卫生", "cleaning"), text).outcome == "cancelled"


def test_start_over_forgets_the_request_but_not_the_caller() -> None:
    """从头来 asks for the service again."""
    over = answered(whole(), "从头来")
    assert (over.missing(), over.roster, over.said) == ("service", True, ("form_over",))


@pytest.mark.parametrize(
    ("text", "line"), [("没听清，再说一遍", "form_again"), ("慢一点", "form_slower")]
)
def test_again_and_slower_leave_the_draft_as_it_is(text: str, line: str) -> None:
    draft = started("我要打扫卫生", "cleaning")
    same = answered(draft, text)
    assert same.said == (line,)
    assert replace(same, said=()) == draft


def test_two_failures_in_a_row_end_it_and_one_does_not() -> None:
    """An answer in between starts the count anew."""
    draft = answered(started("修马桶", "repair"), "我自己")
    once = answered(draft, "哗啦哗啦")
    assert (once.outcome, once.misses) == ("", 1)
    assert answered(once, "哗啦哗啦").outcome == "stuck"
    assert answered(once, "明天").misses == 0


def test_what_was_understood_so_far_is_told_to_the_person() -> None:
    """The summary has service, what, for whom, when and where."""
    assert whole().summary(words()) == (
        "上门修理，修马桶，本人，后天，11月27日星期五，上午，惠山路3号"
    )


def test_a_question_goes_aside_and_leaves_the_draft_alone() -> None:
    """Only when the model is sure and it sounds like a question."""
    draft = started("修马桶", "repair")
    aside = hear(draft, said("要多少钱啊", "ask_policy", 0.9), NOW, words())
    assert (aside.aside, aside.who, aside.misses) == ("question", None, 0)


def test_small_talk_in_the_middle_is_no_failure() -> None:
    """今天天气怎么样 is declined, and the question comes again."""
    draft = answered(started("修马桶", "repair"), "我自己")
    aside = hear(draft, said("今天天气怎么样", "out_of_scope", 0.99), NOW, words())
    assert (aside.said, aside.misses) == (("form_aside", "form_resume"), 0)


def test_somebody_who_is_unwell_in_the_middle_is_heard() -> None:
    """A person is told, and the form goes on."""
    draft = answered(started("修马桶", "repair"), "我自己", "后天上午")
    aside = hear(draft, said("我这两天头晕得很", "report_unwell", 0.9), NOW, words())
    assert (aside.aside, aside.said[-1]) == ("report_unwell", "form_resume")


@pytest.mark.parametrize(("intent", "kind"), [("emergency", "emergency"), ("crisis", "crisis")])
def test_danger_that_the_model_is_sure_of_ends_the_form(intent: str, kind: str) -> None:
    ended = hear(started("修马桶", "repair"), said("老头子叫不应了", intent, 0.95), NOW, words())
    assert (ended.outcome, ended.kind) == ("danger", kind)


def test_danger_that_the_model_only_suspects_is_asked_about() -> None:
    """厨房的，一直滴: half a sentence is easily misread."""
    draft = started("修马桶", "repair")
    asked = hear(draft, said("厨房的一直滴", "emergency", 0.57), NOW, words())
    assert asked.why == "ask_danger"
    assert answered(asked, "是的").outcome == "danger"
    calm = answered(asked, "没有")
    assert (calm.outcome, calm.kind, calm.missing()) == ("", "", "who")


def test_another_service_in_the_middle_waits_its_turn() -> None:
    """It is no correction unless it is said as one."""
    draft = answered(started("修马桶", "repair"), "我自己", "后天上午")
    other = answered(draft, "还要叫人打扫卫生")
    assert (other.service, other.aside) == ("repair", "later")
    changed = answered(draft, "不要修了，改成打扫卫生")
    assert (changed.service, changed.wanted) == ("cleaning", None)


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("我要订午饭，另外水龙头也坏了", ["meal", "repair"]),
        ("订两份饭和打扫卫生", ["meal", "cleaning"]),
        ("帮我擦擦窗，还要陪我去医院", ["cleaning", "accompany"]),
        ("送份饭到医院门口", ["meal"]),
        ("我要订饭，送到中医院三楼", ["meal"]),
        ("水龙头坏了，马桶也堵了", ["repair"]),
        ("你好", []),
    ],
)
def test_two_services_in_one_sentence_are_two_wishes(text: str, services: list[str]) -> None:
    """A place is none."""
    assert [one.service for one in wishes(text, words())] == services


def test_a_wish_keeps_all_its_words_up_to_the_next_one() -> None:
    """不要辣的 belongs to the meal."""
    meal, company = wishes("我要订饭，不要辣的，另外后天要人陪我去二院复查", words())
    assert (meal.text, company.text) == ("我要订饭，不要辣的", "另外后天要人陪我去二院复查")


def test_everything_is_read_back_before_it_is_written_down() -> None:
    """For whom, what, the date with its weekday, where."""
    assert read_back(whole(), words()) == (
        "我念一遍。给您自己，上门修理，修马桶，后天，11月27日星期五，上午，惠山路3号。对不对？"
    )


def test_what_the_name_of_the_service_says_is_not_said_twice() -> None:
    """帮忙洗澡 and not 帮忙洗澡，洗澡."""
    draft = answered(started("明天下午帮我妈洗澡", "bathing"), "王秀英", "人民路5号2楼")
    assert read_back(draft, words()) == (
        "我念一遍。给我妈，王秀英，帮忙洗澡，明天，11月26日星期四，下午，人民路5号2楼。对不对？"
    )


def test_a_holiday_is_told_with_the_date() -> None:
    """The caller hears that the day is free for most."""
    draft = answered(started("元旦上午修马桶，到惠山路3号", "repair"), "我自己")
    assert "那天是元旦假期" in read_back(draft, words())


SENTENCES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["明天", "我自己", "不对，是后天", "两份", "家里", "对", "地址错了", "七点", "下个礼拜",
         "不是我是我妈", "王秀英", "人民路5号", "取消", "从头来", "昨天", "还要打扫卫生"]
    ),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(SENTENCES, max_size=8), st.sampled_from(sorted(words().services)),
    st.booleans(), st.booleans(),
)  # fmt: skip
def test_no_sentence_breaks_the_draft(
    sentences: list[str], service: str, roster: bool, no_number: bool
) -> None:
    """Whatever is said, the draft stays one that the slots can keep, and asks for something."""
    draft = started("我要", service, roster=roster, no_number=no_number)
    for text in sentences:
        draft = answered(draft, text)
        kept = from_slots(to_slots(draft))
        assert kept == replace(draft, said=(), aside="")
        open_ = [name for name in FIELDS if to_slots(draft)[name] is None]
        assert bool(open_) or draft.confirmed is True
        assert thaw(freeze(draft.when_at)) == draft.when_at
        assert read_back(draft, words())
