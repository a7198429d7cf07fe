"""Silence is a bug: whatever becomes of the assistant, the caller hears an apology and of a person.

Each way to fail is a real one, over real HTTP: a small server of our own stands where Rasa should.
"""

import json
import socket
from collections.abc import Callable

import pytest

from callcenter.assistant import AssistantSilent
from callcenter.dialogue import Caller, FrontDoor, Memory, Reply, Then
from tests.callcenter.odd_rasa import OddRasa, asked_at, odd_rasa
from tests.house import policy

PHONE = Caller(sender="call:1", channel="phone", phone="+8610010000001")
WEB = Caller(sender="web:1", channel="web")
Breaks = Callable[[OddRasa], None]


def hangs(odd: OddRasa) -> None:
    odd.hangs.clear()


def trickles(odd: OddRasa) -> None:
    odd.trickles = True


def drops(odd: OddRasa) -> None:
    odd.drops = True


def says(raw: bytes) -> Breaks:
    """Answers with these bytes."""

    def set_up(odd: OddRasa) -> None:
        odd.raw = raw

    return set_up


def answers(body: object) -> Breaks:
    """Answers with this as JSON."""
    return says(json.dumps(body).encode())


def fails(status: int) -> Breaks:
    """Answers with this status."""

    def set_up(odd: OddRasa) -> None:
        odd.status = status

    return set_up


TROUBLE = {"custom": {"handoff": {"reason": "trouble", "summary": ""}}}
WAYS: dict[str, Breaks] = {
    "it hangs": hangs,
    "it trickles": trickles,
    "it drops the line": drops,
    "HTTP 500": fails(500),
    "HTTP 503": fails(503),
    "HTTP 401": fails(401),
    "HTTP 302": fails(302),
    "no JSON": says(b"<html>Bad gateway</html>"),
    "half a JSON": says(b'{"messages": [{"text": "'),
    "nothing at all": says(b""),
    "no UTF-8": says(b'{"messages": [{"text": "\xff\xfe"}]}'),
    "an answer without end": says(b'{"messages": "' + b"x" * 2_000_000 + b'"}'),
    "null": answers(None),
    "a number": answers(3),
    "a list": answers([]),
    "an empty object": answers({}),
    "no messages": answers({"messages": []}),
    "messages that are words": answers({"messages": "odd"}),
    "messages that are numbers": answers({"messages": [1, None, []]}),
    "an empty line": answers({"messages": [{"text": ""}]}),
    "nothing but odd custom": answers({"messages": [{"custom": [1]}, {"custom": "x"}]}),
    "the apology of an action that broke": answers(
        {"messages": [{"text": "对不起，我这边出了点毛病。"}, TROUBLE]}
    ),
}


def twice(door: FrontDoor, caller: Caller) -> tuple[Reply, Reply]:
    """The same question, asked twice."""
    first = door.hear(caller, Memory(), "我想问问长护险")
    return first, door.hear(caller, first.memory, "长护险怎么弄")


@pytest.mark.parametrize("caller", [PHONE, WEB], ids=["phone", "web"])
@pytest.mark.parametrize("way", WAYS)
def test_the_caller_hears_an_apology_and_of_a_person_and_then_has_one(
    way: str, caller: Caller
) -> None:
    with odd_rasa() as odd, asked_at(odd.url) as assistant:
        WAYS[way](odd)
        first, second = twice(FrontDoor(policy(), assistant), caller)
    assert first.then is Then.LISTEN
    assert "对不起" in first.lines[0]
    assert "转人工" in first.lines[1]
    assert (second.then, second.reason) == (Then.TRANSFER, "not_helped")
    assert second.summary == "我想问问长护险；长护险怎么弄"


def test_where_nobody_listens_at_all_it_is_the_same() -> None:
    """The assistant is not running."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with asked_at(f"http://127.0.0.1:{port}") as assistant:
        first, second = twice(FrontDoor(policy(), assistant), PHONE)
    assert "对不起" in first.lines[0]
    assert second.then is Then.TRANSFER


def test_danger_does_not_wait_for_an_assistant_that_hangs() -> None:
    """The words are heard before it is asked."""
    with odd_rasa() as odd, asked_at(odd.url) as assistant:
        odd.hangs.clear()
        reply = FrontDoor(policy(), assistant).hear(PHONE, Memory(), "我摔倒了起不来")
        assert odd.heard == []
    assert reply.danger is not None


def test_an_assistant_that_comes_back_is_heard_again() -> None:
    """One answer in between, and the count of failures begins anew."""
    with odd_rasa() as odd, asked_at(odd.url) as assistant:
        door = FrontDoor(policy(), assistant)
        odd.status = 500
        failed = door.hear(PHONE, Memory(), "长护险")
        odd.status = 200
        helped = door.hear(PHONE, failed.memory, "长护险")
        odd.status = 500
        assert helped.lines == ("好的",)
        assert door.hear(PHONE, helped.memory, "长护险").then is Then.LISTEN


def test_a_goodbye_is_one_only_when_it_is_plainly_said() -> None:
    """An odd value hangs up on nobody."""
    with odd_rasa() as odd, asked_at(odd.url) as assistant:
        door = FrontDoor(policy(), assistant)
        odd.answer = {"messages": [{"text": "再见"}, {"custom": {"end": "no"}}]}
        assert door.hear(PHONE, Memory(), "没有了").then is Then.LISTEN
        odd.answer = {"messages": [{"text": "再见"}, {"custom": {"end": True}}]}
        assert door.hear(PHONE, Memory(), "没有了").then is Then.HANG_UP


def test_an_odd_reading_of_the_model_is_silence_too() -> None:
    """`understand` and the check-in ask for a reading, not for an answer."""
    with odd_rasa() as odd, asked_at(odd.url) as assistant:
        odd.raw = b"[]"
        with pytest.raises(AssistantSilent):
            assistant.parse("你好")


def test_a_house_without_an_assistant_says_so_and_offers_a_person() -> None:
    first, second = twice(FrontDoor(policy(), None), WEB)
    assert "对不起" in first.lines[0]
    assert second.then is Then.TRANSFER
