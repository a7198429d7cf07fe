"""The console's pages: what is shown to whom, and how errors read."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from callcenter.domain.escalation import Reason
from callcenter.domain.wellbeing import Means, Told
from callcenter.services.wellbeing import keep
from callcenter.store.tables import Beat, Elder
from tests.district import District, settle
from tests.house import make_house
from tests.web.happenings import escalate, order, wants_person
from tests.web.visitor import Visitor, open_console, signed_in


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


PAGES = (
    "/console",
    "/console/escalations",
    "/console/escalations?resolved=true",
    "/console/board",
    "/console/elders",
    "/console/visits",
)
DESK_PAGES = ("/console/requests", "/console/handoffs", "/console/conversations")


@pytest.mark.parametrize("login", ["qian", "tang", "rong", "yang", "guo"])
def test_every_role_has_its_pages(app: FastAPI, login: str) -> None:
    """Pages of a role open; those of the desk are refused in words to caseworkers."""
    visitor = signed_in(app, login)
    for path in PAGES:
        visitor.get(path)
        assert visitor.status == 200, path
    at_desk = login in ("rong", "yang", "guo")
    for path in DESK_PAGES:
        page = visitor.get(path)
        assert visitor.status == (200 if at_desk else 403), path
        assert at_desk or "由坐席处理" in page


def test_every_page_opens_on_either_database(tmp_path: Path, any_url: str) -> None:
    """SQLite and PostgreSQL: the same pages, with something of every kind on them."""
    town = settle(make_house(tmp_path, database_url=any_url))
    town.plan()
    escalate(town, "王阿婆")
    order(town)
    wants_person(town)
    visitor = signed_in(open_console(town), "rong")
    files = ("escalations/1", "elders/1", "elders/1/visit", "requests/1", "conversations/1")
    for path in (*PAGES, *DESK_PAGES, *(f"/console/{file}" for file in files)):
        visitor.get(path)
        assert visitor.status == 200, path
    visitor.post("/console/escalations/1/acknowledge")
    assert "已办结" in visitor.post("/console/escalations/1/resolve", finding="seen_well")
    for state in ("open", "escalated", "blank"):
        visitor.get(f"/console/board?state={state}&street=1&q=x")
        assert visitor.status == 200, state
    town.house.store.engine.dispose()


def test_pages_bring_their_own_everything(app: FastAPI) -> None:
    """No inline script or style, nothing from outside, and a policy that says so."""
    visitor = signed_in(app, "guo")
    for path in (*PAGES, *DESK_PAGES):
        page = visitor.get(path)
        assert "<style" not in page
        assert not re.search(r"\sstyle=|\son\w+=", page), path
        assert not re.search(r"<script(?![^>]*src=)", page)
        assert not re.findall(r'(?:src|href|action)="(?!/|#|"|\?)[^"]*"', page), path
    policy = visitor.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert visitor.headers["cache-control"] == "no-store"


def test_its_files_and_htmx_are_served(app: FastAPI) -> None:
    """What the pages name is there: styles, script, sign, and htmx from its package."""
    visitor = Visitor(app)
    page = visitor.get("/console/login")
    files = re.findall(r'(?:src|href)="(/(?:static|assets)/[^"]+)"', page)
    assert len(set(files)) == 4
    for file in files:
        visitor.get(file)
        assert visitor.status == 200, file


def test_today_puts_the_urgent_first_and_has_clocks(district: District, app: FastAPI) -> None:
    """Danger before a request, each with the time that is left."""
    order(district)
    wants_person(district)
    escalate(district, "赵阿婆", Reason.MISSED, "")
    escalate(district, "王阿婆")
    page = signed_in(app, "yang").get("/console")
    kinds = re.findall(r'class="task (\w+)', page)
    assert kinds == ["escalation", "handoff", "escalation", "request"]
    assert re.findall(r"<b>(还剩[^<]+)</b>", page) == [
        "还剩3分钟",
        "还剩15秒",
        "还剩20分钟",
        "还剩2小时",
    ]


def test_today_of_a_caseworker_has_visits_and_no_desk(district: District, app: FastAPI) -> None:
    """On Tuesday the visit of the elder is due; requests and handoffs are not theirs."""
    order(district)
    district.house.clock.passes(days=2)  # type: ignore[attr-defined]
    page = signed_in(app, "qian").get("/console")
    assert re.findall(r'class="task (\w+)', page) == ["visit"]
    assert "王阿婆" in page
    assert "/console/requests" not in page


def test_an_empty_day_says_so(app: FastAPI) -> None:
    """Nothing to do is said in words, not shown as an empty box."""
    assert "现在没有要办的事" in signed_in(app, "yang").get("/console")


def test_an_overdue_clock_says_how_late(district: District, app: FastAPI) -> None:
    """Past its time, a task says by how much."""
    order(district)
    district.house.clock.passes(hours=2, minutes=5)  # type: ignore[attr-defined]
    assert "超时5分钟" in signed_in(app, "yang").get("/console")


def test_the_board_shows_all_and_says_that_nothing_is_blank(app: FastAPI) -> None:
    """Three elders, twelve cells with words, both denominators."""
    page = signed_in(app, "guo").get("/console/board")
    assert page.count('<div class="cell ') == 12
    assert page.count("待完成</span>") == 12
    assert "系统拨打" in page
    assert "一位不落" in page
    assert re.search(r"<b>3</b> 位老人 × 4 = <b>12</b>", page)
    assert re.search(r"<b>4</b> 位空巢独居老人，本月已上门 <b>0</b>", page)


def test_the_boards_choices_are_in_its_address(app: FastAPI) -> None:
    """Street and state narrow it; nonsense is refused in words or ignored."""
    visitor = signed_in(app, "guo")
    page = visitor.get("/console/board?street=2")
    assert "赵某某" in page
    assert "王某某" not in page
    assert "没有符合条件的老人" in visitor.get("/console/board?state=confirmed_safe")
    assert "没有这种状态" in visitor.get("/console/board?state=x")
    assert visitor.status == 400
    visitor.get("/console/board?week=2026-02-30")
    assert visitor.status == 422
    visitor.get("/console/board?street=abc&community=999999999999999999&page=1")
    assert visitor.status == 200


def test_the_search_finds_by_name_address_and_phone(app: FastAPI) -> None:
    """Any of them is enough; what finds nothing says so."""
    visitor = signed_in(app, "yang")
    for words in ("王", "柳巷1号", "10010000001"):
        assert "王阿婆" in visitor.get(f"/console/elders?q={words}"), words
    assert "没有找到" in visitor.get("/console/elders?q=%25")
    assert "没有找到" in visitor.get("/console/elders?q=没有这个人")


def test_phones_are_whole_for_those_who_ring(app: FastAPI) -> None:
    """An operator reads the number, a supervisor a masked one and cannot search by it."""
    assert "100 1000 0001" in signed_in(app, "yang").get("/console/elders/1")
    supervisor = signed_in(app, "guo")
    page = supervisor.get("/console/elders/1")
    assert "100****0001" in page
    assert "1000 0001" not in page
    assert "没有找到" in supervisor.get("/console/elders?q=10000001")


def test_a_file_out_of_sight_is_refused_in_words(district: District, app: FastAPI) -> None:
    """Caseworkers and street supervisors read their own files only."""
    visitor = signed_in(app, "qian")
    for called, status in (("王阿婆", 200), ("李大爷", 403), ("赵阿婆", 403)):
        page = visitor.get(f"/console/elders/{district.elders[called]}")
        assert visitor.status == status, called
        assert status == 200 or "不在您负责的范围里" in page
    above = signed_in(app, "tang")
    above.get(f"/console/elders/{district.elders['李大爷']}")
    assert above.status == 200
    above.get(f"/console/elders/{district.elders['赵阿婆']}")
    assert above.status == 403
    above.get("/console/elders/999")
    assert above.status == 404


def test_a_file_holds_the_week_and_the_time_line(district: District, app: FastAPI) -> None:
    """One file for each person: facts, this week's slots, escalations, requests, what happened."""
    order(district)
    escalate(district, "王阿婆")
    page = signed_in(app, "yang").get("/console/elders/1")
    for words in (
        "独居",
        "80周岁以上空巢、独居",
        "正在通知社区社工",
        "1001号",
        "登记工单",
        "说出危险",
    ):
        assert words in page


