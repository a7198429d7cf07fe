"""The console in a real browser: the story from signing in to the board, keys, polling, sizes."""

import socket
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from sqlalchemy import update

from callcenter import weekclose, wiring
from callcenter.clock import Clock
from callcenter.domain.escalation import Reason
from callcenter.store.tables import Beat, Worker
from tests.district import District, settle
from tests.house import MONDAY, make_house
from tests.web.happenings import escalate, order, wants_person
from tests.web.visitor import PASSWORD, open_console

LAST_WEEK = date(2026, 11, 16)
PATIENCE = 20_000  # ms; a page fetches itself every five seconds, machines are slow at times


@pytest.fixture
def district(tmp_path: Path) -> District:
    """A demonstration of the district on Monday morning, its week planned, everything well."""
    clock = Clock(tmp_path / "clock.json")
    clock.run_at(1, MONDAY)
    town = settle(wiring.with_clock(make_house(tmp_path), clock))
    town.plan()
    with town.house.store.work() as session:
        session.execute(update(Worker).values(demonstration=True))
        for name in ("engine", "auditor"):
            session.add(Beat(name=name, at=MONDAY, note=""))
    return town


@pytest.fixture
def address(district: District) -> Iterator[str]:
    """The real application, served on a free port of this machine."""
    ear = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(open_console(district), log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [ear]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{ear.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A browser window at the login page; whatever the browser complains of fails the test."""
    context = chromium.new_context(base_url=address, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    window = context.new_page()
    complaints: list[str] = []

    def complains(line: ConsoleMessage) -> None:
        if line.type == "error" and "Failed to load resource" not in line.text:
            complaints.append(line.text)

    window.on("console", complains)
    window.on("pageerror", lambda error: complaints.append(str(error)))
    window.goto("/console/login")
    yield window
    context.close()
    assert complaints == []


def enter(page: Page, name: str) -> None:
    """Signs in as one of the demonstration's staff with one click."""
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_url("**/console")


def test_from_signing_in_to_the_board(district: District, page: Page) -> None:
    """An operator signs in, acknowledges, finds out, resolves, and sees it on the board."""
    escalate(district, "王阿婆", Reason.MISSED, "")
    page.get_by_label("账号").fill("yang")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="今日")).to_be_visible()
    page.get_by_role("button", name="接警").click()
    expect(page.get_by_text("您已接警")).to_be_visible()
    page.get_by_label("不在家，已有人证实平安").check()
    page.get_by_role("button", name="办结").click()
    expect(page.get_by_role("alert").filter(has_text="请写明是谁")).to_be_visible()
    expect(page.get_by_label("不在家，已有人证实平安")).to_be_checked()
    page.get_by_label("说明").fill("女儿证实在她家")
    page.get_by_role("button", name="办结").click()
    expect(page.get_by_text("已办结，结果已登记。")).to_be_visible()
    page.get_by_role("link", name="周看板").click()
    cell = page.locator("#elder-1 .cell").first
    expect(cell).to_contain_text("已办结")
    expect(cell).to_contain_text("不在家，已有人证实平安")
    expect(page.locator(".totals li.blank")).to_contain_text("一位不落")


def test_a_page_refreshes_itself_and_leaves_typing_alone(district: District, page: Page) -> None:
    """What is new appears within seconds; focus, typed words and choices stay where they are."""
    escalate(district, "王阿婆")
    enter(page, "杨坐席")
    page.get_by_role("button", name="接警").click()
    page.get_by_label("见到本人，身体不舒服").check()
    words = page.get_by_label("说明")
    words.press_sequentially("已经叫了救护车，")
    escalate(district, "赵阿婆", Reason.MISSED, "")
    menu = page.get_by_label("主菜单")
    expect(menu.get_by_role("link", name="预警")).to_contain_text("2", timeout=PATIENCE)
    expect(words).to_be_focused()
    words.press_sequentially("家属在路上")
    expect(words).to_have_value("已经叫了救护车，家属在路上")
    expect(page.get_by_label("见到本人，身体不舒服")).to_be_checked()


def test_a_lost_server_is_said_and_found_again(page: Page) -> None:
    """A page that cannot be refreshed says that it may be old, and takes it back."""
    enter(page, "杨坐席")
    page.route("**/console", lambda route: route.fulfill(status=503))
    expect(page.locator("#lost")).to_contain_text("可能已经过时", timeout=PATIENCE)
    expect(page.get_by_role("heading", name="今日")).to_be_visible()
    page.unroute("**/console")
    expect(page.locator("#lost")).to_be_hidden(timeout=PATIENCE)


