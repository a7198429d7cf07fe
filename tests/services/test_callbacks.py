"""An urgent call-back that nobody makes in time climbs the ladder; others stay on their list."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.domain.escalation import Finding, Reason
from callcenter.services import callbacks, escalations, handoffs
from callcenter.store.tables import Escalation, Event, Handoff
from tests.district import District, settle
from tests.house import make_house
from tests.town import Town


@pytest.fixture
def district(tmp_path: Path, any_url: str) -> Iterator[District]:
    """The district on Monday morning, on either database."""
    town = settle(make_house(tmp_path, database_url=any_url))
    yield town
    town.house.store.engine.dispose()


def promise(town: District, called: str | None = "王阿婆", urgent: bool = True) -> int:
    """Somebody on the phone whom no operator took; gives the handoff's id."""
    now = town.house.now()
    with town.house.store.work() as session:
        one = handoffs.open_handoff(
            session,
            now,
            reason="maybe_danger",
            summary="头有点晕",
            on_line=True,
            urgent=urgent,
            elder_id=town.elders[called] if called else None,
            phone="+8610010000001",
        )
        handoffs.missed(session, now, one.id)
        return one.id


def later(town: District, **time: float) -> None:
    """Time passes, and the engine looks."""
    town.house.clock.passes(**time)  # type: ignore[attr-defined]
    with town.house.store.work() as session:
        callbacks.escalate_overdue(session, town.house.now(), town.house.policy)
        callbacks.follow(session, town.house.now())


def standing(town: District) -> list[Escalation]:
    with town.house.store.look() as session:
        return list(session.scalars(select(Escalation).order_by(Escalation.id)))


def test_in_time_nobody_else_is_told_and_past_it_the_ladder_is(district: District) -> None:
    number = promise(district)
    later(district, minutes=2, seconds=59)
    assert standing(district) == []
    later(district, seconds=1)
    (one,) = standing(district)
    assert (one.reason, one.words, one.phone) == ("call_back", "头有点晕", "+8610010000001")
    assert one.ladder["rungs"][0]["wait_seconds"] == 180  # the urgent ladder
    with district.house.store.look() as session:
        assert session.get_one(Handoff, number).escalation_id == one.id
    later(district, minutes=5)
    assert len(standing(district)) == 1


def test_a_call_back_that_is_not_urgent_stays_on_the_desks_list(district: District) -> None:
    promise(district, urgent=False)
    later(district, hours=3)
    assert standing(district) == []


def test_it_joins_a_danger_that_stands_and_never_hides_behind_a_lesser_matter(
    district: District,
) -> None:
    house = district.house
    for called, reason in (("王阿婆", Reason.DANGER), ("李大爷", Reason.VISIT_MISSED)):
        with house.store.work() as session:
            elder = district.elder(session, called)
            escalations.open_escalation(session, house.now(), house.policy, reason, elder=elder)
        promise(district, called)
    later(district, minutes=4)
    assert [one.reason for one in standing(district)] == ["danger", "visit_missed", "call_back"]


def test_whoever_takes_the_call_back_has_its_escalation(district: District) -> None:
    number = promise(district)
    later(district, minutes=4)
    with district.house.store.work() as session:
        worker = district.worker(session, "yang")
        handoffs.take(session, district.house.now(), number, worker)
    later(district, seconds=1)
    (one,) = standing(district)
    assert (one.standing, one.acknowledged_by) == ("acknowledged", district.workers["yang"])


def test_a_finding_ends_the_call_back_too(district: District) -> None:
    number = promise(district)
    later(district, minutes=4)
    with district.house.store.work() as session:
        worker = district.worker(session, "rong")
        escalations.resolve(session, district.house.now(), 1, worker, Finding.SEEN_WELL)
    later(district, seconds=1)
    with district.house.store.look() as session:
        done = session.get_one(Handoff, number)
    assert (done.state, done.taken_by) == ("done", district.workers["rong"])


def test_an_unknown_caller_is_followed_up_as_well(district: District) -> None:
    promise(district, called=None)
    later(district, minutes=4)
    (one,) = standing(district)
    assert (one.elder_id, one.about) == (None, "来电人")
    with district.house.store.look() as session:
        told = session.scalars(select(Event.text)).all()
    assert "发出预警：答应马上回电，到时没有人回（“头有点晕”）" in told


def test_the_engine_wakes_up_for_it(small_town: Town) -> None:
    """Nobody has to poll: the time of the promise is a time that is due."""
    house = small_town.world.house
    small_town.world.passes(minutes=1)
    with house.store.work() as session:
        one = handoffs.open_handoff(
            session, house.now(), reason="danger", summary="说头晕", on_line=False, urgent=True
        )
        due = one.due_at + timedelta(minutes=3)
    small_town.world.until(due + timedelta(seconds=1))
    assert [one.reason for one in small_town.escalations()] == ["call_back"]
