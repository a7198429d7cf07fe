"""Calls leave in a second that has one to give, however long the line takes to place them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from callcenter import dialler, engine
from callcenter.services import pace
from callcenter.store.tables import Attempt, Elder, Slot
from callcenter.telephony.port import CallOrder, CarrierCall
from callcenter.wiring import House
from tests.district import add_elder, cover, settle
from tests.house import MONDAY, SetClock, make_house
from tests.town import Town

NOON = MONDAY + timedelta(hours=3, minutes=30)


class BusyClock(SetClock):
    """Every look at it costs some time."""

    def __init__(self, moment: datetime, step: timedelta) -> None:
        super().__init__(moment)
        self._step = step

    def now(self) -> datetime:
        self.moment += self._step
        return self.moment


class SlowLine:
    """Takes every call, after a while; writes down when each one left."""

    def __init__(self, clock: SetClock, takes: timedelta) -> None:
        self._clock, self._takes = clock, takes
        self.left: list[datetime] = []

    def place_call(self, order: CallOrder) -> str:
        self.left.append(self._clock.moment)
        self._clock.moment += self._takes
        return f"CA{len(self.left)}"

    def fetch(self, sid: str) -> CarrierCall:
        raise LookupError(sid)

    def calls_to(self, number: str, since: datetime) -> Sequence[CarrierCall]:
        return ()

    def hang_up(self, sid: str) -> None:
        """Nothing rings."""

    def redirect(self, sid: str, script_url: str) -> None:
        raise AssertionError("nothing is redirected")

    def send_text(self, to: str, text: str, status_url: str) -> str:
        raise LookupError(to)


def crowd(
    folder: Path, elders: int, takes: timedelta, per_second: int
) -> tuple[House, SlowLine, SetClock]:
    """A house in which so many first calls are due at noon, and its line."""
    house = make_house(folder, NOON, calls_per_second=per_second, dials_at_once=1)
    settle(house)
    with house.store.work() as session:
        for number in range(elders - 3):
            elder = add_elder(session, "老人", 1, MONDAY.date().replace(year=1940), 10 + number)
            cover(session, elder, NOON)
    engine.plan(house, NOON)
    with house.store.work() as session:
        session.execute(update(Elder).values(window_opens=0, window_closes=1439))
        later = NOON + timedelta(days=2)
        session.execute(update(Slot).values(next_at=later))
        first = (Slot.kind == "call", Slot.number == 1)
        session.execute(update(Slot).where(*first).values(next_at=NOON, by=later))
    clock = BusyClock(NOON, timedelta(milliseconds=1))
    line = SlowLine(clock, takes)
    return replace(house, clock=clock, carrier=line), line, clock


@pytest.mark.parametrize("milliseconds", [0, 30, 180])
def test_no_second_has_more_calls_than_the_limit_and_hardly_any_goes_unused(
    milliseconds: int, tmp_path: Path
) -> None:
    house, line, clock = crowd(tmp_path, 40, timedelta(milliseconds=milliseconds), per_second=5)
    for _ in range(400):
        dialler.dial(house, house.now())
        clock.passes(milliseconds=50)
    each = Counter(map(pace.second, line.left))
    assert len(line.left) == 40
    assert max(each.values()) <= 5
    assert sum(each.values()) / len(each) >= 4.4
    with house.store.look() as session:
        assert len(set(session.scalars(select(Attempt.call_sid)))) == 40
    house.store.engine.dispose()


def test_a_claim_that_slept_for_more_than_a_minute_is_not_dialled_any_more(tmp_path: Path) -> None:
    house, line, _ = crowd(tmp_path, 3, timedelta(seconds=61), per_second=5)
    dialler.dial(house, house.now())
    assert len(line.left) == 1
    with house.store.look() as session:
        states = Counter(session.scalars(select(Attempt.state)))
    assert states == {"placed": 1, "intended": 2}
    house.store.engine.dispose()


def test_a_call_that_is_due_at_the_edge_of_a_second_leaves_in_the_next_one(
    small_town: Town,
) -> None:
    """In a simulated world too, and nobody waits by a real clock for it."""
    world = small_town.world
    world.tick()
    due = small_town.slots("王阿婆")[0].due_at
    world.line.advance(due.replace(microsecond=0) + timedelta(seconds=1, milliseconds=990))
    before = pace.second(world.now)
    world.tick()
    assert [one.state for one in small_town.attempts("王阿婆")] == ["placed"]
    assert pace.second(world.now) == before + 1
