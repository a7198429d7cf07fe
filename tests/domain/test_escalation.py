"""Ladders: every rung names somebody, steps only go up, the last one repeats."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.escalation import Ladder, Rung, build_ladder, first_rung, next_rung

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
waits = st.integers(1, 120).map(lambda m: timedelta(minutes=m))
people = st.lists(st.integers(1, 50), max_size=3)
steps = st.lists(st.tuples(st.text(max_size=5), people, waits), max_size=5)


@given(steps, people)
def test_a_ladder_is_built_with_people_on_every_rung_or_not_at_all(
    configured: list[tuple[str, list[int], timedelta]], fallback: list[int]
) -> None:
    try:
        ladder = build_ladder(configured, fallback, timedelta(hours=1))
    except ValueError:
        assert not configured or not (fallback or any(who for _, who, _ in configured))
        return
    assert all(rung.workers for rung in ladder.rungs)


@given(st.integers(1, 5), st.integers(1, 30))
def test_unacknowledged_it_climbs_to_the_last_rung_and_then_repeats_for_ever(
    height: int, rounds: int
) -> None:
    rung = Rung(title="x", workers=(1,), wait=timedelta(minutes=5))
    ladder = Ladder(rungs=(rung,) * height, find_within=timedelta(hours=1))
    step, seen = first_rung(ladder, NOW), [0]
    for _ in range(rounds):
        step = next_rung(ladder, step.rung, step.again)
        seen.append(step.rung)
        assert step.again > NOW
    assert seen == sorted(seen)
    assert seen[-1] == min(rounds, height - 1)


def test_an_empty_ladder_and_an_empty_rung_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Ladder(rungs=(), find_within=timedelta(hours=1))
    empty = Rung(title="x", workers=(), wait=timedelta(minutes=5))
    with pytest.raises(ValueError, match="at least one"):
        Ladder(rungs=(empty,), find_within=timedelta(hours=1))
