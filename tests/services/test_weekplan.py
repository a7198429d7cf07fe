"""Planning a week: everybody covered is planned once, whoever plans beside, whatever row is odd."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from callcenter import engine
from callcenter.services import weekplan
from callcenter.store.tables import Elder, Slot
from callcenter.wiring import House
from tests.district import settle
from tests.house import make_house


@pytest.fixture
def house(any_url: str, tmp_path: Path) -> Iterator[House]:
    """A house with the small district, nobody planned yet."""
    house = make_house(tmp_path, database_url=any_url)
    settle(house)
    yield house
    house.store.engine.dispose()


def slots(house: House) -> Counter[int]:
    """How many slots each elder has."""
    with house.store.look() as session:
        return Counter(session.scalars(select(Slot.elder_id)))


def test_everybody_covered_gets_four_slots_however_often_it_is_planned(house: House) -> None:
    engine.plan(house, house.now())
    engine.plan(house, house.now())
    assert slots(house) == {1: 4, 2: 4, 3: 4}


def test_two_engines_that_saw_the_same_elders_plan_them_once(house: House) -> None:
    now = house.now()
    with house.store.look() as session:
        ids = weekplan.unplanned(session, now)
    with house.store.work() as first:
        assert weekplan.plan_elders(first, now, ids) == 3
        if house.store.many_writers:
            with house.store.work() as second:
                assert weekplan.plan_elders(second, now, ids) == 0
    with house.store.work() as late:
        assert weekplan.plan_elders(late, now, ids) == 0
    assert slots(house) == {1: 4, 2: 4, 3: 4}


def test_hours_that_cannot_be_planned_hold_up_nobody_else(house: House) -> None:
    with house.store.work() as session:
        session.execute(update(Elder).where(Elder.id == 1).values(window_closes=2000))
    engine.plan(house, house.now(), batch=1)
    assert slots(house) == {2: 4, 3: 4}