def test_the_keyboard_is_enough(district: District, page: Page) -> None:
    """j and k move through the list, Enter opens, / goes to the search; typing is left alone."""
    escalate(district, "王阿婆")
    escalate(district, "赵阿婆", Reason.MISSED, "")
    enter(page, "杨坐席")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="王阿婆")).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="赵阿婆")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="王阿婆")).to_be_visible()
    page.keyboard.press("/")
    page.wait_for_url("**/console/elders")
    page.keyboard.press("/")
    search = page.get_by_label("姓名、住址或电话")
    expect(search).to_be_focused()
    search.press_sequentially("jk/")
    expect(search).to_have_value("jk/")


def test_demonstration_time_can_be_made_to_run(district: District, page: Page) -> None:
    """The bar says that it is a demonstration, its time and its speed; a button changes it."""
    enter(page, "过主管")
    bar = page.get_by_role("region", name="演示时钟")
    expect(bar).to_contain_text("演示")
    expect(bar).to_contain_text("11月23日周一 8:30")
    bar.get_by_role("button", name="60×", exact=True).click()
    expect(bar).to_contain_text("快 60 倍")
    pressed = bar.get_by_role("button", name="60×", exact=True)
    expect(pressed).to_have_attribute("aria-pressed", "true")
    pace = district.house.clock.pace()
    assert pace is not None
    assert pace.speed == 60


def test_an_operators_switch_is_a_switch(page: Page) -> None:
    """It tells its state to those who cannot see it."""
    enter(page, "杨坐席")
    switch = page.get_by_role("switch")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")


PATHS = (
    "/console",
    "/console/escalations",
    "/console/escalations/1",
    "/console/board",
    "/console/elders",
    "/console/elders/1",
    "/console/elders/1/visit",
    "/console/visits",
    "/console/requests",
    "/console/requests/1",
    "/console/handoffs",
    "/console/handoffs/1",
    "/console/line",
    "/console/conversations",
    "/console/conversations/1",
    "/console/reports",
    "/console/reports/1",
    "/console/reports/1/pages/1",
    "/console/reports/1/print?lines=true",
    "/console/reports/verify",
    "/console/staff",
    "/console/staff/1",
    "/console/elders/1/missed",
)
SMALL = """() => [...document.querySelectorAll(
    'button, .button, nav a, select, textarea, input:not([type=hidden]):not([type=radio])')]
  .filter(one => one.getClientRects().length && one.getBoundingClientRect().height < 43.5)
  .map(one => one.outerHTML.slice(0, 90))"""
NAMELESS = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
  .filter(one => !one.labels.length && !one.getAttribute('aria-label'))
  .map(one => one.outerHTML.slice(0, 90))"""
FAINT = """() => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map(Number).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/^rgba.*, 0\\)$/.test(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll('body *')]
    .filter(one => one.getClientRects().length && !one.closest('.hidden, .skip, svg, option'))
    .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(one => {
      const [a, b] = [light(getComputedStyle(one).color), light(ground(one))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return [ratio, one.outerHTML.slice(0, 120)];
    })
    .filter(([ratio]) => ratio < 4.5);
}"""


def something_of_every_kind(town: District) -> None:
    """Something to be shown on each of the pages."""
    escalate(town, "王阿婆")
    order(town)
    wants_person(town, urgent=True)
    weekclose.draw(town.house.store, town.house.now(), LAST_WEEK, by="系统")


def test_everything_can_be_hit_named_and_read(district: District, page: Page) -> None:
    """Targets of 44 px, a label for every field, contrast of 4.5 to 1, on every page."""
    something_of_every_kind(district)
    enter(page, "荣值班")
    for path in PATHS:
        page.goto(path)
        assert page.evaluate(SMALL) == [], path
        assert page.evaluate(NAMELESS) == [], path
        assert page.evaluate(FAINT) == [], path
        assert page.locator("h1").count() == 1, path


def test_nothing_runs_off_a_narrow_screen(district: District, page: Page) -> None:
    """On a phone of 360 px no page is wider than the screen; wide tables scroll by themselves."""
    something_of_every_kind(district)
    enter(page, "荣值班")
    page.set_viewport_size({"width": 360, "height": 740})
    for path in PATHS:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, path


def test_a_supervisor_signs_the_week_and_prints_it(district: District, page: Page) -> None:
    """From the list to the name under the week; on paper there are no menus and no buttons."""
    weekclose.draw(district.house.store, district.house.now(), LAST_WEEK, by="系统")
    enter(page, "过主管")
    page.get_by_role("link", name="周报").click()
    page.get_by_role("link", name="2026年11月16日至22日").click()
    expect(page.get_by_role("heading", name="没有完成的名额")).to_be_visible()
    page.get_by_label("说明").fill("逐条核对过")
    page.get_by_role("button", name="签字").click()
    expect(page.get_by_text("已签字，这一周由您确认。")).to_be_visible()
    page.get_by_role("link", name="打印").click()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="锡心养老热线周报")).to_be_visible()
    expect(page.get_by_text("过主管（主管）")).to_be_visible()
    expect(page.get_by_text("回到周报")).to_be_hidden()
