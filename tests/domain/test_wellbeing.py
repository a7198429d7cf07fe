"""Daily life: what was answered is heard as it was meant, and what becomes worse is found."""

from datetime import timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.config import ROOT
from callcenter.domain.rulesheet import BadRules
from callcenter.domain.wellbeing import Entry, Means, TalkSheet, worsening
from tests.house import MONDAY, policy

SHEET = policy().talk
DAY = timedelta(days=1)


def entries(*told: str) -> list[Entry]:
    """Answers such as `meals good`, two a week, the last one on Monday."""
    first = MONDAY - 3.5 * DAY * (len(told) - 1)
    pairs = [one.split() for one in told]
    return [
        Entry(topic=topic, means=Means(means), at=first + 3.5 * DAY * place)
        for place, (topic, means) in enumerate(pairs)
    ]


def found(*told: str) -> str | None:
    return worsening(entries(*told), SHEET.worse, MONDAY)


@pytest.mark.parametrize(
    ("question", "words", "means"),
    [
        ("meals", "吃得蛮好，就是不想吃肉", Means.BAD),
        ("meals", "谢谢你，吃得香", Means.GOOD),
        ("sleep", "没有睡不着，蛮好", Means.GOOD),
        ("sleep", "睡得不好", Means.BAD),
        ("mood", "好着呢", Means.GOOD),
        ("mood", "女儿不来，冷清", Means.BAD),
        ("message", "没有了", Means.GOOD),
        ("message", "谢谢你们上次送来的药，不过我还要再配一点", Means.UNCLEAR),
    ],
)
def test_a_complaint_wins_over_something_good(question: str, words: str, means: Means) -> None:
    assert SHEET.read(question, words) is means


def test_what_was_never_asked_comes_first_then_what_was_asked_longest_ago() -> None:
    assert SHEET.choose({}) == ("meals", "sleep")
    asked = {"meals": MONDAY, "sleep": MONDAY}
    assert SHEET.choose(asked) == ("mood", "message")
    all_asked = {name: MONDAY - DAY * place for place, name in enumerate(SHEET.questions)}
    assert SHEET.choose(all_asked) == ("message", "mood")


def test_bad_twice_in_a_row_is_found_and_good_in_between_is_not() -> None:
    assert found("sleep bad", "meals good", "sleep bad") == "sleep"
    assert found("sleep bad", "sleep good", "sleep bad") is None
    assert found("sleep bad", "meals bad") is None


def test_an_answer_that_was_not_given_breaks_no_row() -> None:
    assert found("sleep bad", "sleep skipped", "sleep bad") == "sleep"


def test_silence_is_found_only_in_somebody_who_used_to_answer() -> None:
    assert found("meals good", "sleep silent", "mood silent") == "silent"
    assert found("meals silent", "sleep silent") is None
    assert found("meals good", "sleep silent") is None


def test_more_trouble_than_in_the_weeks_before_is_found() -> None:
    good = ["meals good", "sleep good", "mood good", "health good"] * 2
    assert found(*good, "meals bad", "sleep silent", "mood bad") == "more"
    bad = ["meals bad", "sleep silent", "mood bad", "sleep good"] * 2
    assert found(*bad, "meals good", "sleep bad", "meals good", "mood bad") != "more"


@settings(deadline=None)
@given(st.lists(st.sampled_from(["meals good", "sleep good", "mood told", "meals skipped"])))
def test_nobody_is_looked_into_who_never_said_anything_bad(told: list[str]) -> None:
    assert found(*told) is None


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"at_most": -1}, "at_most"),
        ({"worse": {}}, "bad_in_a_row"),
        ({"questions": []}, "questions"),
        ({"questions": [{"name": "meals", "title": "吃饭"}]}, "ask"),
        ({"skip": ["{没有这张词表}"]}, "没有这张词表"),
    ],
)
def test_a_mistake_in_the_sheet_is_named(change: dict[str, Any], names: str) -> None:
    raw = yaml.safe_load((ROOT / "policy" / "talk.yaml").read_text(encoding="utf-8"))
    with pytest.raises(BadRules, match=names):
        TalkSheet.parse({**raw, **change})


def test_an_example_that_is_heard_otherwise_is_named() -> None:
    raw = yaml.safe_load((ROOT / "policy" / "talk.yaml").read_text(encoding="utf-8"))
    raw["questions"][0]["hears"]["bad"] = ["胃口蛮好"]
    with pytest.raises(BadRules, match="胃口蛮好"):
        TalkSheet.parse(raw)
