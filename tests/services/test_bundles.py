"""A caseworker is not rung forty times: one notice tells many, each stays a matter of its own."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.domain.escalation import Reason
from callcenter.services import notices
from callcenter.services.acknowledging import acknowledge_together
from callcenter.services.errors import AlreadyAcknowledged
from callcenter.services.escalations import acknowledge, advance, open_escalation
from callcenter.services.notices import Due
from callcenter.store.tables import Elder, Escalation, Notice, Worker
from tests.district import District, add_elder, settle
from tests.house import make_house


@pytest.fixture
def district(any_url: str, tmp_path: Path) -> Iterator[District]:
    """Twelve more elders of 柳巷, all of them Qian's by name."""
    town = settle(make_house(tmp_path, database_url=any_url))
    with town.house.store.work() as session:
        qian = town.worker(session, "qian")
        for number in range(12):
            elder = add_elder(
                session, f"{number}号阿婆", qian.community_id or 0, date(1940, 1, 1), 20 + number
            )
            elder.caseworker_id = qian.id
            town.elders[elder.called] = elder.id
    yield town
    town.house.store.engine.dispose()


def misses(town: District, number: int, reason: Reason = Reason.MISSED) -> int:
    house = town.house
    with house.store.work() as session:
        elder = session.get_one(Elder, town.elders[f"{number}号阿婆"])
        return open_escalation(session, house.now(), house.policy, reason, elder=elder).id


def goes_out(town: District, way: str = "tel") -> list[Due]:
    """What leaves now over this channel; all of it arrives."""
    house = town.house
    with house.store.work() as session:
        due = notices.claim_due(session, house.now(), house.policy)
        for one in due:
            notices.sent(session, house.now(), one.notice_id, f"sid{one.notice_id}")
    return [one for one in due if one.scheme == way]


def passes(town: District, **time: float) -> None:
    town.house.clock.passes(**time)  # type: ignore[attr-defined]


def test_the_first_is_told_at_once_and_the_next_eight_as_one(
    district: District,
) -> None:
    """Eight more within three minutes are one call, with their number and their names."""
    misses(district, 0)
    (first,) = goes_out(district)
    assert "0号阿婆" in first.text
    for number in range(1, 9):
        passes(district, seconds=10)
        misses(district, number)
        assert goes_out(district) == []
    passes(district, minutes=3)
    (many,) = goes_out(district)
    assert many.text.startswith("您这里有八位老人多次打不通：1号阿婆、")
    with district.house.store.look() as session:
        told = session.scalars(select(Notice.state).where(Notice.address.startswith("tel:")))
        assert set(told) == {"sent"}


def test_one_answer_takes_all_that_were_told_together_each_in_its_own_row(
    district: District,
) -> None:
    """What somebody else has taken meanwhile stays his."""
    ids = [misses(district, number) for number in range(4)]
    (told,) = goes_out(district)
    house = district.house
    with house.store.work() as session:
        head = district.worker(session, "tang")
        acknowledge(session, house.now(), ids[2], head, "console")
    with house.store.work() as session:
        qian = district.worker(session, "qian")
        taken = acknowledge_together(session, house.now(), told.escalation_id, qian, "tel")
        assert {one.id for one in taken} == {ids[0], ids[1], ids[3]}
    with house.store.look() as session:
        owners = {one.id: one.acknowledged_by for one in session.scalars(select(Escalation))}
    assert owners[ids[2]] == district.workers["tang"]
    assert owners[ids[3]] == district.workers["qian"]
    with house.store.work() as session:
        head = district.worker(session, "tang")
        with pytest.raises(AlreadyAcknowledged):
            acknowledge_together(session, house.now(), ids[0], head, "console")


def test_danger_goes_out_at_once_and_alone(district: District) -> None:
    """However lately its people were told of something else."""
    misses(district, 0)
    goes_out(district)
    misses(district, 1)
    danger = misses(district, 2, Reason.DANGER)
    (told,) = goes_out(district)
    assert told.escalation_id == danger
    assert "说出危险" in told.text


def test_a_notice_that_failed_is_told_again_with_all_that_it_told(district: District) -> None:
    """Nobody in a bundle is lost because the phone was busy."""
    ids = [misses(district, number) for number in range(3)]
    (told,) = goes_out(district)
    house = district.house
    with house.store.work() as session:
        notices.failed(session, house.now(), told.notice_id, "占线", again=True)
    passes(district, minutes=1)
    (again,) = goes_out(district)
    assert "三位老人" in again.text
    with house.store.look() as session:
        rows = select(Notice).where(Notice.address.startswith("tel:"))
        assert {one.escalation_id for one in session.scalars(rows)} == set(ids)


def test_beyond_the_cap_the_next_rung_shares(district: District) -> None:
    """The eleventh open escalation is told to the head of the street as well."""
    for number in range(11):
        misses(district, number)
    with district.house.store.look() as session:
        told = (
            select(Notice.escalation_id)
            .join(Worker, Worker.id == Notice.worker_id)
            .where(Worker.login == "tang")
        )
        shared = set(session.scalars(told))
        last = session.scalars(select(Escalation.id).order_by(Escalation.id.desc())).first()
    assert shared == {last}


def test_what_is_not_acknowledged_goes_up_its_own_ladder(district: District) -> None:
    """Told together, each climbs by itself when nobody takes it."""
    first, second = misses(district, 0), misses(district, 1)
    goes_out(district)
    house = district.house
    with house.store.work() as session:
        acknowledge(session, house.now(), first, district.worker(session, "qian"), "console")
    passes(district, minutes=21)
    with house.store.work() as session:
        advance(session, house.now(), house.policy)
    with house.store.look() as session:
        assert session.get_one(Escalation, first).rung == 0
        assert session.get_one(Escalation, second).rung == 1