def test_a_file_shows_what_was_told_of_daily_life_and_what_was_told_before(
    district: District, app: FastAPI
) -> None:
    house = district.house
    with house.store.work() as session:
        elder = session.get_one(Elder, 1)
        for days, means, words in ((3, Means.GOOD, "[按键1]"), (0, Means.BAD, "困不着")):
            told = Told(topic="sleep", means=means, words=words)
            keep(session, house.now() - timedelta(days=days), house.policy, elder, told, None)
    page = signed_in(app, "yang").get("/console/elders/1")
    for words in ("近况", "睡觉", "<b>不好</b>：“困不着”", "上次好", "好：[按键1]"):
        assert words in page


def beat(town: District, auditor: str = "", minutes: float = 0) -> None:
    """Engine and auditor did their work some minutes ago."""
    with town.house.store.work() as session:
        then = town.house.now() - timedelta(minutes=minutes)
        for name, note in (("engine", ""), ("auditor", auditor)):
            session.merge(Beat(name=name, at=then, note=note))


def test_the_pulse_of_the_house_is_on_every_page(district: District, app: FastAPI) -> None:
    """Well with the time of the last check; late or faulty in red and in words."""
    visitor = signed_in(app, "yang")
    assert "调度程序还没有运行" in visitor.get("/console")
    beat(district, minutes=4)
    page = visitor.get("/console/board")
    assert "系统正常 · 上次检查 8:26" in page
    assert "系统异常" not in page
    beat(district, minutes=6)
    assert "调度程序从 今天 8:24 起没有动静" in visitor.get("/console")
    beat(district, auditor="名册上的老人这周没有名额：2")
    assert "核查发现：名册上的老人这周没有名额：2" in visitor.get("/console")


def test_the_assistants_state_is_told(app: FastAPI) -> None:
    """While the assistant is not there, people read what works all the same."""
    page = signed_in(app, "yang").get("/console/assistant")
    assert "危险词、按键、平安问候和转人工都已可用" in page


def test_no_clock_can_be_set_outside_a_demonstration(app: FastAPI) -> None:
    """Real time has no buttons."""
    visitor = signed_in(app, "guo")
    assert "演示时间" not in visitor.get("/console")
    visitor.post("/console/clock", speed=60)
    assert visitor.status == 403


def test_the_number_of_ringing_escalations_is_in_the_title(
    district: District, app: FastAPI
) -> None:
    """A tab in the background tells how many wait; the page fetches itself every five seconds."""
    escalate(district, "王阿婆")
    page = signed_in(app, "yang").get("/console")
    assert "<title>（1）今日" in page
    assert 'hx-get="/console" hx-trigger="every 5s, refresh" hx-select="#app"' in page


def test_unknown_pages_are_answered_in_words(app: FastAPI) -> None:
    """A number that does not exist, or is no number, is a page and not a trace."""
    visitor = signed_in(app, "yang")
    for path in ("escalations/99", "requests/99", "conversations/99", "attempts/99"):
        page = visitor.get(f"/console/{path}")
        assert visitor.status == 404, path
        assert "没有" in page
    visitor.get("/console/escalations/abc")
    assert visitor.status == 422
