"""Planning a week: everybody covered is planned once, whoever plans beside, whatever row is odd."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from callcenter import engine
from callcenter.services import weekplan
from callcenter.store.tables import Elder, Slot
from callcenter.wiring import House
from tests.district import cover, settle
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


def test_two_engines_that_plan_the_same_elders_plan_them_once(house: House) -> None:
    now = house.now()
    with house.store.work() as first:
        assert weekplan.plan_between(first, now, 1, 3) == 3
        if house.store.many_writers:
            with house.store.work() as second:
                assert weekplan.plan_between(second, now, 1, 3) == 0
    with house.store.work() as late:
        assert weekplan.plan_between(late, now, 1, 3) == 0
    assert slots(house) == {1: 4, 2: 4, 3: 4}


def looked_lately(house: House, later: timedelta = timedelta(0)) -> bool:
    with house.store.look() as session:
        return weekplan.looked_lately(session, house.now() + later)


def test_the_whole_list_is_looked_through_when_day_or_list_change_and_now_and_then(
    house: House,
) -> None:
    assert not looked_lately(house)
    engine.keep(house, house.now())
    assert slots(house) == {1: 4, 2: 4, 3: 4}
    assert looked_lately(house)
    assert not looked_lately(house, timedelta(minutes=10))
    with house.store.work() as session:
        cover(session, session.get_one(Elder, 4), house.now())
    assert not looked_lately(house)
    engine.keep(house, house.now())
    assert slots(house)[4] == 4


def test_a_new_day_is_looked_at_in_its_first_minute(house: House) -> None:
    night = house.now().replace(hour=15, minute=59)  # a minute to midnight in Wuxi
    engine.keep(house, night)
    with house.store.look() as session:
        assert weekplan.looked_lately(session, night)
        assert not weekplan.looked_lately(session, night + timedelta(minutes=1))


def test_hours_that_cannot_be_planned_hold_up_nobody_else(house: House) -> None:
    with house.store.work() as session:
        session.execute(update(Elder).where(Elder.id == 1).values(window_closes=2000))
    engine.plan(house, house.now(), batch=1)
    assert slots(house) == {2: 4, 3: 4}
