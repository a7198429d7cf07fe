"""The ear hears dangers that no rule names, and keeps rules from crying wolf, all by itself."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.watch import OVERHEARD, Watch
from callcenter.policy import EAR, read_policy
from tests.bot.lessons import ROOT, taught_by

SETS = ROOT / "tests" / "bot" / "speech"


@pytest.fixture(scope="module")
def watch() -> Watch:
    """Rules and ear as the house reads them."""
    return read_policy(ROOT / "policy", "+8651000000000").danger


def rows(name: str) -> list[dict[str, str]]:
    """The lines of a set that the ear has not learned from."""
    return [json.loads(one) for one in (SETS / name).read_text(encoding="utf-8").splitlines()]


def test_the_ear_has_learned_from_todays_sentences() -> None:
    """`python -m bot.school` was run after the last change of what it learns from."""
    assert json.loads(EAR.read_text(encoding="utf-8"))["learned_from"] == taught_by()


def test_a_danger_without_its_word_is_overheard(watch: Watch) -> None:
    found = watch.find("叫我妈笑一笑，她只有半边脸在笑，手也抬弗起来")
    assert found is not None
    assert found.certain


def test_without_the_assistant_nine_of_ten_unseen_dangers_are_alarms(watch: Watch) -> None:
    """Nothing learned from this set; a quarter of its harmless lines are close to danger."""
    found = [(one["danger"], watch.find(one["text"])) for one in rows("c_dev.jsonl")]
    sure = [danger for danger, heard in found if heard is not None and heard.certain]
    dangers = sum(bool(danger) for danger, _ in found)
    assert sum(map(bool, sure)) / dangers >= 0.9
    assert sum(not danger for danger in sure) / (len(found) - dangers) <= 0.03


@pytest.mark.parametrize(
    "text",
    [
        "上回来修煤气灶的师傅乱收钱，我要投诉",
        "股票跌得要跳楼了，你讲还会不会涨",
        "我要订明天的午饭",
    ],
)
def test_what_only_names_danger_raises_no_alarm(watch: Watch, text: str) -> None:
    found = watch.find(text)
    assert found is None or not found.certain


def test_what_the_ear_denies_still_goes_to_a_person(watch: Watch) -> None:
    """A rule's find is never dropped: at most its alarm is."""
    for one in rows("c_dev.jsonl"):
        if watch.rules.find(one["text"]) is not None:
            assert watch.find(one["text"]) is not None


def test_anything_said_has_a_margin(watch: Watch) -> None:
    """No text breaks the ear, and none drives it beyond all bounds."""

    @given(st.text(max_size=2000))
    def bounded(text: str) -> None:
        assert -20 < watch.ear.margin(text) < 20

    bounded()


def test_what_only_the_ear_hears_is_named_so(watch: Watch) -> None:
    """Whoever reads the alarm can tell that its kind is a guess."""
    unnamed = [one["text"] for one in rows("c_dev.jsonl") if watch.rules.find(one["text"]) is None]
    heard = [found for text in unnamed if (found := watch.find(text))]
    assert heard
    assert {found.rule for found in heard} == {OVERHEARD}
