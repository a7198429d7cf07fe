"""周报, 人员, 误报 and 漏报 in the console: who sees them, what they do, and how they print."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from callcenter import weekclose
from callcenter.domain.escalation import Finding, Reason
from callcenter.services import escalations, weekchain
from callcenter.store.tables import Worker
from tests.callcenter.test_weekclose import WEEK, live_a_week, see, tamper
from tests.district import District, settle
from tests.house import make_house
from tests.web.visitor import open_console, signed_in


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """The district with one week behind it and its report drawn."""
    town = settle(make_house(tmp_path))
    live_a_week(town)
    weekclose.draw_due(town.house.store, town.house.now())
    yield town
    town.house.store.engine.dispose()


@pytest.fixture
def app(district: District) -> FastAPI:
    """Its application."""
    return open_console(district)


PAGES = ("reports", "reports/1", "reports/1/pages/2", "reports/1/print", "reports/verify")


@pytest.mark.parametrize(
    ("login", "status"), [("guo", 200), ("rong", 200), ("yang", 403), ("qian", 403)]
)
def test_weekly_reports_are_for_those_who_sign_them(app: FastAPI, login: str, status: int) -> None:
    visitor = signed_in(app, login)
    for path in (*PAGES, "reports/1/sheet", "reports/1/whole"):
        visitor.get(f"/console/{path}")
        assert visitor.status == status, path
    assert ("/console/reports" in visitor.get("/console")) == (status == 200)


def test_the_list_shows_each_week_with_its_numbers_and_who_signed(app: FastAPI) -> None:
    visitor = signed_in(app, "guo")
    page = visitor.get("/console/reports")
    assert "2026年11月23日至29日" in page
    assert "还没有签" in page
    visitor.post("/console/reports/1/sign", words="逐条核对过")
    assert "过主管" in visitor.get("/console/reports")


def test_a_report_names_both_denominators_exceptions_and_places(app: FastAPI) -> None:
    page = signed_in(app, "guo").get("/console/reports/1")
    for words in (
        "<b>3</b> 位老人 × 4 = <b>12</b>",
        "<b>4</b> 位空巢独居老人，本周上门 <b>1</b> 位",
        "李某某",
        "系统拨打",
        "竹园社区",
        "桥头街道",
        "这是第一份",
    ):
        assert words in page, words
    assert page.count("<td>第1次电话</td>") == 3


def test_a_week_is_signed_by_name_once(app: FastAPI) -> None:
    visitor = signed_in(app, "guo")
    assert "已签字，这一周由您确认" in visitor.post("/console/reports/1/sign", words="核对过")
    page = visitor.get("/console/reports/1")
    assert "核对过" in page
    assert "我确认这一周" not in page
    assert "您已经签过这一版" in visitor.post("/console/reports/1/sign")
    assert "我确认这一周" in signed_in(app, "rong").get("/console/reports/1")


def test_late_findings_are_a_new_revision(district: District, app: FastAPI) -> None:
    visitor = signed_in(app, "guo")
    assert "没有变化" in visitor.post("/console/reports/1/revise", why="看看")
    assert "请写明为什么重报" in visitor.post("/console/reports/1/revise", why=" ")
    see(district, "李大爷", hours_ago=6 * 24)
    page = visitor.post("/console/reports/1/revise", why="补记一次上门")
    assert "已生成新的一版" in page
    assert "第2版" in page
    assert "补记一次上门" in page
    assert "这一周已有更新的一版" in visitor.get("/console/reports/1")
    assert "请签最新的" in visitor.post("/console/reports/1/sign")


def test_the_print_view_has_the_signature_lines_and_every_elder_when_asked(app: FastAPI) -> None:
    visitor = signed_in(app, "guo")
    short = visitor.get("/console/reports/1/print")
    assert "签名：" in short
    assert "上门：见到本人，平安" not in short
    whole = visitor.get("/console/reports/1/print?lines=true")
    assert "上门：见到本人，平安" in whole
    assert "主菜单" not in whole


def test_what_is_downloaded_is_what_was_sealed(district: District, app: FastAPI) -> None:
    visitor = signed_in(app, "guo")
    kept = json.loads(visitor.get("/console/reports/1/whole"))
    with district.house.store.look() as session:
        assert kept["hash"] == weekchain.report(session, 1).hash
    assert visitor.headers["content-disposition"] == 'attachment; filename="week-2026-11-23-1.json"'
    assert len(visitor.get("/console/reports/1/sheet").splitlines()) == 13


def test_a_report_that_was_changed_is_named_and_cannot_be_signed(
    district: District, app: FastAPI
) -> None:
    visitor = signed_in(app, "guo")
    assert "1份周报都对得上" in visitor.get("/console/reports/verify")
    lie = "UPDATE report_pages SET body = replace(body, 'open', 'excused')"
    tamper(district.house.store.engine, text(lie))
    assert "的内容被改过" in visitor.get("/console/reports/verify")
    assert "不能签字" in visitor.post("/console/reports/1/sign")


def test_unknown_reports_and_pages_are_answered_in_words(app: FastAPI) -> None:
    visitor = signed_in(app, "guo")
    assert "没有这份周报" in visitor.get("/console/reports/9")
    assert visitor.status == 404
    assert "没有这一页" in visitor.get("/console/reports/1/pages/99")


def danger(town: District, finding: Finding = Finding.SEEN_WELL) -> int:
    """A danger that a rule raised, resolved by the duty officer."""
    house = town.house
    with house.store.work() as session:
        elder, rong = town.elder(session, "王阿婆"), town.worker(session, "rong")
        one = escalations.open_escalation(
            session,
            house.now(),
            house.policy,
            Reason.DANGER,
            elder=elder,
            words="救命",
            rule="喊救命",
        )
        escalations.acknowledge(session, house.now(), one.id, rong, "console")
        escalations.resolve(session, house.now(), one.id, rong, finding, "")
        return one.id


def test_a_resolved_danger_is_called_a_false_alarm_and_taken_back(
    district: District, app: FastAPI
) -> None:
    number = danger(district)
    visitor = signed_in(app, "rong")
    path = f"/console/escalations/{number}"
    assert "规则“喊救命”听出来的" in visitor.get(path)
    page = visitor.post(f"{path}/judge", false_alarm="true", words="电视里的话")
    assert "现在的判断：<b>误报</b>" in page
    assert "荣值班判断为误报：电视里的话" in page
    assert "<b>不是误报</b>" in visitor.post(f"{path}/judge", false_alarm="false")
    other = signed_in(app, "qian")
    assert "请由本人或上级办结" in other.post(f"{path}/judge", false_alarm="true")


def test_a_missed_emergency_is_entered_from_the_file(app: FastAPI) -> None:
    visitor = signed_in(app, "qian")
    assert "登记漏报" in visitor.get("/console/elders/1")
    path = "/console/elders/1/missed"
    assert "中风" in visitor.get(path)
    filled = {"kind": "stroke", "day": "2026-11-25", "hour": "09:30", "words": "说手不听使唤"}
    for wrong, words in (
        ({"kind": "x"}, "请选择是什么急事"),
        ({"day": "2026-02-30"}, "请填写哪一天"),
        ({"day": "2027-01-01"}, "过去一年"),
        ({"words": " "}, "请写明发生了什么"),
    ):
        page = visitor.post(path, **{**filled, **wrong})
        assert words in page, words
        assert visitor.status == 400
    assert "漏报已登记" in visitor.post(path, **filled)
    assert "钱社工登记漏报（中风）：说手不听使唤" in visitor.get("/console/elders/1")
    visitor.get("/console/elders/3/missed")
    assert visitor.status == 403


def test_the_missed_emergency_is_in_the_revision_of_its_week(
    district: District, app: FastAPI
) -> None:
    filled = {"kind": "stroke", "day": "2026-11-25", "hour": "09:30", "words": "说手不听使唤"}
    signed_in(app, "qian").post("/console/elders/1/missed", **filled)
    page = signed_in(app, "guo").post("/console/reports/1/revise", why="漏报一起")
    assert "漏报 1 起" in page
    assert "王阿婆，中风：说手不听使唤" in page
    with district.house.store.look() as session:
        assert weekchain.newest(session, WEEK).revision == 2  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("login", "status"), [("guo", 200), ("tang", 200), ("yang", 403), ("qian", 403)]
)
def test_the_staff_page_is_for_those_who_lead(app: FastAPI, login: str, status: int) -> None:
    visitor = signed_in(app, login)
    visitor.get("/console/staff")
    assert visitor.status == status


def test_a_street_leader_sees_the_staff_of_the_street(app: FastAPI) -> None:
    visitor = signed_in(app, "tang")
    page = visitor.get("/console/staff")
    assert "钱社工" in page
    assert "沈社工" not in page
    visitor.get("/console/staff/2")
    assert visitor.status == 404


def test_a_caseworker_who_leaves_hands_over_on_the_page(district: District, app: FastAPI) -> None:
    with district.house.store.work() as session:
        district.elder(session, "王阿婆").caseworker_id = district.workers["qian"]
        ni = Worker(login="ni", name="倪社工", role="caseworker", street_id=1, community_id=1)
        session.add(ni)
    visitor = signed_in(app, "guo")
    assert "名下1位老人" in visitor.get("/console/staff/1")
    assert "已离岗并交接" in visitor.post("/console/staff/1/hand-over", successor="8")
    assert "已离岗，名下没有老人" in visitor.get("/console/staff/1")
    assert "社工由钱社工改为倪社工（过主管）" in visitor.get("/console/elders/1")
    assert "请让别人办理" in visitor.post("/console/staff/7/hand-over", successor="")


def test_elders_of_somebody_who_left_are_named_until_they_are_handed_over(
    district: District, app: FastAPI
) -> None:
    with district.house.store.work() as session:
        district.elder(session, "王阿婆").caseworker_id = district.workers["qian"]
        district.worker(session, "qian").active = False
    visitor = signed_in(app, "guo")
    page = visitor.get("/console/staff")
    assert "已离岗，没有交接" in page
    assert "去交接" in page
    assert "去交接" in visitor.get("/console/board")
    assert "社区里没有别的社工" in visitor.post("/console/staff/1/hand-over")
