"""Where somebody is missing on a ladder the duty officer stands in, and the gap has a name."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update

from callcenter.domain.escalation import Reason
from callcenter.services import escalations
from callcenter.services.gaps import gaps
from callcenter.store.tables import Escalation, Event, Notice, Worker
from tests.district import District, settle
from tests.house import make_house
from tests.web.visitor import open_console, signed_in

TODAY = date(2026, 11, 23)


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """The district with its week planned; every elder of 柳巷 is Qian's by name."""
    town = settle(make_house(tmp_path))
    with town.house.store.work() as session:
        for called in ("王阿婆", "李大爷"):
            town.elder(session, called).caseworker_id = town.workers["qian"]
    town.plan()
    yield town
    town.house.store.engine.dispose()


def words(town: District, login: str = "guo") -> list[str]:
    with town.house.store.look() as session:
        return [one.words for one in gaps(session, town.scope(login), TODAY)]


def leaves(town: District, *logins: str) -> None:
    with town.house.store.work() as session:
        for login in logins:
            town.worker(session, login).active = False


def escalate(town: District, called: str = "王阿婆") -> int:
    with town.house.store.work() as session:
        elder = town.elder(session, called)
        now, policy = town.house.now(), town.house.policy
        one = escalations.open_escalation(session, now, policy, Reason.DANGER, elder=elder)
        return one.id


def story(town: District) -> list[str]:
    with town.house.store.look() as session:
        return list(session.scalars(select(Event.text).order_by(Event.id)))


def told(town: District) -> set[str]:
    """Who has notices that are due."""
    with town.house.store.look() as session:
        rows = select(Worker.login).join(Notice, Notice.worker_id == Worker.id)
        return set(session.scalars(rows.where(Notice.state == "due")))


def test_a_street_without_a_head_is_named(district: District) -> None:
    assert words(district) == ["桥头街道没有在岗的街道负责人：这一级由区值班员代。"]


def test_a_caseworker_who_has_left_is_named_while_elders_are_hers(district: District) -> None:
    leaves(district, "qian")
    assert "钱社工已离岗，名下还有老人：这一级由区值班员代，请交接。" in words(district)
    escalate(district)
    assert story(district)[0] == "社区社工这一级没有在岗的人，由区值班员代。"
    assert told(district) == {"rong"}


def test_a_community_without_caseworkers_is_named_when_elders_depend_on_it(
    district: District,
) -> None:
    leaves(district, "shen")
    assert "桥头社区没有在岗的社工：没有指定社工的老人由区值班员代。" in words(district)


def test_somebody_on_a_ladder_without_a_phone_is_named(district: District) -> None:
    with district.house.store.work() as session:
        district.worker(session, "tang").phone = ""
    assert "唐站长（街道负责人）没有登记电话，通知不到。" in words(district)


def test_everybody_reads_the_gaps_of_their_own_street(district: District) -> None:
    leaves(district, "shen", "qian")
    assert not any("桥头" in one for one in words(district, "tang"))
    assert any("钱社工已离岗" in one for one in words(district, "tang"))


def test_without_a_duty_officer_everybody_is_told(district: District) -> None:
    leaves(district, "rong", "qian")
    assert words(district)[0].startswith("没有在岗的区值班员")
    escalate(district)
    assert told(district) == {"shen", "tang", "yang", "xu", "guo"}


def test_without_anybody_it_stands_and_is_told_when_somebody_comes(district: District) -> None:
    """An empty ladder has a name on its page; a minute after an officer is back he is told."""
    leaves(district, *district.workers)
    number = escalate(district)
    assert story(district)[0] == "没有任何在岗人员可以通知，请主管马上补上区值班员。"
    house = district.house
    house.clock.passes(minutes=2)  # type: ignore[attr-defined]
    with house.store.work() as session:
        escalations.advance(session, house.now(), house.policy)
        session.execute(update(Worker).where(Worker.login.in_(("rong", "guo"))).values(active=True))
    page = signed_in(open_console(district), "guo").get(f"/console/escalations/{number}")
    assert "通知阶梯是空的" in page
    house.clock.passes(minutes=2)  # type: ignore[attr-defined]
    with house.store.work() as session:
        escalations.advance(session, house.now(), house.policy)
    assert told(district) == {"rong"}


def test_a_broken_ladder_of_one_holds_up_nobody_else(district: District) -> None:
    """Whatever stands in the row, it is built anew, and the others go on."""
    broken, other = escalate(district, "王阿婆"), escalate(district, "李大爷")
    with district.house.store.work() as session:
        session.get_one(Escalation, broken).ladder = {"rungs": [{"title": "没有人"}]}
        session.execute(update(Notice).values(state="sent"))
    district.house.clock.passes(minutes=5)  # type: ignore[attr-defined]
    with district.house.store.work() as session:
        escalations.advance(session, district.house.now(), district.house.policy)
    with district.house.store.look() as session:
        rungs = [session.get_one(Escalation, one).ladder["rungs"] for one in (broken, other)]
        due = session.scalars(select(Notice.escalation_id).where(Notice.state == "due")).all()
    assert len(rungs[0]) == len(rungs[1]) == 3
    assert set(due) == {broken, other}


def test_the_board_names_the_gaps(district: District) -> None:
    page = signed_in(open_console(district), "guo").get("/console/board")
    assert "通知阶梯有缺" in page
    assert "桥头街道没有在岗的街道负责人" in page
