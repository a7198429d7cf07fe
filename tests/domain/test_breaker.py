"""The breaker trips only on many failures, tries a few calls, and closes when they are carried."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.breaker import BreakerRule, Dials, Tripped, may_probe, next_state
from callcenter.domain.rulesheet import BadRules, Sheet

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
RULE = BreakerRule(
    over=0.3,
    at_least=10,
    within=timedelta(minutes=10),
    probe_every=timedelta(minutes=5),
    probes=3,
    hand_over=timedelta(hours=2),
)
OPEN = Tripped(probe_at=NOW)
PROBING = Tripped(probe_at=NOW, probing_since=NOW)
counts = st.integers(0, 60)
dialled = st.builds(Dials, carried=counts, failed=counts, pending=counts)


@given(dials=dialled)
def test_it_trips_exactly_when_enough_dials_failed(dials: Dials) -> None:
    """More than three in ten, of ten at least; calls of which nobody knows say nothing."""
    trips = next_state(RULE, None, dials, NOW) is not None
    many = dials.carried + dials.failed
    assert trips == (many >= 10 and 10 * dials.failed > 3 * many)


def test_it_stays_open_until_the_next_try() -> None:
    """Not even good dials close it before a few calls have been tried on purpose."""
    waiting = Tripped(probe_at=NOW + timedelta(minutes=1))
    assert next_state(RULE, waiting, Dials(carried=50), NOW) == waiting
    assert next_state(RULE, OPEN, Dials(failed=50), NOW) == PROBING


def test_calls_that_are_carried_close_it() -> None:
    """A phone that rings without anybody coming is carried as well."""
    assert next_state(RULE, PROBING, Dials(carried=3), NOW) is None


def test_calls_that_fail_again_open_it_for_another_five_minutes() -> None:
    """One failure of three is more than three in ten."""
    again = next_state(RULE, PROBING, Dials(carried=2, failed=1), NOW)
    assert again == Tripped(probe_at=NOW + timedelta(minutes=5))


@given(dials=dialled)
def test_it_waits_for_every_call_that_was_tried(dials: Dials) -> None:
    """While one is pending, or none was made, nothing is known."""
    decided = next_state(RULE, PROBING, dials, NOW) != PROBING
    assert decided == (dials.pending == 0 and dials.known > 0)


@given(dials=dialled)
def test_no_more_than_a_few_calls_are_tried_at_a_time(dials: Dials) -> None:
    """None at all before the time has come."""
    assert may_probe(RULE, OPEN, dials) == 0
    assert may_probe(RULE, PROBING, dials) == max(0, 3 - dials.known - dials.pending)


def test_a_mistake_in_the_file_is_named_in_plain_words() -> None:
    """The message names the file, the section, the line and what would be right."""
    raw = {"over_percent": 130}
    with pytest.raises(BadRules, match=r"mass.yaml breaker：over_percent 应当是 1 到 99 的整数"):
        BreakerRule.parse(Sheet(name="mass.yaml breaker", raw=raw))
