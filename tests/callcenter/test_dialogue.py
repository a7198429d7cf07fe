"""The front door: danger and fixed words without the assistant, and never silence."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.assistant import Assistant
from callcenter.dialogue import Caller, FrontDoor, Memory, Then
from tests.house import policy

PHONE = Caller(sender="call:1", channel="phone", phone="+8610010000001")
WEB = Caller(sender="web:1", channel="web")


class OddRasa:
    """A server where Rasa should be, that answers as it is told: the border's fake."""

    def __init__(self) -> None:
        self.answer: object = {"messages": [{"text": "好的"}]}
        self.status = 200
        self.hangs = threading.Event()
        self.hangs.set()
        odd = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                odd.hangs.wait(5)
                body = json.dumps(odd.answer).encode()
                self.send_response(odd.status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Lets go of what still waits, and of the port."""
        self.hangs.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def rasa() -> Iterator[OddRasa]:
    """A Rasa that can be made odd."""
    odd = OddRasa()
    yield odd
    odd.close()


@pytest.fixture
def door(rasa: OddRasa) -> Iterator[FrontDoor]:
    """A front door with that Rasa behind it and a short patience."""
    url = f"http://127.0.0.1:{rasa.server.server_address[1]}"
    assistant = Assistant(url, "token", 0.3)
    yield FrontDoor(policy(), assistant)
    assistant.close()


def alone() -> FrontDoor:
    """A front door without any assistant."""
    return FrontDoor(policy(), None)


@pytest.mark.parametrize("text", ["我摔倒了起不来", "救命", "胸口疼得厉害", "煤气味道重得来"])
def test_danger_brings_a_person_without_an_assistant(text: str) -> None:
    for caller in (PHONE, WEB):
        reply = alone().hear(caller, Memory(), text)
        assert reply.then is Then.TRANSFER
        assert reply.danger is not None


def test_a_crisis_is_met_with_other_words_than_an_accident() -> None:
    reply = alone().hear(PHONE, Memory(), "我不想活了")
    assert reply.reason == "crisis"
    assert "陪您说话" in reply.lines[0]


@pytest.mark.parametrize("text", ["转人工", "人工", "找个人跟我讲"])
def test_a_person_is_one_word_away_without_an_assistant(text: str) -> None:
    reply = alone().hear(PHONE, Memory(), text)
    assert (reply.then, reply.reason) == (Then.TRANSFER, "asked_for_human")


def test_what_was_said_last_is_said_again_and_slower_on_request() -> None:
    memory = Memory(last=("长护险要先申请评估。",))
    again = alone().hear(PHONE, memory, "再讲一遍")
    assert again.lines == memory.last
    assert alone().hear(PHONE, memory, "慢一点").memory.slow


@pytest.mark.parametrize(
    "answer", [[], {}, {"messages": []}, {"messages": [{"text": ""}]}, "odd", {"messages": [{}]}]
)
def test_an_empty_or_odd_answer_is_an_apology_and_then_a_person(
    rasa: OddRasa, door: FrontDoor, answer: object
) -> None:
    rasa.answer = answer
    first = door.hear(PHONE, Memory(), "我想问问长护险")
    assert first.then is Then.LISTEN
    assert "对不起" in first.lines[0]
    second = door.hear(PHONE, first.memory, "我想问问长护险")
    assert second.then is Then.TRANSFER
    assert second.summary == "我想问问长护险；我想问问长护险"


def test_a_server_error_is_an_apology(rasa: OddRasa, door: FrontDoor) -> None:
    rasa.status = 500
    assert "对不起" in door.hear(PHONE, Memory(), "我想问问长护险").lines[0]


def test_an_assistant_that_hangs_is_given_up_and_apologised_for(
    rasa: OddRasa, door: FrontDoor
) -> None:
    rasa.hangs.clear()
    assert "对不起" in door.hear(PHONE, Memory(), "我想问问长护险").lines[0]


def test_danger_that_only_the_model_hears_counts_as_much(rasa: OddRasa, door: FrontDoor) -> None:
    rasa.answer = {"messages": [{"custom": {"danger": "stroke"}}]}
    reply = door.hear(PHONE, Memory(), "伊今朝有点弗对")
    assert reply.danger is not None
    assert reply.danger.kind == "stroke"
    assert reply.then is Then.TRANSFER


def test_a_wish_for_a_person_from_the_assistant_carries_its_summary(
    rasa: OddRasa, door: FrontDoor
) -> None:
    wish = {"handoff": {"reason": "complaint", "summary": "送餐晚了两次"}}
    rasa.answer = {"messages": [{"text": "给您转人工。"}, {"custom": wish}]}
    reply = door.hear(WEB, Memory(), "我要投诉")
    assert (reply.reason, reply.summary) == ("complaint", "送餐晚了两次")
    assert reply.lines == ("给您转人工。",)


def test_silence_is_asked_again_twice_and_then_ends_kindly() -> None:
    door, memory, ends = alone(), Memory(), []
    for _ in range(3):
        reply = door.hear(PHONE, memory, "  ")
        memory = reply.memory
        ends.append(reply.then)
    assert ends == [Then.LISTEN, Then.LISTEN, Then.HANG_UP]


def test_a_hundred_thousand_characters_get_a_polite_sentence() -> None:
    reply = alone().hear(WEB, Memory(), "请问长护险" * 20_000)
    assert reply.lines == (policy().say("hotline", "too_long"),)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_whatever_is_said_something_is_answered(text: str) -> None:
    assert all(alone().hear(PHONE, Memory(), text).lines)
