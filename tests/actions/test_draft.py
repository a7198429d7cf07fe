"""A request written down sentence by sentence, without a model and without a clock."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.draft import FIELDS, Draft, Said, begin, freeze, hear, thaw
from actions.form import from_slots, read_back, to_slots
from actions.words import words
from callcenter.domain.week import SHANGHAI

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)


def said(text: str, intent: str = "nlu_fallback", confidence: float = 0.3) -> Said:
    """One sentence of the caller."""
    return Said(text=text, intent=intent, confidence=confidence)


def started(text: str, service: str, *, home_known: bool = False) -> Draft:
    """The draft after the first sentence."""
    return begin(said(text), service, NOW, words(), home_known=home_known)


def answered(draft: Draft, *texts: str) -> Draft:
    """The draft after the caller answered each question that was open."""
    for text in texts:
        draft = hear(draft, said(text), draft.missing() or "confirmed", NOW, words())
    return draft


def test_one_sentence_may_say_everything() -> None:
    """Service, what, for whom, when and where; only the confirmation is left."""
    draft = started("帮我妈订两份软饭，后天中午，送到人民路5号2楼", "meal")
    assert draft.missing() == "confirmed"
    assert draft.wanted == "帮我妈订两份软饭"
    assert (draft.who, draft.place) == ("我妈", "人民路5号2楼")
    assert draft.when_at is not None
    assert draft.when_at.words == "后天，11月27日星期五，中午"


def test_lunch_says_the_part_of_the_day_but_not_the_day() -> None:
    """我要订午饭 does not mean today; 明天 said later becomes noon."""
    draft = answered(started("我要订午饭", "meal"), "一份", "我自己", "明天")
    assert draft.when_at is not None
    assert draft.when_at.words == "明天，11月26日星期四，中午"


def test_a_day_without_a_time_asks_for_the_time() -> None:
    """后天 is kept while 上午还是下午 is asked."""
    draft = answered(started("水龙头坏了", "repair"), "我自己", "后天")
    assert draft.missing() == "when_at"
    assert answered(draft, "下午").when_at == answered(draft, "后天下午").when_at


def test_a_time_that_means_two_things_is_asked_and_put_together() -> None:
    """七点, then 早上."""
    draft = answered(started("陪我去二院", "accompany"), "我自己", "后天七点")
    assert draft.why == "=您是说早上七点，还是晚上七点？"
    settled = answered(draft, "早上")
    assert settled.when_at is not None
    assert settled.when_at.words == "后天，11月27日星期五，早上七点"


@pytest.mark.parametrize("text", ["不对，是后天", "错了，后天", "不是明天，是后天", "改成后天"])
def test_a_correction_moves_the_day_whatever_was_asked(text: str) -> None:
    """The noon stays a noon."""
    draft = answered(started("明天的午饭要两份软的", "meal"), "我自己")
    assert draft.missing() == "place"
    moved = answered(draft, text)
    assert moved.when_at is not None
    assert moved.when_at.words == "后天，11月27日星期五，中午"
    assert moved.missing() == "place"


def test_home_is_enough_only_for_a_caller_on_the_roster() -> None:
    """Others are asked for the address."""
    known = started("后天上午来擦玻璃，我自己要", "cleaning", home_known=True)
    stranger = started("后天上午来擦玻璃，我自己要", "cleaning")
    assert answered(known, "我自己", "是的，家里").place == "家里"
    asked = answered(stranger, "我自己", "是的，家里")
    assert (asked.place, asked.why) == (None, "ask_place_home")


def test_no_at_the_end_asks_what_is_wrong_and_asks_that_again() -> None:
    """不对 alone, then 时间."""
    whole = answered(started("后天上午修马桶，到惠山路3号", "repair"), "我自己")
    assert whole.missing() == "confirmed"
    doubted = answered(whole, "不对")
    assert doubted.why == "ask_what_wrong"
    assert answered(doubted, "时间不对").missing() == "when_at"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("算了，不要了", "cancelled"), ("取消吧", "cancelled"), ("弗弄哉", "cancelled")],
)
def test_giving_up_ends_it(text: str, outcome: str) -> None:
    """In the caller's own words."""
    assert answered(started("我要打扫卫生", "cleaning"), text).outcome == outcome


def test_two_failures_in_a_row_end_it_and_one_does_not() -> None:
    """An answer in between starts the count anew."""
    draft = answered(started("修马桶", "repair"), "我自己")
    once = answered(draft, "哗啦哗啦")
    assert (once.outcome, once.misses) == ("", 1)
    assert answered(once, "哗啦哗啦").outcome == "stuck"
    assert answered(once, "明天").misses == 0


def test_a_question_goes_aside_and_leaves_the_draft_alone() -> None:
    """Only when the model is sure and it sounds like a question."""
    draft = started("修马桶", "repair")
    aside = hear(draft, said("要多少钱啊", "ask_policy", 0.9), "who", NOW, words())
    assert (aside.aside, aside.who) == ("question", None)


def test_everything_is_read_back_before_it_is_written_down() -> None:
    """Name, what, who, the date with its weekday, where."""
    draft = answered(started("后天上午修马桶，到惠山路3号", "repair"), "我自己")
    assert read_back(draft, words()) == (
        "我念一遍。上门修理，修马桶，给您本人，后天，11月27日星期五，上午，惠山路3号。对不对？"
    )


@given(st.lists(st.text(max_size=30), max_size=8), st.sampled_from(sorted(words().services)))
def test_no_sentence_breaks_the_draft(sentences: list[str], service: str) -> None:
    """Whatever is said, the draft stays one that the slots can keep."""
    draft = started("我要", service)
    for text in sentences:
        draft = answered(draft, text)
        assert from_slots(to_slots(draft)).missing() == draft.missing()
        assert draft.missing() in (*FIELDS, None)
        assert thaw(freeze(draft.when_at)) == draft.when_at
