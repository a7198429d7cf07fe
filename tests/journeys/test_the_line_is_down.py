"""The line fails for many: staff hear of it once, routine calls wait, urgent matters go on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter import auditor
from callcenter.domain.escalation import Finding, Reason
from callcenter.domain.handcall import Why
from callcenter.exchange.faults import Faults
from callcenter.policy import Policy
from callcenter.services import call_list
from callcenter.services.escalations import open_escalation, resolve
from callcenter.store.mass_tables import Outage
from callcenter.store.tables import Elder, HandCall, Slot
from tests.house import policy
from tests.town import MONDAY_MORNING, Town, make_town

NINE = MONDAY_MORNING + timedelta(hours=1)
CALLED = ("王阿婆", "李大爷", "赵阿婆")


def rules() -> Policy:
    """The real policy, but two dials in an hour are enough: the town has three elders."""
    real = policy()
    breaker = replace(real.mass.breaker, at_least=2, within=timedelta(hours=1))
    return replace(real, mass=replace(real.mass, breaker=breaker))


def town_with(folder: Path, url: str, hours: float) -> Town:
    """A town whose carrier answers nothing from nine o'clock on."""
    faults = Faults(outages=((NINE, NINE + timedelta(hours=hours)),))
    return make_town(folder, faults=faults, rules=rules(), database_url=url)


@pytest.fixture
def morning(tmp_path: Path) -> Iterator[Town]:
    """The line is down from nine to half past ten, and the breaker has just tripped."""
    town = town_with(tmp_path, f"sqlite:///{tmp_path}/town.db", 1.5)
    town.until(lambda: town.rows(Outage), minutes=10, at_most=12)
    yield town
    town.world.close()


def outage(town: Town) -> Outage:
    (one,) = town.rows(Outage)
    return one


def hand_calls(town: Town) -> list[HandCall]:
    with town.world.house.store.look() as session:
        return list(session.scalars(select(HandCall)))


def reasons(town: Town) -> list[str]:
    return [one.reason for one in town.escalations()]


def test_21_the_breaker_trips_and_closes_and_everybody_is_called_after_all(
    any_url: str, tmp_path: Path
) -> None:
    """One alarm for the house, none for an elder; once it is back all three say they are well."""
    morning = town_with(tmp_path, any_url, 1.5)
    morning.until(lambda: morning.rows(Outage), minutes=10, at_most=12)
    assert reasons(morning) == ["line_down"]
    dials = sum(len(morning.attempts(one)) for one in CALLED)
    morning.world.passes(minutes=20)
    tried = sum(len(morning.attempts(one)) for one in CALLED)
    assert tried - dials <= 4 * policy().mass.breaker.probes
    morning.until(lambda: outage(morning).closed_at, minutes=10, at_most=12)
    morning.world.passes(minutes=20)
    assert [morning.slots(one)[0].state for one in CALLED] == ["confirmed_safe"] * 3
    assert reasons(morning) == ["line_down"]
    assert morning.escalations()[0].standing == "resolved"
    assert auditor.audit(morning.world.house, morning.world.now) == []
    morning.world.close()


def test_what_waits_for_the_line_has_its_next_step_and_is_never_late(morning: Town) -> None:
    """The auditor finds nothing of the slots that are held back."""
    morning.world.passes(minutes=15)
    found = {fault.kind for fault in auditor.audit(morning.world.house, morning.world.now)}
    assert not found & {"late", "no_next", "blank", "orphaned"}


def test_21_danger_passes_while_the_breaker_is_open(morning: Town) -> None:
    """Its ladder climbs by its own minutes, whatever the line does."""
    house = morning.world.house
    with house.store.work() as session:
        elder = session.get_one(Elder, 2)
        open_escalation(
            session, house.now(), house.policy, Reason.DANGER, elder=elder, words="救命"
        )
    morning.world.passes(minutes=7)
    assert morning.escalations()[-1].rung == 2


def test_21_a_line_that_stays_down_hands_everybody_to_people_before_their_time_is_up(
    tmp_path: Path,
) -> None:
    """Two hours before a slot ends it lies on the list of calls by hand, and nobody is alarmed."""
    town = town_with(tmp_path, f"sqlite:///{tmp_path}/town.db", 12)
    town.world.until(NINE + timedelta(hours=6, minutes=1))
    slots = [town.slots(one)[0] for one in CALLED]
    assert {slot.next_action for slot in slots} == {"hand_call"}
    assert {line.why for line in hand_calls(town)} == {"line_down"}
    assert reasons(town) == ["line_down"]
    assert all(slot.by >= NINE + timedelta(hours=8) for slot in slots)
    town.world.close()


def test_a_line_that_comes_back_rings_whom_nobody_is_ringing_by_hand(tmp_path: Path) -> None:
    """Who is being rung by a person is not rung by the machine as well."""
    town = town_with(tmp_path, f"sqlite:///{tmp_path}/town.db", 1.5)
    house = town.world.house
    town.until(lambda: town.rows(Outage), minutes=10, at_most=12)
    rung, waits = town.slots("王阿婆")[0], town.slots("赵阿婆")[0]
    with house.store.work() as session:
        for one in (rung, waits):
            slot = session.get_one(Slot, one.id)
            slot.next_action = "dial"
            call_list.put(session, [slot], Why.LINE_DOWN, house.now())
        call_list.take(session, house.now(), rung.id, town.worker("operator"))
        call_list.line_is_back(session, house.now())
    assert town.slots("王阿婆")[0].next_action == "hand_call"
    assert town.slots("赵阿婆")[0].next_action == "dial"
    town.world.close()


def test_14_numbers_that_are_not_permitted_raise_one_alarm_and_are_rung_by_hand(
    tmp_path: Path,
) -> None:
    """Two elders have numbers abroad: one alarm for the house, none for them, and no third dial."""
    town = make_town(tmp_path)
    with town.world.house.store.work() as session:
        for number, elder in enumerate((2, 4), start=1):
            session.get_one(Elder, elder).phone = f"+1202555010{number}"
    town.world.until(NINE + timedelta(minutes=50))
    assert reasons(town) == ["not_permitted"]
    assert {line.why for line in hand_calls(town)} == {"not_permitted"}
    assert len(hand_calls(town)) == 2
    assert town.slots("赵阿婆")[0].state == "confirmed_safe"
    town.world.close()


def test_a_person_settles_the_alarm_and_no_elder_is_settled_that_way(morning: Town) -> None:
    """`settled` is of matters of the house alone."""
    house, officer = morning.world.house, morning.worker("officer")
    alarm = morning.escalations()[0]
    with house.store.work() as session:
        resolve(session, house.now(), alarm.id, officer, Finding.SETTLED)
        elder = session.get_one(Elder, 2)
        other = open_escalation(session, house.now(), house.policy, Reason.MISSED, elder=elder)
        with pytest.raises(Exception, match="另选一个"):
            resolve(session, house.now(), other.id, officer, Finding.SETTLED)
    morning.world.passes(minutes=30)
    assert reasons(morning).count("line_down") == 1
