"""The chat page as a browser without scripts meets it, and as others would misuse it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from starlette.testclient import TestClient

from callcenter.store.tables import Conversation, Message
from callcenter.web import chat_guard
from callcenter.web.app import create_app
from callcenter.wiring import House
from tests.channels.talks import answer_as_person, handoffs, reasons, said, talks
from tests.house import SetClock, make_house

HERE = "http://127.0.0.1"
SCRIPT = {"accept": "application/json"}


def browser(house: House) -> TestClient:
    """A browser of its own, with its own cookies."""
    return TestClient(create_app(house), base_url=HERE, raise_server_exceptions=False)


@pytest.fixture
def elder(house: House) -> Iterator[TestClient]:
    """An elder who has opened the page."""
    with browser(house) as one:
        one.get("/chat")
        yield one


def words_of(page: str) -> str:
    """The page without its tags."""
    return re.sub(r"<[^>]+>", "", page)


def test_the_first_thing_read_is_that_an_ai_answers(house: House) -> None:
    """Before anything can be written, the page says that nobody human is there."""
    page = words_of(browser(house).get("/chat").text.partition("<main>")[2])
    assert page.split()[0].startswith("现在回您的是人工智能助手（AI），不是真人")


def test_looking_writes_nothing_down(house: House, elder: TestClient) -> None:
    """Whoever only looks leaves no talk behind."""
    elder.get("/chat")
    elder.get("/chat/new")
    assert talks(house) == []


def test_the_talk_is_kept_in_a_cookie_that_scripts_cannot_read(house: House) -> None:
    """The key to a talk is signed, HttpOnly, and not sent along by other sites."""
    cookie = browser(house).get("/chat").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/chat" in cookie


def test_a_plain_form_is_answered_on_the_page(house: House, elder: TestClient) -> None:
    """Without any script: write, send, read the answer, with the greeting before it."""
    page = words_of(elder.post("/chat/say", data={"text": "几点开门"}).text)
    assert page.index("我是人工智能助手") < page.index("几点开门") < page.index("没听明白")


def test_what_is_written_is_never_markup(elder: TestClient) -> None:
    """Words are shown as they were written, whatever they look like."""
    page = elder.post("/chat/say", data={"text": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_danger_on_the_page_is_escalated_at_once(house: House, elder: TestClient) -> None:
    """Words of danger put a named person on it, and the page shows whom to ring."""
    page = elder.post("/chat/say", data={"text": "我摔倒了起不来"}).text
    assert reasons(house) == ["danger"]
    assert 'href="tel:120"' in page.partition('id="urgent"')[2]


def test_the_help_button_takes_what_was_typed_along(house: House, elder: TestClient) -> None:
    """One press escalates, and the half-written words reach the people who come."""
    elder.post("/chat/say", data={"do": "help", "text": "我在卫生间"})
    assert reasons(house) == ["danger"]
    assert said(house, "caller") == ["救命，我有危险。我在卫生间"]


def test_the_person_button_asks_for_a_person(house: House, elder: TestClient) -> None:
    """One press waits for a person, with what was typed as the first thing they read."""
    page = elder.post("/chat/say", data={"do": "human", "text": "想问补贴"}).text
    assert handoffs(house) == ["waiting"]
    assert said(house, "caller") == ["转人工", "想问补贴"]
    assert "已经请人工坐席来回您" in page


def test_a_person_answers_on_the_page(house: House, elder: TestClient) -> None:
    """What a person writes at the console is shown as a person's, and marked as shown."""
    last = elder.post("/chat/say", data={"do": "human"}, headers=SCRIPT).json()["last"]
    answer_as_person(house, "王阿婆您好，我是小周。")
    state = elder.get(f"/chat/new?after={last}").json()
    assert "人工坐席" in state["lines"]
    assert "王阿婆您好，我是小周。" in state["lines"]
    assert "人工坐席</b>在回您" in state["status"]
    with house.store.look() as session:
        rows = select(Message.delivered_at).where(Message.speaker == "person")
        assert session.scalars(rows).all() == [house.now()]


def test_the_script_gets_only_what_is_new(elder: TestClient) -> None:
    """Looking again after the last line gives nothing twice."""
    last = elder.post("/chat/say", data={"text": "你好"}, headers=SCRIPT).json()["last"]
    again = elder.get(f"/chat/new?after={last}").json()
    assert (again["lines"].strip(), again["last"]) == ("", last)


@pytest.mark.parametrize("number", [2_100, 33_400, 100_000])
def test_far_too_much_gets_a_polite_sentence(elder: TestClient, number: int) -> None:
    """Up to a hundred thousand characters are taken and answered in one sentence."""
    answer = elder.post("/chat/say", data={"text": "长" * number})
    assert answer.status_code == 200
    assert "您写得太长了" in answer.text


def test_more_than_that_is_refused_in_words(house: House, elder: TestClient) -> None:
    """A body beyond the limit is not read at all, and the page says why."""
    answer = elder.post("/chat/say", data={"text": "长" * 200_000})
    assert answer.status_code == 413
    assert "您写得太长了" in answer.text
    assert said(house, "caller") == []


def test_a_body_of_unknown_size_is_refused(house: House, elder: TestClient) -> None:
    """Nobody can pour endlessly into the page."""
    answer = elder.post("/chat/say", content=iter([b"text=", b"hello"]))
    assert answer.status_code == 413
    assert said(house, "caller") == []


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/chat/say", "/chat/end"])
def test_forms_of_other_sites_are_refused(
    house: House, elder: TestClient, headers: dict[str, str], path: str
) -> None:
    """Another page cannot speak in an elder's name, nor end the talk."""
    elder.post("/chat/say", data={"text": "你好"})
    answer = elder.post(path, data={"text": "救命"}, headers=headers)
    assert answer.status_code == 403
    assert said(house, "caller") == ["你好"]
    assert "你好" in elder.get("/chat").text


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": HERE}, {}])
def test_forms_of_the_page_itself_are_taken(elder: TestClient, headers: dict[str, str]) -> None:
    """The page's own forms pass, from browsers new and old."""
    assert elder.post("/chat/say", data={"text": "你好"}, headers=headers).status_code == 200


