"""When operators answer, and who of them is rung for a caller who waits."""

from datetime import UTC, date, datetime, timedelta

import pytest

from callcenter.domain.hours import Hours
from callcenter.domain.waiting import (
    AfterHours,
    CallBack,
    Hold,
    RingRound,
    Seat,
    TransferRules,
    Waiter,
    next_step,
    people,
)
from callcenter.domain.week import SHANGHAI
from callcenter.when import day_kind

RULES = TransferRules(
    ring_seconds=12, at_once=2, urgent_ring_seconds=40, hold_seconds=12, wait_seconds=150
)
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday, nine o'clock in Wuxi
HOURS = Hours.parse(
    {
        "hours": {"平日": "8:00-12:00, 13:00-20:00", "周末": "9:00-17:00", "节假日": "休息"},
        "dates": {date(2026, 11, 24): "10:00-12:00"},
    }
)


def seats(*ids: int, busy: tuple[int, ...] = (), rung: dict[int, int] | None = None) -> list[Seat]:
    """Operators by number."""
    counts = rung or {}
    return [Seat(worker_id=i, phone=f"+{i}", busy=i in busy, rung=counts.get(i, 0)) for i in ids]


def rung(step: object) -> list[int]:
    """Who is rung; empty when nobody is."""
    return [seat.worker_id for seat in step.seats] if isinstance(step, RingRound) else []


def waiter(seconds: int = 0, **facts: object) -> Waiter:
    """Somebody who has waited so long."""
    return Waiter(waited=timedelta(seconds=seconds), **facts)  # type: ignore[arg-type]


def test_the_next_ones_are_rung_when_the_first_do_not_accept() -> None:
    assert rung(next_step(waiter(), seats(1, 2, 3, 4), RULES)) == [1, 2]
    after = seats(1, 2, 3, 4, rung={1: 1, 2: 1})
    assert rung(next_step(waiter(12), after, RULES)) == [3, 4]


def test_whoever_was_rung_longest_ago_is_next() -> None:
    ago = [Seat(worker_id=i, phone="+1", last_rung=NOW - timedelta(hours=i)) for i in (1, 2, 3)]
    assert rung(next_step(waiter(), ago, RULES)) == [3, 2]


def test_who_came_first_is_served_first() -> None:
    """Two wait in front without anybody rung for them: the third free operator is mine."""
    assert rung(next_step(waiter(ahead=2, unserved=2), seats(1, 2, 3), RULES)) == [3]
    assert next_step(waiter(ahead=2, unserved=2), seats(1, 2), RULES) == Hold(ahead=2, seconds=12)


def test_all_busy_is_a_wait_and_too_long_a_wait_is_a_call_back() -> None:
    busy = seats(1, 2, busy=(1, 2))
    assert next_step(waiter(149, ahead=1), busy, RULES) == Hold(ahead=1, seconds=12)
    assert next_step(waiter(150, ahead=1), busy, RULES) == CallBack()
    assert next_step(waiter(), [], RULES) == CallBack()


def test_danger_rings_everybody_at_any_hour_in_front_of_all() -> None:
    step = next_step(
        waiter(urgent=True, open=False, ahead=5, unserved=5), seats(1, 2, busy=(1, 2)), RULES
    )
    assert rung(step) == [1, 2]
    assert next_step(waiter(open=False), seats(1), RULES) == AfterHours()


def test_who_took_the_caller_in_the_console_is_the_one_who_is_rung() -> None:
    assert rung(next_step(waiter(taken_by=3), seats(1, 2, 3, busy=(3,)), RULES)) == [3]


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 11, 23, 8, 0, tzinfo=SHANGHAI), True),
        (datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI), False),  # lunch
        (datetime(2026, 11, 23, 19, 59, tzinfo=SHANGHAI), True),
        (datetime(2026, 11, 24, 8, 30, tzinfo=SHANGHAI), False),  # a day of its own hours
        (datetime(2026, 11, 28, 8, 30, tzinfo=SHANGHAI), False),  # Saturday
        (datetime(2026, 10, 1, 10, 0, tzinfo=SHANGHAI), False),  # National Day
        (datetime(2026, 10, 10, 8, 30, tzinfo=SHANGHAI), True),  # a Saturday that is worked
    ],
)
def test_the_kind_of_day_decides_when_operators_answer(moment: datetime, is_open: bool) -> None:
    assert HOURS.is_open(moment, day_kind) is is_open


def test_the_next_opening_leaps_over_closed_days() -> None:
    eve = datetime(2026, 9, 30, 13, 0, tzinfo=UTC)  # nine in the evening before National Day
    opens = HOURS.opens_next(eve, day_kind)
    assert opens is not None
    assert day_kind(opens.date()).value != "节假日"
    assert opens.date() > date(2026, 10, 3)


@pytest.mark.parametrize(
    ("words", "says"),
    [("8点到20点", "请写成"), ("20:00-8:00", "从早写到晚"), ("13:00-20:00, 8:00-12:00", "晚于")],
)
def test_a_mistake_in_the_hours_is_said_in_chinese(words: str, says: str) -> None:
    hours = {"平日": words, "周末": "休息", "节假日": "休息"}
    with pytest.raises(ValueError, match=says):
        Hours.parse({"hours": hours})


def test_a_wait_longer_than_the_house_can_see_is_refused() -> None:
    raw = {name: getattr(RULES, name) for name in TransferRules.__dataclass_fields__}
    with pytest.raises(ValueError, match="不能超过170"):
        TransferRules.parse({**raw, "wait_seconds": 600})


def test_two_people_are_counted_as_one_says_it() -> None:
    assert [people(number) for number in (1, 2, 3, 12)] == ["一位", "两位", "三位", "十二位"]
