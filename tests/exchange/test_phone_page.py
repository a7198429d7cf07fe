"""The phone page in a real browser: somebody takes a phone in hand, and talks."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.exchange.conftest import ELDER, OPERATOR, Live
from tests.exchange.office import HOTLINE, PATIENCE, ask, say

SECONDS = PATIENCE * 1000


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    """The browser that all tests share."""
    return chromium


def phone(browser: Browser, live: Live, number: str) -> Page:
    """A page with that person's phone in hand, on which nothing goes wrong unseen."""
    page = browser.new_page()
    page.set_default_timeout(SECONDS)
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.goto(f"{live.url}/phone")
    page.get_by_test_id(f"person-{number}").click()
    expect(page.get_by_test_id("number")).to_have_text(number)
    return page


def test_two_people_play_a_whole_day_on_the_phone_page(browser: Browser, live: Live) -> None:
    """An elder rings in, speaks, is put through to an operator; is rung up; gets a text."""
    live.office.scripts = {
        "/hotline": ask("这里是民政服务热线，请讲", "/turn", timeout="60"),
        "/turn": f"<Response><Dial><Number>{OPERATOR}</Number></Dial></Response>",
        "/script": ask("阿婆您好，平安请按1", "/key", timeout="60"),
        "/key": say("祝您平安"),
    }
    elder, operator = (phone(browser, live, number) for number in (ELDER, OPERATOR))
    elder.get_by_test_id("dial-hotline").click()
    said = elder.get_by_test_id("transcript")
    expect(said).to_contain_text("这里是民政服务热线", timeout=SECONDS)
    expect(elder.get_by_test_id("asks")).to_be_visible(timeout=SECONDS)
    elder.get_by_test_id("say").fill("转人工")
    elder.get_by_test_id("say").press("Enter")
    expect(operator.get_by_test_id("accept")).to_be_focused(timeout=SECONDS)
    operator.keyboard.press("Enter")
    expect(said).to_contain_text("已接通对方", timeout=SECONDS)
    operator.get_by_test_id("say").fill("您好，请讲")
    operator.get_by_test_id("say-send").click()
    expect(said).to_contain_text("您好，请讲", timeout=SECONDS)
    assert live.office.got("/turn")[0]["SpeechResult"] == "转人工"
    operator.keyboard.press("Escape")
    expect(elder.get_by_test_id("status")).to_contain_text("已结束", timeout=SECONDS)

    live.place()
    elder.get_by_test_id("accept").click()
    expect(said).to_contain_text("平安请按1", timeout=SECONDS)
    elder.get_by_test_id("key-1").click()
    expect(said).to_contain_text("祝您平安", timeout=SECONDS)
    assert live.office.wait_for("/key")[0]["Digits"] == "1"

    live.client.messages.create(to=ELDER, from_=HOTLINE, body="明天上午有人上门")
    expect(elder.get_by_test_id("inbox")).to_contain_text("明天上午有人上门", timeout=SECONDS)
    expect(elder.get_by_test_id("clock")).to_contain_text("快 60 倍")
    for page in (elder, operator):
        page.close()


def test_the_page_of_calls_tells_how_a_call_went(browser: Browser, live: Live) -> None:
    """The list, then the time line with requests, TwiML and keys."""
    live.office.scripts = {"/script": ask("平安请按1", "/key"), "/key": say("祝您平安")}
    call = live.place()
    live.office.wait_for("/status", 4)
    page = browser.new_page()
    page.goto(f"{live.url}/calls")
    page.get_by_test_id(f"call-{call.sid}").click()
    notes = page.get_by_test_id("notes")
    for text in ("收到 TwiML", "按键 1", "祝您平安", "状态通知：结束"):
        expect(notes).to_contain_text(text, timeout=SECONDS)
    page.get_by_test_id("faults").click()
    page.get_by_test_id("fault-lost").fill("50")
    expect(page.get_by_test_id("fault-lost").locator("..")).to_contain_text("50%")
    assert live.web.get("/faults").json()["lost"] == 0.5
    page.close()
