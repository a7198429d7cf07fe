"""When to dial again and when a person takes over; and a week without a blank."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from callcenter.domain.call import Disposition
from callcenter.domain.checkin import (
    Closed,
    Dial,
    Ended,
    Outcome,
    Retry,
    RetryPolicy,
    SlotKind,
    ToPerson,
    appointments,
    next_step,
    still_possible,
)
from callcenter.domain.week import Window, at, local

MONDAY = date(2026, 11, 23)
WINDOW = Window(opens=9 * 60, closes=17 * 60)
NINE = at(MONDAY, 9 * 60)
BY = at(MONDAY, 17 * 60)
POLICY = RetryPolicy(
    by_ending={
        "no_answer": Retry(wait=timedelta(minutes=30), at_most=3),
        "busy": Retry(wait=timedelta(minutes=10), at_most=2),
        "silent": Retry(wait=timedelta(minutes=15), at_most=2),
    },
    attempts=4,
)
endings = st.builds(
    Ended,
    outcome=st.sampled_from(list(Outcome)),
    disposition=st.none() | st.sampled_from(list(Disposition)),
    at=st.integers(0, 8 * 60 * 60).map(lambda s: NINE + timedelta(seconds=s)),
)


def rang(minutes: int, disposition: Disposition = Disposition.NO_ANSWER) -> Ended:
    when = NINE + timedelta(minutes=minutes)
    return Ended(outcome=Outcome.NOT_REACHED, disposition=disposition, at=when)


def test_no_answer_is_tried_again_after_its_own_wait() -> None:
    assert next_step([rang(0)], POLICY, WINDOW, BY) == Dial(at=NINE + timedelta(minutes=30))


def test_two_rings_in_a_row_count_as_one_for_who_picks_up_at_the_second() -> None:
    minutes = [0, 1, 31, 32, 62, 63]
    for done in range(1, 7):
        history = [rang(one) for one in minutes[:done]]
        step = next_step(history, POLICY, WINDOW, BY, ring_twice=True)
        if done == 6:
            assert step == ToPerson(reason="no_answer")
        else:
            assert step == Dial(at=NINE + timedelta(minutes=minutes[done]))


def test_busy_has_a_shorter_wait_than_no_answer() -> None:
    step = next_step([rang(0, Disposition.BUSY)], POLICY, WINDOW, BY)
    assert step == Dial(at=NINE + timedelta(minutes=10))


def test_after_the_last_try_a_person_takes_over() -> None:
    history = [rang(0), rang(30), rang(60)]
    assert next_step(history, POLICY, WINDOW, BY) == ToPerson(reason="no_answer")


def test_endings_of_different_kinds_still_share_one_ceiling() -> None:
    mixed = [rang(0), rang(30, Disposition.BUSY), rang(40), rang(70, Disposition.BUSY)]
    assert isinstance(next_step(mixed, POLICY, WINDOW, BY), ToPerson)


def test_silence_is_not_no_answer() -> None:
    quiet = Ended(outcome=Outcome.SILENT, disposition=Disposition.ANSWERED, at=NINE)
    assert next_step([quiet], POLICY, WINDOW, BY) == Dial(at=NINE + timedelta(minutes=15))


def test_an_ending_without_a_rule_goes_to_a_person_at_once() -> None:
    odd = Ended(outcome=Outcome.DECEASED, disposition=Disposition.ANSWERED, at=NINE)
    assert isinstance(next_step([odd], POLICY, WINDOW, BY), ToPerson)


def test_a_retry_that_would_leave_the_day_goes_to_a_person_now() -> None:
    late = rang(7 * 60 + 45)
    assert isinstance(next_step([late], POLICY, WINDOW, BY), ToPerson)


@given(st.lists(endings, min_size=1, max_size=6))
def test_only_safe_closes_a_slot(history: list[Ended]) -> None:
    closed = isinstance(next_step(history, POLICY, WINDOW, BY), Closed)
    assert closed == (history[-1].outcome is Outcome.SAFE)


@given(st.lists(endings, min_size=1, max_size=6))
def test_a_retry_lies_in_the_elders_window_and_not_after_the_last_moment(
    history: list[Ended],
) -> None:
    step = next_step(history, POLICY, WINDOW, BY)
    if isinstance(step, Dial):
        assert WINDOW.holds(step.at)
        assert history[-1].at <= step.at <= BY
        assert len(history) < POLICY.attempts


@given(st.integers(0, 10_000), st.integers(0, 1300), st.integers(30, 139))
def test_a_week_has_two_calls_and_two_visits_on_different_days_inside_it(
    shift: int, opens: int, length: int
) -> None:
    window = Window(opens=opens, closes=opens + length)
    plans = appointments(MONDAY, window, shift)
    assert [(p.kind, p.number) for p in plans] == [
        (SlotKind.CALL, 1),
        (SlotKind.CALL, 2),
        (SlotKind.VISIT, 1),
        (SlotKind.VISIT, 2),
    ]
    for plan in plans:
        assert at(MONDAY, 0) <= plan.due_at <= plan.by < at(MONDAY + timedelta(days=7), 0)
    calls = [p for p in plans if p.kind is SlotKind.CALL]
    assert calls[1].due_at - calls[0].due_at >= timedelta(days=1)
    assert all(window.holds(call.due_at) for call in calls)


@given(st.integers(0, 100), st.integers(0, 7 * 24 * 60 - 1))
def test_planned_late_an_appointment_stays_in_the_week_or_ends_at_once(
    shift: int, minutes: int
) -> None:
    now = at(MONDAY, 0) + timedelta(minutes=minutes)
    for plan in appointments(MONDAY, WINDOW, shift):
        moved = still_possible(plan, WINDOW, now, MONDAY)
        assert moved.due_at >= now or moved.due_at == plan.due_at
        assert moved.by < at(MONDAY + timedelta(days=7), 0)
        assert moved.due_at <= moved.by
        assume(moved.due_at != moved.by)
        if moved.kind is SlotKind.CALL:
            assert local(moved.due_at).date() == local(moved.by).date()


def test_the_moment_of_planning_does_not_push_an_appointment_that_lies_ahead() -> None:
    plan = appointments(MONDAY, WINDOW, 0)[1]
    assert still_possible(plan, WINDOW, datetime(2026, 11, 23, tzinfo=UTC), MONDAY) == plan
