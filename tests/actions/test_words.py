"""What the actions say lies in data, and mistakes in it are named."""

import re
from pathlib import Path

import pytest
import yaml

from actions.proof import number_in
from actions.talk import TALK
from actions.words import BadWords, words
from callcenter.config import ROOT


def test_every_line_is_short_enough_for_the_phone() -> None:
    """Three sentences at most, and no more than 70 characters."""
    for name, line in words().lines.items():
        assert len(line) <= 70, name
        assert len(re.findall(r"[。？！]", line)) <= 5, name


def spoken() -> dict[str, str]:
    """Every sentence that an elder may hear from the actions."""
    services = words().services
    asked = {f"{key}.{name}": getattr(one, name)
             for key, one in services.items() for name in ("ask_wanted", "ask_place")}  # fmt: skip
    return {**words().lines, **asked}


@pytest.mark.parametrize("name", sorted(spoken()))
def test_nothing_is_spoken_that_cannot_be_spoken(name: str) -> None:
    """No brackets, no quotation marks, no Latin, no list of more than three."""
    line = re.sub(r"\{\w+\}", "", spoken()[name])
    assert not re.search(r"[（）()「」『』“”‘’\"\[\]【】A-Za-z/]", line)
    for sentence in re.split("[。？！]", line):
        assert sentence.count("、") <= 2


@pytest.mark.parametrize("name", [one for one in sorted(spoken()) if "ask_" in one])
def test_a_question_is_short_and_ends_as_one(name: str) -> None:
    """An elder keeps the last thing in mind."""
    line = spoken()[name]
    assert len(line) <= 34
    assert line[-1] in "？。"


def test_no_line_promises_a_person_but_those_that_bring_one() -> None:
    """What says 给您转人工，请 is said together with a transfer."""
    promising = {name for name, line in words().lines.items() if "给您转人工" in line}
    bring = {"handoff", "unclear_handoff", "form_handoff", "form_stuck", "form_not_saved"}
    offer = {"offer_person", "ask_danger"}
    assert promising == bring | offer


def test_a_blank_that_nobody_fills_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says which line."""
    (tmp_path / "words.yaml").write_text("greet: 您好{nobody}", encoding="utf-8")
    monkeypatch.setattr("actions.words.WORDS", tmp_path / "words.yaml")
    words.cache_clear()
    with pytest.raises(BadWords, match="greet"):
        words()
    words.cache_clear()


def test_every_action_of_the_domain_is_there() -> None:
    """Rasa must never call an action that does not exist."""
    domain = yaml.safe_load((ROOT / "bot/domain/domain.yml").read_text(encoding="utf-8"))
    ours = {*TALK, "action_begin_request", "validate_service_form", "action_finish_request"}
    ours |= {f"action_ask_{name}" for name in domain["forms"]["service_form"]["required_slots"]}
    assert set(domain["actions"]) == ours


def test_every_intent_has_a_rule() -> None:
    """Whatever is understood, something is said."""
    domain = yaml.safe_load((ROOT / "bot/domain/domain.yml").read_text(encoding="utf-8"))
    rules = yaml.safe_load((ROOT / "bot/data/rules.yml").read_text(encoding="utf-8"))
    ruled = {
        step["intent"] for rule in rules["rules"] for step in rule["steps"] if "intent" in step
    }
    assert {next(iter(one)) for one in domain["intents"]} <= ruled


@pytest.mark.parametrize(
    ("text", "number"),
    [("1023号单子", 1023), ("一零二三号", 1023), ("编号二十八号", 28), ("一百零八号", 108),
     ("三号工单呢", None), ("我的单子", None), ("1005", 1005)],
)  # fmt: skip
def test_request_numbers_are_heard(text: str, number: int | None) -> None:
    """Spoken digit by digit, as a number, or written."""
    assert number_in(text) == number
