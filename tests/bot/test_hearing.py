"""How well the trained assistant hears the development set, held to floors."""

import pytest

from callcenter.config import ROOT
from callcenter.policy import read_policy
from tests.bot.conftest import Server
from tests.bot.report import (
    HERE,
    Heard,
    accuracy,
    asking,
    development,
    false_alarms,
    found,
    listen,
    missed,
    nothing_found,
    recalls,
    table,
    utterances,
)

FEWEST = 8  # utterances of an intent before its own floor counts


@pytest.fixture(scope="module")
def heard(rasa_server: Server) -> tuple[list[Heard], list[Heard]]:
    """The development set through both nets, and through the model alone."""
    danger = read_policy(ROOT / "policy", "+8651000000000").danger.find
    with asking(rasa_server.url, rasa_server.token) as parse:
        return listen(development(), parse, danger), listen(development(), parse, nothing_found)


def test_the_development_set_is_large_and_has_every_intent() -> None:
    """400 utterances at least, in both contexts, none of them twice."""
    lines = development()
    assert len(lines) >= 400
    assert len({(one["text"], one["context"]) for one in lines}) == len(lines)
    assert {one["context"] for one in lines} == {"hotline", "check_in"}


def test_none_of_it_was_trained_on() -> None:
    """Sentences of eight characters and more; shorter ones anybody says."""
    trained = {
        line.strip().removeprefix("- ")
        for file in (ROOT / "bot" / "data" / "nlu").glob("*.yml")
        for line in file.read_text(encoding="utf-8").splitlines()
    }
    assert [
        one["text"] for one in development() if one["text"] in trained and len(one["text"]) > 7
    ] == []


def test_intents_are_heard(heard: tuple[list[Heard], list[Heard]]) -> None:
    """The floor lies a little below what was measured (docs/assistant.md)."""
    assert accuracy(heard[1]) >= 0.95, table(heard[1])
    assert accuracy(heard[0]) >= 0.95, table(heard[0])


def test_no_intent_is_left_behind(heard: tuple[list[Heard], list[Heard]]) -> None:
    """Every intent with some utterances is found at least three times in four."""
    counts = {one.wanted["intent"] for one in heard[1]}
    low = {name: share for name, share in recalls(heard[1]).items() if share < 0.75}
    assert not {n for n in low if sum(h.wanted["intent"] == n for h in heard[1]) >= FEWEST}, counts


def test_danger_is_raised_by_either_net(heard: tuple[list[Heard], list[Heard]]) -> None:
    """Two nets: of all dangers at most one in a hundred passes both."""
    dangers = sum(one.wanted["intent"] in ("emergency", "crisis") for one in heard[0])
    assert len(missed(heard[0])) <= dangers / 100, missed(heard[0])


def test_the_model_raises_few_false_alarms(heard: tuple[list[Heard], list[Heard]]) -> None:
    """At most one in a hundred of everything that is no danger."""
    assert len(false_alarms(heard[1])) / len(heard[1]) <= 0.01, false_alarms(heard[1])


def test_both_nets_together_raise_few_false_alarms(heard: tuple[list[Heard], list[Heard]]) -> None:
    """At most one in fifty: whoever is fetched in vain too often stops coming."""
    assert len(false_alarms(heard[0])) / len(heard[0]) <= 0.02, false_alarms(heard[0])


def test_the_kind_of_danger_is_heard(heard: tuple[list[Heard], list[Heard]]) -> None:
    """Nine times in ten: who is sent depends on it."""
    right, all_ = found(heard[0], "kind")
    assert right / all_ >= 0.9


def test_what_a_telephone_garbled_is_still_understood(rasa_server: Server) -> None:
    """Of speech that went through a telephone and a recogniser five in six are heard right, and
    of dangers hardly one is lost."""
    danger = read_policy(ROOT / "policy", "+8651000000000").danger.find
    with asking(rasa_server.url, rasa_server.token) as parse:
        through = listen(utterances(HERE / "speech" / "phone.jsonl"), parse, danger)
    assert accuracy(through) >= 0.85, table(through)
    assert len(missed(through)) <= 1, missed(through)
