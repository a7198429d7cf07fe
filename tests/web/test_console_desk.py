"""The desk and the street in the console: requests, handoffs, conversations, visits."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from callcenter.domain.escalation import Reason
from callcenter.services import escalations, handoffs
from callcenter.store.tables import (
    Conversation,
    Handoff,
    Message,
    ServiceRequest,
    Slot,
    Visit,
)
from tests.district import District, settle
from tests.house import make_house
from tests.web.happenings import order, wants_person
from tests.web.visitor import open_console, signed_in


@pytest.fixture
def district(tmp_path: Path) -> District:
    """The district on Monday morning, its week planned."""
    town = settle(make_house(tmp_path))
    town.plan()
    return town


@pytest.fixture
def app(district: District) -> FastAPI:
    """Its application."""
    return open_console(district)


def test_a_request_is_on_the_list_at_once(district: District, app: FastAPI) -> None:
    """Number, what, when as it was spoken, where, who rang, and the words of the call."""
    number = order(district)
    visitor = signed_in(app, "yang")
    page = visitor.get("/console/requests")
    for words in ("1001号", "送饭", "软一点的饭，明天中午，柳巷1号101室", "王阿婆"):
        assert words in page
    page = visitor.get(f"/console/requests/{number}")
    assert "100 1000 0001" in page
    found = re.search(r'href="(/console/conversations/\d+)"', page)
    assert found is not None
    assert "我要订午饭" in visitor.get(found[1])


def test_a_request_is_accepted_and_completed(district: District, app: FastAPI) -> None:
    """受理, 办完 with a word; who did it stays."""
    number = order(district)
    visitor = signed_in(app, "yang")
    assert "已受理 · 杨坐席" in visitor.post(f"/console/requests/{number}/accept")
    visitor.post(f"/console/requests/{number}/complete", words="已送到")
    with district.house.store.look() as session:
        one = session.get_one(ServiceRequest, number)
        assert (one.state, one.note) == ("done", "已送到")
    assert "这张工单已经结束了" in visitor.post(f"/console/requests/{number}/complete")


def test_cancelling_wants_a_reason(district: District, app: FastAPI) -> None:
    """Without a reason nothing is cancelled."""
    number = order(district)
    visitor = signed_in(app, "yang")
    assert "请写明原因" in visitor.post(f"/console/requests/{number}/cancel", words=" ")
    page = visitor.post(f"/console/requests/{number}/cancel", words="老人改主意了")
    assert "已取消" in page
    assert "老人改主意了" in page
    assert "老人改主意了" not in visitor.get("/console/requests")
    assert "1001号" in visitor.get("/console/requests?tab=cancelled")


def test_a_handoff_is_taken_by_one_and_finished_with_a_note(
    district: District, app: FastAPI
) -> None:
    """First wins here too; the note says what became of it."""
    number = wants_person(district)
    first, second = signed_in(app, "yang"), signed_in(app, "xu")
    assert "问长护险" in first.get("/console/handoffs")
    assert "由您接手" in first.post(f"/console/handoffs/{number}/take")
    assert "已由其他坐席接听" in second.post(f"/console/handoffs/{number}/take")
    assert "请写一句结果" in first.post(f"/console/handoffs/{number}/finish", words="")
    assert "已办完" in first.post(f"/console/handoffs/{number}/finish", words="讲清楚了")
    with district.house.store.look() as session:
        one = session.get_one(Handoff, number)
        assert (one.state, one.note, one.taken_by) == ("done", "讲清楚了", district.workers["yang"])
    assert "讲清楚了" in first.get("/console/handoffs?done=true")


def test_an_operator_signs_on_and_off(district: District, app: FastAPI) -> None:
    """The switch is the operator's; calls go to those who are signed on."""
    visitor = signed_in(app, "yang")
    assert "已签入，接听来电" in visitor.post("/console/signed-on", on="true")
    with district.house.store.look() as session:
        assert handoffs.to_ring(session, urgent=False) == ["+8610020000005"]
    assert "未签入" in visitor.post("/console/signed-on", on="false")
    signed_in(app, "guo").post("/console/signed-on", on="true")
    with district.house.store.look() as session:
        assert handoffs.to_ring(session, urgent=False) == []


def test_back_leads_nowhere_else(app: FastAPI) -> None:
    """An address handed in with a form never leads out of the console."""
    visitor = signed_in(app, "yang")
    for back in ("//evil.example", "https://evil.example", "/console//evil", "/other"):
        answer = visitor.client.post(
            "/console/signed-on",
            data={"csrf": visitor.token(), "on": "true", "back": back},
            follow_redirects=False,
        )
        assert answer.headers["location"] == "/console", back


