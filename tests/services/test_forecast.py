"""By Wednesday the console says who will be missed by Sunday and why; supervisors are told once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from callcenter import engine
from callcenter.domain.forecast import Cause
from callcenter.domain.handcall import Why
from callcenter.services import call_list, forecast
from callcenter.services.forecast import Missing
from callcenter.store.tables import Escalation, Slot, Worker
from tests.district import District, settle
from tests.house import make_house
from tests.web.visitor import open_console, signed_in


@pytest.fixture
def district(any_url: str, tmp_path: Path) -> Iterator[District]:
    """The district on a Wednesday at ten, its week planned; 李大爷 lives where nobody works."""
    town = settle(make_house(tmp_path, database_url=any_url))
    town.plan()
    town.house.clock.passes(days=2, hours=1, minutes=30)  # type: ignore[attr-defined]
    yield town
    town.house.store.engine.dispose()


def missing(town: District, login: str = "guo") -> dict[tuple[Cause, str], Missing]:
    house = town.house
    with house.store.look() as session:
        found = forecast.forecast(session, town.scope(login), house.now(), house.policy)
    return {(one.cause, one.team): one for one in found}


def alarms(town: District) -> list[Escalation]:
    with town.house.store.look() as session:
        rows = select(Escalation).where(Escalation.reason == "forecast")
        return list(session.scalars(rows))


def test_visits_without_anybody_to_make_them_are_named(district: District) -> None:
    """竹园 has no caseworker: both visits of the elder who lives there will be missed."""
    found = missing(district)
    assert set(found) == {(Cause.NO_WORKER, "竹园社区")}
    one = found[Cause.NO_WORKER, "竹园社区"]
    assert one.count == 2
    assert {slot.called for slot in one.slots} == {"李大爷"}


def test_calls_that_nobody_makes_are_named_until_somebody_takes_them(district: District) -> None:
    """On the list for a wrong number; once taken they are in hands."""
    house = district.house
    with house.store.work() as session:
        slots = session.scalars(
            select(Slot).where(
                Slot.elder_id == district.elders["王阿婆"], Slot.kind == "call", Slot.number == 2
            )
        ).all()
        call_list.put(session, slots, Why.NUMBER_WRONG, house.now())
        number = slots[0].id
    assert missing(district)[Cause.NUMBER_WRONG, ""].count == 1
    with house.store.work() as session:
        call_list.take(session, house.now(), number, district.worker(session, "yang"))
    assert (Cause.NUMBER_WRONG, "") not in missing(district)


def test_a_caseworker_who_is_off_leaves_visits_that_nobody_makes(district: District) -> None:
    """And everybody sees their own street alone."""
    with district.house.store.work() as session:
        session.execute(update(Worker).where(Worker.login == "shen").values(active=False))
    assert missing(district)[Cause.NO_WORKER, "桥头社区"].count == 2
    assert (Cause.NO_WORKER, "桥头社区") not in missing(district, "tang")


def test_supervisors_are_told_once_a_week_and_only_from_wednesday_on(district: District) -> None:
    """On Tuesday nothing, on Wednesday one notice, however often the engine looks."""
    house = district.house
    house.clock.passes(days=-1)  # type: ignore[attr-defined]
    engine.foresee(house, house.now())
    assert alarms(district) == []
    for days in (1, 0, 1):
        house.clock.passes(days=days)  # type: ignore[attr-defined]
        engine.foresee(house, house.now())
    (alarm,) = alarms(district)
    assert alarm.words == "到周日有两个名额要落空"
    assert alarm.ladder["rungs"][0]["workers"] == [district.workers["rong"]]


def test_a_week_in_which_nobody_will_be_missed_is_not_told(district: District) -> None:
    """A caseworker for 竹园, and there is nothing to say."""
    with district.house.store.work() as session:
        qian = district.worker(session, "qian")
        district.elder(session, "李大爷").caseworker_id = qian.id
    engine.foresee(district.house, district.house.now())
    assert alarms(district) == []
    assert missing(district) == {}


def test_the_console_shows_it_to_those_who_see_to_the_staff(tmp_path: Path) -> None:
    """An operator is turned away, in words."""
    town = settle(make_house(tmp_path))
    town.plan()
    page = signed_in(open_console(town), "guo").get("/console/forecast")
    assert "竹园社区：社工不在岗，没有人顶替" in page
    assert "李大爷" in page
    assert "预告由主管" in signed_in(open_console(town), "yang").get("/console/forecast")
    town.house.store.engine.dispose()
