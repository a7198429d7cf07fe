"""The gate of the chat page, as a rule."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from callcenter.web.chat_guard import Gate, Limit

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LIMIT = Limit(of="talk", burst=5, per_minute=12)


@given(st.lists(st.floats(0, 30), max_size=80))
def test_never_more_than_the_burst_and_the_pace(pauses: list[float]) -> None:
    """In any stretch of time at most the burst plus what the pace allows gets in."""
    gate, now, entered = Gate(), NOON, []
    for seconds in pauses:
        now += timedelta(seconds=seconds)
        if gate.admit(now, {"talk": "one"}, (LIMIT,)):
            entered.append(now)
    for first, begin in enumerate(entered):
        for last, end in enumerate(entered[first:], first):
            allowed = LIMIT.burst + (end - begin).total_seconds() / 60 * LIMIT.per_minute
            assert last - first + 1 <= allowed + 1e-6


@given(st.integers(1, 20))
def test_whoever_waits_gets_in_again(tries: int) -> None:
    """No number of tries shuts anybody out for good: refused ones are not counted."""
    gate = Gate()
    for _ in range(tries):
        gate.admit(NOON, {"talk": "one"}, (LIMIT,))
    assert gate.admit(NOON + timedelta(seconds=60 / LIMIT.per_minute), {"talk": "one"}, (LIMIT,))


@given(st.integers(6, 20))
def test_the_limits_of_two_talks_are_apart(tries: int) -> None:
    """What one talk uses up is not taken from another."""
    gate = Gate()
    for _ in range(tries):
        gate.admit(NOON, {"talk": "one"}, (LIMIT,))
    assert gate.admit(NOON, {"talk": "two"}, (LIMIT,))
