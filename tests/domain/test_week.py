"""Weeks run from Monday to Sunday in Wuxi, and windows stay within a day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.week import Window, at, local, minute_of, monday_of

START = datetime(2024, 1, 1, tzinfo=UTC)
moments = st.integers(0, 6 * 366 * 24 * 3600).map(lambda s: START + timedelta(seconds=s))
windows = st.tuples(st.integers(0, 1438), st.integers(1, 1439)).filter(lambda p: p[0] < p[1])


def test_sunday_night_in_utc_is_already_monday_in_wuxi() -> None:
    assert monday_of(datetime(2026, 11, 22, 16, 30, tzinfo=UTC)) == date(2026, 11, 23)
    assert monday_of(datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) == date(2026, 11, 16)


@given(moments)
def test_every_moment_lies_in_the_week_of_its_monday(moment: datetime) -> None:
    monday = monday_of(moment)
    assert monday.weekday() == 0
    assert at(monday, 0) <= moment < at(monday + timedelta(days=7), 0)


@given(moments, windows)
def test_the_next_open_moment_is_open_and_never_in_the_past(
    moment: datetime, hours: tuple[int, int]
) -> None:
    window = Window(opens=hours[0], closes=hours[1])
    opens = window.next_open(moment)
    assert window.holds(opens)
    assert moment <= opens <= moment + timedelta(days=1, hours=1)


@given(moments)
def test_a_minute_of_the_day_leads_back_to_the_same_minute(moment: datetime) -> None:
    again = at(local(moment).date(), minute_of(moment))
    assert timedelta(0) <= moment - again < timedelta(minutes=1)


def test_a_window_that_runs_over_midnight_is_refused() -> None:
    with pytest.raises(ValueError, match="within a day"):
        Window(opens=1200, closes=600)
