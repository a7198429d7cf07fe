"""The forecast judges what is planned against who is there to do it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.forecast import (
    Cause,
    ForecastRule,
    Team,
    days_left,
    is_time,
    of_call,
    of_visits,
)
from callcenter.domain.handcall import Why

WEDNESDAY = datetime(2026, 11, 25, 1, tzinfo=UTC)  # nine o'clock in Wuxi
RULE = ForecastRule(visits_a_day=8, hour=9)


@given(hands=st.integers(0, 5), visits=st.integers(0, 300))
def test_visits_are_missed_exactly_when_the_days_left_do_not_hold_them(
    hands: int, visits: int
) -> None:
    """From Wednesday morning five days are left, of eight visits for each pair of hands."""
    judged = of_visits(Team(name="柳巷社区", hands=hands, visits=visits), RULE, WEDNESDAY)
    missed = max(0, visits - 40 * hands)
    assert (judged[1] if judged else 0) == missed
    if judged:
        assert judged[0] is (Cause.TOO_MANY_VISITS if hands else Cause.NO_WORKER)


def test_a_call_that_somebody_is_making_is_not_missed() -> None:
    """Whatever put it on the list."""
    assert of_call(Why.NO_PHONE, taken=True) is None
    assert of_call(Why.NO_PHONE, taken=False) is Cause.NO_PHONE
    assert of_call(Why.NUMBER_WRONG, taken=False) is Cause.NUMBER_WRONG
    assert of_call(Why.DEMENTIA, taken=False) is Cause.NOBODY_RINGS
    assert of_call(None, taken=False) is Cause.NO_PHONE


@pytest.mark.parametrize(
    ("day", "hour", "left"), [(23, 0, 7), (25, 1, 5), (25, 9, 4), (29, 1, 1), (29, 10, 0)]
)
def test_today_counts_until_five(day: int, hour: int, left: int) -> None:
    """Hours are UTC: nine is five in the afternoon in Wuxi."""
    assert days_left(datetime(2026, 11, day, hour, tzinfo=UTC)) == left


@pytest.mark.parametrize(("day", "hour", "told"), [(24, 10, False), (25, 0, False), (25, 1, True)])
def test_it_is_told_from_wednesday_morning_on(day: int, hour: int, told: bool) -> None:
    """A week that nobody looked at on Wednesday is told on Thursday."""
    assert is_time(RULE, datetime(2026, 11, day, hour, tzinfo=UTC)) is told
