"""The chat page in a real browser: answers appear by themselves, and everything is large enough."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from callcenter.wiring import House
from tests.channels.talks import answer_as_person, handoffs, reasons, said

DESK, PHONE = (1280, 900), (390, 844)

MEASURE = """() => {
  const seen = (one) => one.checkVisibility() && one.getBoundingClientRect().width > 2;
  const back = (one) => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (!colour.endsWith(', 0)')) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number)
      .map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one) => {
    const [a, b] = [light(getComputedStyle(one).color), light(back(one))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const texts = [...document.querySelectorAll('body *')].filter((one) => seen(one) &&
    [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const name = (one) => one.className + ':' + one.textContent.trim().slice(0, 12);
  const style = (one) => getComputedStyle(one);
  return {
    small: texts.filter((one) => parseFloat(style(one).fontSize) < 18).map(name),
    tight: texts.filter((one) =>
      parseFloat(style(one).lineHeight) < 1.3 * parseFloat(style(one).fontSize)).map(name),
    faint: texts.filter((one) => contrast(one) < 4.5).map(name),
    cramped: [...document.querySelectorAll('button, textarea, a.button, a.tool')].filter(seen)
      .filter((one) => { const box = one.getBoundingClientRect();
        return Math.round(box.width) < 60 || Math.round(box.height) < 60; }).map(name),
    wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  };
}"""


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    """The chat page, opened on a phone; the browser complains about nothing."""
    context = chromium.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    page, complaints = context.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.goto(f"{site}/chat")
    yield page
    context.close()
    assert [one for one in complaints if "ERR_INTERNET_DISCONNECTED" not in one] == []


def write(page: Page, words: str) -> None:
    """Types and presses send."""
    page.get_by_label("您想说什么").fill(words)
    page.get_by_role("button", name="发送").click()


def lines(page: Page, who: str) -> list[str]:
    """What the page shows of one side."""
    return page.locator(f".line[data-who={who}] .words").all_inner_texts()


def test_an_answer_appears_without_reloading(page: Page) -> None:
    """Write, send, read: the box is empty again and both lines are there."""
    page.evaluate("window.sameProcess = true")
    write(page, "几点开门")
    expect(page.locator(".line.assistant").last).to_contain_text("再写一遍")
    expect(page.get_by_label("您想说什么")).to_have_value("")
    assert lines(page, "caller") == ["几点开门"]
    assert page.evaluate("window.sameProcess")


def test_one_press_asks_a_question(page: Page, house: House) -> None:
    """Who finds typing hard presses a ready question."""
    page.get_by_role("button", name="长护险怎么申请").click()
    expect(page.locator(".line.caller")).to_contain_text("长护险怎么申请")
    expect(page.locator("#quick")).to_be_hidden()
    assert said(house, "caller") == ["长护险怎么申请？"]


def test_a_person_who_answers_appears_by_himself(page: Page, house: House) -> None:
    """Nothing has to be pressed for a person's words to come."""
    page.get_by_role("button", name="转人工").click()
    expect(page.locator("#status")).to_contain_text("已经请人工坐席来回您")
    assert handoffs(house) == ["waiting"]
    answer_as_person(house, "王阿婆您好，我是小周。")
    expect(page.locator(".line.person")).to_contain_text("我是小周", timeout=20_000)
    expect(page.locator("#status")).to_contain_text("现在是人工坐席在回您")


def test_help_shows_at_once_whom_to_ring(page: Page, house: House) -> None:
    """After the red button the numbers to ring are in sight."""
    page.get_by_role("button", name="求助").click()
    ring = page.get_by_role("link", name="打 120 急救")
    expect(ring).to_be_in_viewport()
    expect(ring).to_have_attribute("href", "tel:120")
    assert reasons(house) == ["danger"]


def test_words_are_shown_as_written(page: Page) -> None:
    """Markup in words is text, in what was sent and in what comes back."""
    write(page, "<img src=x onerror=alert(1)><b>好</b>")
    expect(page.locator(".line.caller:not(.going) .words")).to_have_text(
        "<img src=x onerror=alert(1)><b>好</b>"
    )
    assert page.locator("#log img").count() == 0


def test_enter_sends_and_shift_enter_begins_a_line(page: Page, house: House) -> None:
    """The keyboard works as people know it from other chats."""
    box = page.get_by_label("您想说什么")
    box.press_sequentially("第一行")
    box.press("Shift+Enter")
    box.press_sequentially("第二行")
    box.press("Enter")
    expect(page.locator(".line.assistant").last).to_contain_text("再写一遍")
    assert [one.split() for one in said(house, "caller")] == [["第一行", "第二行"]]


def test_without_a_network_nothing_typed_is_lost(page: Page, house: House) -> None:
    """The elder is told, the words stay in the box, and the next press sends them."""
    page.context.set_offline(True)
    write(page, "想问补贴")
    expect(page.get_by_role("alert").filter(has_text="没有送出去")).to_be_visible()
    expect(page.get_by_label("您想说什么")).to_have_value("想问补贴")
    page.context.set_offline(False)
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".line.caller:not(.going)")).to_have_count(1)
    assert said(house, "caller") == ["想问补贴"]


def test_a_reload_shows_the_talk_again(page: Page) -> None:
    """Closing the page by mistake loses nothing."""
    write(page, "几点开门")
    expect(page.locator(".line.assistant").last).to_contain_text("再写一遍")
    before = page.locator("#log .words").all_inner_texts()
    page.reload()
    assert page.locator("#log .words").all_inner_texts() == before


def test_letters_grow_to_thirty_and_stay_so(page: Page) -> None:
    """The largest size is at least 30 px, and the next visit has it too."""
    page.get_by_role("link", name="最大").click()
    size = "() => parseFloat(getComputedStyle(document.querySelector('.words')).fontSize)"
    assert page.evaluate(size) >= 30
    page.wait_for_function("document.cookie.includes('xixin_chat_size=largest')")
    page.reload()
    assert page.evaluate(size) >= 30


def test_reading_aloud_is_remembered(page: Page) -> None:
    """Who needs it switches it on once; each answer can also be read again."""
    aloud = page.get_by_role("button", name="朗读")
    expect(aloud).to_have_text("朗读：关")
    aloud.click()
    page.reload()
    expect(page.get_by_role("button", name="朗读")).to_have_text("朗读：开")
    expect(page.get_by_role("button", name="念给我听").first).to_be_visible()


@pytest.mark.parametrize("size", ["大", "更大", "最大"])
@pytest.mark.parametrize("screen", [DESK, PHONE, (320, 568)])
def test_everything_is_large_enough(page: Page, size: str, screen: tuple[int, int]) -> None:
    """Letters from 18 px, lines from 1.3, contrast from 4.5:1, targets from 60 by 60 px."""
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    page.get_by_role("link", name=size, exact=True).click()
    write(page, "我摔倒了起不来")
    expect(page.get_by_role("link", name="打 120 急救")).to_be_visible()
    assert page.evaluate(MEASURE) == {
        "small": [],
        "tight": [],
        "faint": [],
        "cramped": [],
        "wide": False,
    }


def test_it_works_without_scripts(chromium: Browser, site: str, house: House) -> None:
    """A browser that runs no scripts asks, is answered, and can call for help."""
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}/chat")
        write(page, "几点开门")
        expect(page.locator(".line.assistant").last).to_contain_text("再写一遍")
        page.get_by_role("button", name="求助").click()
        expect(page.get_by_role("link", name="打 120 急救")).to_be_visible()
        page.get_by_role("link", name="更大").click()
        expect(page.locator("html.larger")).to_be_attached()
    assert reasons(house) == ["danger"]