def test_a_person_answers_in_a_chat_and_hands_it_back(district: District, app: FastAPI) -> None:
    """From the first word on the assistant is silent; handed back, it answers again."""
    wants_person(district)
    visitor = signed_in(app, "yang")
    page = visitor.post("/console/conversations/1/say", text="您好，我是杨坐席")
    assert "您好，我是杨坐席" in page
    assert "人工在谈" in page
    with district.house.store.look() as session:
        assert session.get_one(Conversation, 1).with_person is True
        assert session.scalars(select(Handoff)).one().state == "taken"
    visitor.post("/console/conversations/1/give-back")
    with district.house.store.look() as session:
        assert session.get_one(Conversation, 1).with_person is False


def test_an_empty_reply_and_a_phone_call_are_not_written_to(
    district: District, app: FastAPI
) -> None:
    """A call is spoken, not typed; nothing is sent without words."""
    wants_person(district)
    order(district)
    visitor = signed_in(app, "yang")
    assert "请先写要说的话" in visitor.post("/console/conversations/1/say", text="  ")
    assert "电话会话在电话里接着谈" in visitor.get("/console/conversations/2")
    assert "请打电话联系" in visitor.post("/console/conversations/2/say", text="喂")
    with district.house.store.look() as session:
        people = select(Message).where(Message.speaker == "person")
        assert session.scalars(people).all() == []


def test_a_visit_is_recorded_with_its_six_facts(district: District, app: FastAPI) -> None:
    """Type, elder, date, place, worker, start and end: the slot ends, the record is listed."""
    district.house.clock.passes(hours=27.5)  # type: ignore[attr-defined]
    visitor = signed_in(app, "qian")
    page = visitor.get("/console/elders/1/visit")
    assert 'value="2026-11-24"' in page
    assert 'value="柳巷1号101室"' in page
    facts = {"kind": "home_visit", "day": "2026-11-24", "began": "11:00", "ended": "11:30"}
    page = visitor.post("/console/elders/1/visit", **facts, place="柳巷1号101室", found="seen_well")
    assert "已登记王阿婆的探访。" in page
    with district.house.store.look() as session:
        one = session.scalars(select(Visit)).one()
        assert (one.worker_id, one.place) == (district.workers["qian"], "柳巷1号101室")
        assert one.ended_at - one.began_at == timedelta(minutes=30)
    assert district.slots("王阿婆", "visit")[0].state == "confirmed_safe"


def test_a_wrong_visit_keeps_what_was_typed(district: District, app: FastAPI) -> None:
    """The page says what is wrong, and the form is as it was."""
    district.house.clock.passes(hours=27.5)  # type: ignore[attr-defined]
    visitor = signed_in(app, "qian")
    facts = {"kind": "home_visit", "day": "2026-11-24", "place": "楼下", "found": "seen_well"}
    page = visitor.post("/console/elders/1/visit", **facts, began="11:30", ended="11:00")
    assert visitor.status == 400
    assert "开始时间要早于结束时间" in page
    assert 'value="楼下"' in page
    assert 'value="11:30"' in page
    for began, ended, words in (("", "", "开始和结束时间"), ("11:00", "23:00", "不能在将来")):
        assert words in visitor.post("/console/elders/1/visit", **facts, began=began, ended=ended)


def test_operators_do_not_record_visits(app: FastAPI) -> None:
    """Who was not there cannot say so."""
    visitor = signed_in(app, "yang")
    visitor.get("/console/elders/1/visit")
    assert visitor.status == 403
    visitor.post("/console/elders/1/visit", kind="home_visit")
    assert visitor.status == 403


def test_a_missed_visit_leads_to_its_escalation(district: District, app: FastAPI) -> None:
    """A visit slot in a person's hands stays on the list, with the way to the escalation."""
    with district.house.store.work() as session:
        elder = district.elder(session, "王阿婆")
        slot = session.scalars(
            select(Slot).where(Slot.elder_id == elder.id, Slot.kind == "visit")
        ).first()
        now, policy = district.house.now(), district.house.policy
        escalations.open_escalation(
            session, now, policy, Reason.VISIT_MISSED, elder=elder, slot=slot
        )
    page = signed_in(app, "qian").get("/console/visits")
    assert "已发预警" in page
    assert 'href="/console/escalations/1"' in page
    assert "就是去核实1号预警" in signed_in(app, "qian").get("/console/elders/1/visit")
