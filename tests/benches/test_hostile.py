"""The bench of bad input answers every kind, and says what it took."""

from argparse import Namespace

import pytest

from callcenter.benches import hostile
from tests.callcenter.odd_rasa import odd_rasa


def test_every_kind_of_bad_input_is_answered_and_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    with odd_rasa() as odd:
        monkeypatch.setenv("XIXIN_RASA_URL", odd.url)
        monkeypatch.setenv("XIXIN_RASA_TOKEN", "token")
        found = hostile.BENCH.run(Namespace(rounds=1))
    assert set(found) == {"rounds", *hostile.KINDS}
    for kind in hostile.KINDS:
        figures = found[kind]
        assert isinstance(figures, dict)
        assert figures["unanswered"] == 0, kind
        assert figures["house_peak_mb"] > 0


def test_what_the_door_hands_on_is_never_longer_than_three_hundred_characters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Straight at the assistant goes the whole text; through the door only its beginning."""
    with odd_rasa() as odd:
        monkeypatch.setenv("XIXIN_RASA_URL", odd.url)
        monkeypatch.setenv("XIXIN_RASA_TOKEN", "token")
        hostile.BENCH.run(Namespace(rounds=1))
    through = [one for one in odd.heard if ":straight:" not in one["sender"]]
    assert through
    assert all(len(one["text"]) <= 300 for one in through)
