"""Escalations in the console: first wins, findings from the closed list, and only one's own."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from callcenter.domain.escalation import Reason
from callcenter.services import escalations
from callcenter.store.tables import (
    Escalation,
)
from tests.district import District, settle
from tests.house import make_house
from tests.web.happenings import escalate
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


def test_an_escalation_shows_who_what_and_who_was_told(district: District, app: FastAPI) -> None:
    """The file: the words, the elder, the ladder with channels, the time line."""
    number = escalate(district, "王阿婆")
    page = signed_in(app, "yang").get(f"/console/escalations/{number}")
    for words in (
        "我摔倒了",
        "王某某",
        "柳巷社区",
        "钱社工 · 电话",
        "唐站长",
        "荣值班",
        "发出预警",
    ):
        assert words in page
    assert "100 1000 0001" in page


def test_acknowledging_and_resolving_end_the_slot(district: District, app: FastAPI) -> None:
    """接警, then 办结 with a finding: the slot ends as resolved, with the name."""
    number = escalate(district, "王阿婆", Reason.MISSED)
    visitor = signed_in(app, "qian")
    page = visitor.post(f"/console/escalations/{number}/acknowledge")
    assert "您已接警" in page
    assert "钱社工已接警" in page
    page = visitor.post(f"/console/escalations/{number}/resolve", finding="seen_well")
    assert "已办结" in page
    assert "见到本人，平安" in page
    slot = district.slots("王阿婆", "call")[0]
    assert (slot.state, slot.ended_by) == ("resolved", "钱社工")


def test_the_second_to_acknowledge_reads_who_was_first(district: District, app: FastAPI) -> None:
    """First wins: the other one is told in plain words, and nothing changes."""
    number = escalate(district, "王阿婆")
    signed_in(app, "qian").post(f"/console/escalations/{number}/acknowledge")
    visitor = signed_in(app, "yang")
    page = visitor.post(f"/console/escalations/{number}/acknowledge")
    assert visitor.status == 409
    assert "已由钱社工接警。" in page
    with district.house.store.look() as session:
        one = session.get_one(Escalation, number)
        assert one.acknowledged_by == district.workers["qian"]


def test_a_finding_that_needs_words_keeps_what_was_typed(district: District, app: FastAPI) -> None:
    """Nothing is lost: the page says what is missing and the choice stays made."""
    number = escalate(district, "王阿婆")
    visitor = signed_in(app, "qian")
    visitor.post(f"/console/escalations/{number}/acknowledge")
    page = visitor.post(f"/console/escalations/{number}/resolve", finding="away_confirmed")
    assert visitor.status == 400
    assert "请写明是谁、怎样证实的" in page
    assert re.search(r'value="away_confirmed"[^>]* checked', page)
    page = visitor.post(
        f"/console/escalations/{number}/resolve", finding="away_confirmed", words="女儿证实在她家"
    )
    assert "女儿证实在她家" in page


def test_only_a_finding_of_the_list_is_taken(district: District, app: FastAPI) -> None:
    """Unknown is never an end."""
    number = escalate(district, "王阿婆")
    visitor = signed_in(app, "qian")
    visitor.post(f"/console/escalations/{number}/acknowledge")
    for finding in ("", "unknown"):
        page = visitor.post(f"/console/escalations/{number}/resolve", finding=finding)
        assert visitor.status == 400
        assert "请先选择核实的结果" in page


def test_somebody_elses_escalation_is_resolved_by_them_or_above(
    district: District, app: FastAPI
) -> None:
    """An operator cannot close what a caseworker has; a supervisor may step in."""
    number = escalate(district, "王阿婆")
    operator = signed_in(app, "yang")
    operator.post(f"/console/escalations/{number}/resolve", finding="seen_well")
    assert operator.status == 403
    signed_in(app, "qian").post(f"/console/escalations/{number}/acknowledge")
    page = operator.post(f"/console/escalations/{number}/resolve", finding="seen_well")
    assert operator.status == 403
    assert "由钱社工接警" in page
    above = signed_in(app, "guo")
    above.post(f"/console/escalations/{number}/resolve", finding="seen_well")
    assert above.status == 200


def test_one_that_rings_again_is_offered_again(district: District, app: FastAPI) -> None:
    """Acknowledged without a finding in time: it is nobody's again, and says so."""
    number = escalate(district, "王阿婆")
    visitor = signed_in(app, "qian")
    visitor.post(f"/console/escalations/{number}/acknowledge")
    now = district.house.clock.passes(minutes=31)  # type: ignore[attr-defined]
    with district.house.store.work() as session:
        escalations.advance(session, now, district.house.policy)
    page = visitor.get("/console/escalations")
    assert "正在通知" in page
    assert "钱社工已接警" not in page
    assert ">接警</button>" in page


def test_a_caller_without_a_file_is_seen_by_those_who_were_told(
    district: District, app: FastAPI
) -> None:
    """An unknown caller has no community: duty officer, operators and supervisors see it."""
    number = escalate(district, None)
    for login, status in (("rong", 200), ("yang", 200), ("guo", 200), ("shen", 404)):
        visitor = signed_in(app, login)
        page = visitor.get(f"/console/escalations/{number}")
        assert visitor.status == status, login
        assert status != 200 or "这个号码没有对应的老人" in page


def test_another_communitys_escalation_is_out_of_sight(district: District, app: FastAPI) -> None:
    """A caseworker neither reads nor acknowledges what is not theirs."""
    number = escalate(district, "王阿婆")
    visitor = signed_in(app, "shen")
    assert "我摔倒了" not in visitor.get("/console/escalations")
    for path in (f"/console/escalations/{number}/acknowledge",):
        visitor.post(path)
        assert visitor.status == 404
    with district.house.store.look() as session:
        assert session.get_one(Escalation, number).standing == "ringing"


def test_what_was_said_is_shown_as_text(district: District, app: FastAPI) -> None:
    """Words of a caller are never taken for page."""
    number = escalate(district, "王阿婆", words="<script>alert(1)</script>")
    page = signed_in(app, "yang").get(f"/console/escalations/{number}")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