def test_nobody_reads_the_talk_of_another(house: House, elder: TestClient) -> None:
    """Another browser, and a forged cookie, see an empty page."""
    elder.post("/chat/say", data={"text": "我的秘密"})
    with house.store.look() as session:
        key = session.scalars(select(Conversation.key)).one()
    other = browser(house)
    other.cookies.set(chat_guard.COOKIE, key.removeprefix("web:"), path="/chat")
    assert "我的秘密" not in other.get("/chat").text
    assert "我的秘密" not in other.get("/chat/new?after=0").text


def test_too_many_at_once_are_asked_to_wait(house: House, elder: TestClient) -> None:
    """After ten in a row one has to wait; a minute later it goes on."""
    for _ in range(10):
        assert elder.post("/chat/say", data={"text": "你好"}).status_code == 200
    slower = elder.post("/chat/say", data={"text": "你好"})
    assert slower.status_code == 429
    assert "0510 0000 0000" in slower.text
    assert isinstance(house.clock, SetClock)
    house.clock.passes(minutes=1)
    assert elder.post("/chat/say", data={"text": "你好"}).status_code == 200


@pytest.mark.parametrize("urgent", [{"text": "我摔倒了起不来"}, {"do": "help"}, {"do": "human"}])
def test_who_needs_help_never_waits(
    house: House, elder: TestClient, urgent: dict[str, str]
) -> None:
    """Danger and the wish for a person pass when other words have to wait."""
    for _ in range(11):
        elder.post("/chat/say", data={"text": "你好"})
    assert elder.post("/chat/say", data=urgent).status_code == 200
    assert reasons(house) or handoffs(house)


def test_one_chatterer_does_not_silence_others(house: House, elder: TestClient) -> None:
    """The limit of one talk is its own."""
    for _ in range(12):
        elder.post("/chat/say", data={"text": "你好"})
    assert browser(house).post("/chat/say", data={"text": "你好"}).status_code == 200


@pytest.mark.parametrize("data", [{}, {"text": "  \n "}, {"text": "\0"}, {"quick": " "}])
def test_nothing_said_is_told_so(house: House, elder: TestClient, data: dict[str, str]) -> None:
    """An empty page is not sent to anybody."""
    answer = elder.post("/chat/say", data=data)
    assert answer.status_code == 422
    assert "您还没有写字" in answer.text
    assert talks(house) == []


@pytest.mark.parametrize("odd", ["\u202e反\0话", "👵🏻" * 100, "{number} %s \\", "a\r\nb", "&amp;"])
def test_odd_words_are_answered(elder: TestClient, odd: str) -> None:
    """Nothing that a keyboard can write brings the page down."""
    answer = elder.post("/chat/say", data={"text": odd}, headers=SCRIPT)
    assert answer.status_code == 200
    assert "智能助手" in answer.json()["lines"]


@pytest.mark.parametrize("after", ["-1", "x", "99999999999999999999999"])
def test_odd_numbers_are_refused(elder: TestClient, after: str) -> None:
    """A number of a line is a number, and not a huge one."""
    assert elder.get(f"/chat/new?after={after}").status_code == 422


def test_ending_clears_the_page(house: House, elder: TestClient) -> None:
    """On a shared computer the next person sees nothing; staff see that the talk is over."""
    elder.post("/chat/say", data={"text": "我的秘密"})
    assert "我的秘密" not in elder.post("/chat/end").text
    with house.store.look() as session:
        assert session.scalars(select(Conversation.ended_at)).all() == [house.now()]
    elder.post("/chat/say", data={"text": "你好"})
    assert len(talks(house)) == 2


def test_trouble_in_the_house_is_said_in_words(house: House, elder: TestClient) -> None:
    """When the house fails, the elder reads the numbers to ring, never a blank page."""
    with house.store.work() as session:
        session.execute(text("ALTER TABLE conversations RENAME TO elsewhere"))
    answer = elder.post("/chat/say", data={"text": "你好"})
    assert answer.status_code == 500
    assert "0510 0000 0000" in answer.text
    assert "打 120" in answer.text
    assert "0510" in elder.post("/chat/say", data={"text": "你好"}, headers=SCRIPT).json()["detail"]


def test_danger_in_a_house_without_staff_sends_to_120(tmp_path: Path) -> None:
    """An elder never reads about missing staff: what is read is whom to ring."""
    answer = browser(make_house(tmp_path)).post("/chat/say", data={"text": "我摔倒了起不来"})
    assert "120" in answer.text
    assert "主管" not in answer.text


def test_the_size_of_letters_is_kept(elder: TestClient) -> None:
    """Without a script, choosing a size is a link, and the next page has it."""
    elder.get("/chat/size/largest")
    assert 'class="largest"' in elder.get("/chat").text
    assert elder.get("/chat/size/tiny").status_code == 404


def test_the_page_runs_nothing_from_elsewhere(elder: TestClient) -> None:
    """Only our own style and script run, in no frame, and nothing is kept by proxies."""
    page = elder.get("/chat")
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    for name in ("chat.css", "chat.js", "mark.svg"):
        assert elder.get(f"/static/chat/{name}").status_code == 200
