"""Many escalations for one worker are told as one, and shared when there are too many."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.bundling import Bundling, goes_out_at, rungs_told, several
from callcenter.domain.escalation import Ladder, Reason, Rung
from callcenter.domain.rulesheet import BadRules, Sheet

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
RULE = Bundling(within=timedelta(minutes=3), cap=10)


def ladder(*rungs: tuple[int, ...]) -> Ladder:
    """A ladder of these people, twenty minutes for each rung."""
    steps = (Rung(title="级", workers=one, wait=timedelta(minutes=20)) for one in rungs)
    return Ladder(rungs=tuple(steps), find_within=timedelta(hours=2))


@given(ago=st.none() | st.integers(0, 600))
def test_a_worker_is_told_at_once_or_within_the_window(ago: int | None) -> None:
    """Never twice within three minutes, and never later than three minutes."""
    last = None if ago is None else NOW - timedelta(seconds=ago)
    leaves = goes_out_at(RULE, NOW, last)
    assert NOW <= leaves <= NOW + RULE.within
    assert last is None or leaves - last >= RULE.within


def test_the_next_rung_shares_only_when_everybody_on_this_one_has_too_many() -> None:
    """One of two with a free hand is enough."""
    two = ladder((1, 2), (3,), (4,))
    assert rungs_told(two, {1: 10, 2: 9}, 10) == (0,)
    assert rungs_told(two, {1: 10, 2: 10}, 10) == (0, 1)
    assert rungs_told(two, {1: 10, 2: 10, 3: 40}, 10) == (0, 1, 2)
    assert rungs_told(two, {1: 99, 2: 99, 3: 99, 4: 99}, 10) == (0, 1, 2)


def test_what_they_have_in_common_is_said_and_how_many_they_are() -> None:
    """Six names are said, the others counted; numbers as one speaks."""
    twelve = several(["王阿婆"] * 12, [Reason.MISSED] * 12)
    assert (twelve.number, twelve.reason) == ("十二", "多次打不通")
    assert twelve.names.count("王阿婆") == 6
    assert twelve.names.endswith("等")
    mixed = several(["王阿婆", "李大爷"], [Reason.MISSED, Reason.UNWELL])
    assert (mixed.number, mixed.reason, mixed.names) == ("两", "等您核实", "王阿婆、李大爷")


def test_a_window_that_would_leave_an_escalation_untold_is_refused() -> None:
    """After five minutes the auditor calls an escalation unowned."""
    raw = {"within_minutes": 10, "cap": 10}
    with pytest.raises(BadRules, match="within_minutes 应当是 1 到 4 的整数，现在是 10"):
        Bundling.parse(Sheet(name="mass.yaml bundling", raw=raw))
