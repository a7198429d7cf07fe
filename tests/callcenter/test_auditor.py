"""The auditor finds every way in which somebody could be forgotten, and passes a healthy house."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from callcenter import auditor
from callcenter.services import handoffs
from callcenter.store.roster_tables import VisitingEntry
from callcenter.store.tables import (
    Attempt,
    Beat,
    Coverage,
    Escalation,
    Handoff,
    Notice,
    Slot,
    Worker,
)
from tests.town import WANG, Town

CALLS = Slot.kind == "call"
LONG_AGO = timedelta(hours=1)


def faults(town: Town) -> dict[str, int]:
    now = town.world.now
    return {fault.what: fault.count for fault in auditor.audit(town.world.house, now)}


def spoil(town: Town, statement: object) -> None:
    with town.world.house.store.work() as session:
        session.execute(statement)  # type: ignore[call-overload]


def test_a_healthy_morning_passes_and_beats_the_heart(small_town: Town) -> None:
    small_town.world.passes(hours=2)
    house, now = small_town.world.house, small_town.world.now
    assert auditor.audit(house, now) == []
    auditor.report(house, now, [])
    with house.store.look() as session:
        assert session.get_one(Beat, "auditor_pass").at == now


def test_a_fault_is_reported_and_does_not_beat_the_heart(small_town: Town) -> None:
    house, now = small_town.world.house, small_town.world.now
    auditor.report(house, now, [auditor.Fault(kind="no_next", what="名额没有下一步", count=2)])
    with house.store.look() as session:
        assert session.get_one(Beat, "auditor").note == "名额没有下一步：2"
        assert session.get(Beat, "auditor_pass") is None


def test_a_covered_elder_without_slots_is_found(small_town: Town) -> None:
    small_town.world.passes(minutes=30)
    spoil(small_town, delete(Slot).where(CALLS))
    assert faults(small_town) == {"名册上的老人这周没有名额": 1}


@pytest.mark.parametrize("column", ["next_at", "next_action"])
def test_an_open_slot_without_a_next_step_is_found(small_town: Town, column: str) -> None:
    small_town.world.passes(minutes=30)
    value = None if column == "next_at" else "nothing"
    spoil(small_town, update(Slot).where(CALLS).values({column: value}))
    assert faults(small_town)["待完成的名额没有下一步"] == 2


def test_what_is_five_minutes_late_is_found(small_town: Town) -> None:
    small_town.world.passes(minutes=30)
    late = small_town.world.now - timedelta(minutes=6)
    spoil(small_town, update(Slot).where(CALLS, Slot.number == 1).values(next_at=late))
    assert faults(small_town) == {"该做的事晚了五分钟以上": 1}


def test_a_call_that_nobody_follows_any_more_is_found(small_town: Town) -> None:
    small_town.world.passes(minutes=30)
    late = small_town.world.now - LONG_AGO
    first = small_town.slots("王阿婆")[0]
    spoil(
        small_town,
        update(Slot).where(Slot.id == first.id).values(next_action="calling", next_at=late),
    )
    assert faults(small_town) == {"正在打的电话没有人跟进": 1}


def test_an_escalation_that_told_nobody_or_is_stuck_or_gone_is_found(small_town: Town) -> None:
    small_town.behaves(WANG, "no_answer")
    small_town.world.passes(hours=1, minutes=10)
    small_town.until(small_town.escalations)
    small_town.world.passes(minutes=10)
    assert faults(small_town) == {}
    spoil(small_town, delete(Notice))
    assert faults(small_town) == {"预警没有通知到任何人": 1}
    spoil(small_town, update(Escalation).values(next_at=small_town.world.now - LONG_AGO))
    assert faults(small_town)["预警该往上报而没有报"] == 1
    spoil(small_town, update(Slot).where(Slot.state == "escalated").values(escalation_id=None))
    spoil(small_town, delete(Attempt))
    assert faults(small_town)["预警里的名额没有对应的预警"] == 1


@pytest.mark.parametrize("table", [Coverage, VisitingEntry])
def test_an_elder_on_neither_list_is_found_for_either_list(
    small_town: Town, table: type[Coverage] | type[VisitingEntry]
) -> None:
    small_town.world.passes(minutes=30)
    spoil(small_town, delete(table))
    assert faults(small_town) == {"该在名册或探访名单上的老人不在": 1}


def test_a_roster_that_nobody_looks_at_any_more_is_found(small_town: Town) -> None:
    small_town.world.passes(minutes=30)
    late = small_town.world.now - timedelta(hours=7)
    spoil(small_town, update(Beat).where(Beat.name == "roster").values(at=late))
    assert faults(small_town) == {"名册该核对而没有核对": 1}


def test_a_house_in_which_nobody_can_be_told_is_found(small_town: Town) -> None:
    small_town.behaves(WANG, "no_answer")
    small_town.until(small_town.escalations)
    spoil(small_town, update(Worker).values(active=False))
    assert faults(small_town)["没有任何在岗人员能收到预警"] == 1


@pytest.mark.parametrize(
    ("urgent", "found"), [(True, {}), (False, {"该回的电话或消息没有人回": 1})]
)
def test_an_overdue_call_back_is_a_fault_unless_the_ladder_has_it(
    small_town: Town, urgent: bool, found: dict[str, int]
) -> None:
    house = small_town.world.house
    with house.store.work() as session:
        one = handoffs.open_handoff(
            session, house.now(), reason="asked", summary="要人工", on_line=False, urgent=urgent
        )
        one.state = "call_back"
    small_town.world.passes(minutes=10)
    assert faults(small_town) == found
    assert len(small_town.rows(Handoff)) == 1
