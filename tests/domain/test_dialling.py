"""A call that is due leaves only where it may: in the elder's hours, on a free line, rested."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.dialling import (
    ByHand,
    ByPerson,
    DueCall,
    Later,
    Leave,
    OffTheList,
    OnHold,
    may_leave,
)
from callcenter.domain.escalation import Reason
from callcenter.domain.handcall import Why
from callcenter.domain.week import Window, at

MONDAY = date(2026, 11, 23)
TEN = datetime(2026, 11, 23, 2, tzinfo=UTC)  # in the morning of that Monday in Wuxi
CALL = DueCall(
    week=MONDAY,
    by=TEN + timedelta(hours=7),
    window=Window(opens=9 * 60, closes=17 * 60),
    covered=True,
    on_hold=False,
    by_hand=None,
    in_use=False,
    other_ended_at=None,
)

moments = st.integers(0, 7 * 24 * 60 - 1).map(
    lambda minutes: at(MONDAY, 0) + timedelta(minutes=minutes)
)
calls = st.builds(
    DueCall,
    week=st.just(MONDAY),
    by=moments,
    window=st.tuples(st.integers(0, 700), st.integers(701, 1439)).map(
        lambda hours: Window(opens=hours[0], closes=hours[1])
    ),
    covered=st.booleans(),
    on_hold=st.booleans(),
    by_hand=st.none() | st.sampled_from(Why),
    in_use=st.booleans(),
    other_ended_at=st.none() | moments,
)


@given(call=calls, now=moments)
def test_a_call_leaves_only_when_everything_allows_it(call: DueCall, now: datetime) -> None:
    if isinstance(may_leave(call, now), Leave):
        assert call.covered
        assert not call.on_hold
        assert call.by_hand is None
        assert not call.in_use
        assert call.window.holds(now)
        assert now <= call.by


@given(call=calls, now=moments)
def test_a_call_that_waits_comes_again_in_time_and_never_in_the_past(
    call: DueCall, now: datetime
) -> None:
    what = may_leave(call, now)
    if isinstance(what, Later):
        assert what.at > now
        assert what.by >= call.by
        assert call.in_use or what.at <= what.by


def test_a_call_that_is_too_late_goes_to_a_person() -> None:
    what = may_leave(replace(CALL, by=TEN - timedelta(seconds=1)), TEN)
    assert isinstance(what, ByPerson)
    assert what.reason is Reason.MISSED


@given(why=st.sampled_from(Why), now=moments)
def test_whom_no_machine_may_ring_a_person_rings_however_late_it_is(
    why: Why, now: datetime
) -> None:
    assert may_leave(replace(CALL, by_hand=why), now) == ByHand(why=why)


def test_nobody_is_called_who_is_off_the_list() -> None:
    assert may_leave(replace(CALL, covered=False), TEN) == OffTheList()


def test_nobody_is_called_who_is_away_whoever_would_ring() -> None:
    assert may_leave(replace(CALL, on_hold=True, by_hand=Why.DEMENTIA), TEN) == OnHold()


def test_the_second_call_waits_until_the_next_day_but_not_beyond_the_week() -> None:
    just_now = replace(CALL, other_ended_at=TEN - timedelta(hours=1))
    what = may_leave(just_now, TEN)
    assert isinstance(what, Later)
    assert what.at == TEN + timedelta(hours=23)  # Tuesday at nine
    sunday = timedelta(days=6)
    late = replace(CALL, by=CALL.by + sunday, other_ended_at=TEN + sunday - timedelta(hours=1))
    assert may_leave(late, TEN + sunday) == Leave()
