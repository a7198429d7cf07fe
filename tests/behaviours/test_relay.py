"""The hotline over a socket: signed, interruptible, the same reception, or else turn by turn."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from callcenter.exchange import relay
from callcenter.exchange.relay import Wire
from callcenter.store.tables import Message
from callcenter.web.app import create_app
from callcenter.web.voice.relay import patience
from tests.behaviours.carrier import BASE, sends
from tests.house import HOTLINE, policy
from tests.town import WANG, Town, make_town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """The small district with one elder; the hotline speaks over sockets."""
    town = make_town(tmp_path, elders=1, hotline_mode="relay")
    yield town
    town.world.close()


@dataclass
class Line:
    """Carries what the exchange and the real application say to each other over one socket."""

    town: Town
    socket: WebSocketTestSession
    sid: str

    def carries(self, answers: int) -> list[dict[str, Any]]:
        """Everything that the exchange wants said, then so many messages of the application."""
        board = self.town.world.exchange.board
        while board.wires:
            wire = board.wires.popleft()
            if wire.text:
                self.socket.send_text(wire.text)
        texts = [self.socket.receive_text() for _ in range(answers)]
        for text in texts:
            relay.received(board, self.sid, text)
        return [json.loads(text) for text in texts]

    def says(self, words: str, answers: int = 1) -> list[dict[str, Any]]:
        """The elder speaks; what the application answers."""
        self.town.world.exchange.say(WANG, words)
        return self.carries(answers)


def rings_in(town: Town) -> Wire:
    """An elder rings in; the socket that the exchange wants opened."""
    town.world.exchange.people.take(WANG)
    town.world.exchange.rings_in(WANG, HOTLINE)
    town.world.passes(seconds=1)
    wire: Wire = town.world.exchange.board.wires.popleft()
    return wire


@contextmanager
def talking(town: Town) -> Iterator[Line]:
    """The elder talks over a socket that is signed by the exchange itself."""
    wire = rings_in(town)
    path = wire.url.removeprefix(BASE.replace("http", "ws"))
    headers = {"X-Twilio-Signature": wire.signature}
    with (
        TestClient(create_app(town.world.house), base_url=BASE) as web,
        web.websocket_connect(path, headers=headers) as socket,
    ):
        line = Line(town=town, socket=socket, sid=wire.relay)
        line.carries(0)
        yield line


def test_an_elder_is_greeted_heard_and_answered_over_the_socket(town: Town) -> None:
    """Who we are comes first; a fixed word is answered; all of it stands in the conversation."""
    with talking(town) as line:
        town.world.passes(seconds=15)
        assert "人工智能语音助手" in town.heard(WANG)
        (answer,) = line.says("你是真的吗")[:1]
        assert answer["type"] == "text"
        assert "我们从来不问您要钱" in answer["token"]
        assert "您打的就是我们公布的号码" in town.heard(WANG)
    words = [one.text for one in town.rows(Message)]
    assert "你是真的吗" in words


def test_danger_over_the_socket_brings_a_person_and_an_escalation(town: Town) -> None:
    """The socket ends with where to go on; the words are said, and an operator is on the line."""
    with talking(town) as line:
        (end,) = line.says("我摔倒了，起不来")
        assert (end["type"], json.loads(end["handoffData"])) == ("end", {"then": "transfer"})
    town.world.passes(seconds=25)
    assert "我马上给您转人工" in town.heard(WANG)
    assert [one.reason for one in town.escalations()] == ["danger"]
    assert town.handoffs()[0].answered_at is not None


def test_one_key_brings_a_person_at_any_time_and_interrupts_what_is_said(town: Town) -> None:
    """How far the sentence was heard is written down; then 0 does what it does everywhere."""
    with talking(town) as line:
        town.world.passes(seconds=3)
        town.world.exchange.keys(WANG, "0")
        (end,) = line.carries(1)
        assert end["type"] == "end"
    town.world.passes(seconds=25)
    assert town.handoffs()[0].answered_at is not None
    notes = [one.text for one in town.rows(Message) if one.speaker == "note"]
    assert "来电人打断" in notes[0]


@pytest.mark.parametrize("opened", [True, False])
def test_a_socket_that_breaks_leads_to_the_same_talk_turn_by_turn(town: Town, opened: bool) -> None:
    """Nobody is left in silence: what was said last is said again, and the elder is heard."""
    wire = rings_in(town)
    relay.closed(town.world.exchange.board, wire.relay, opened=opened)
    town.world.passes(seconds=40)
    assert town.heard(WANG).count("您有什么事，请直接说") == 2
    town.world.exchange.say(WANG, "转人工")
    town.world.passes(seconds=25)
    assert town.handoffs()[0].answered_at is not None


def test_a_socket_without_the_signature_of_its_own_call_is_refused(town: Town) -> None:
    """Neither none, nor another call's; nothing is written."""
    wire = rings_in(town)
    path = wire.url.removeprefix(BASE.replace("http", "ws"))
    before = len(town.rows(Message))
    web = TestClient(create_app(town.world.house), base_url=BASE)
    for where, mark in ((path, ""), (f"{path}9", wire.signature)):
        with (
            pytest.raises(WebSocketDisconnect) as refused,
            web.websocket_connect(where, headers={"X-Twilio-Signature": mark}),
        ):
            pass
        assert refused.value.code == 1008
    assert len(town.rows(Message)) == before


@pytest.mark.parametrize("text", ["", "[]", "null", '{"type": "prompt"}', "啊" * 20_000])
def test_nonsense_on_the_socket_closes_it_and_changes_nothing(town: Town, text: str) -> None:
    """The carrier then asks for another script, and the talk goes on turn by turn."""
    wire = rings_in(town)
    path = wire.url.removeprefix(BASE.replace("http", "ws"))
    before = len(town.rows(Message))
    with (
        TestClient(create_app(town.world.house), base_url=BASE) as web,
        web.websocket_connect(path, headers={"X-Twilio-Signature": wire.signature}) as socket,
    ):
        socket.send_text(text)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert closed.value.code == 1003
    assert len(town.rows(Message)) == before


def test_a_talk_that_is_over_is_said_goodbye_to(town: Town) -> None:
    """The carrier's own word that the caller has hung up asks nothing more of us."""
    rings_in(town)
    call = town.world.exchange.current(WANG)
    assert call is not None
    path, form = "/voice/hotline/relay/after", {"CallSid": call.sid}
    over = sends(town, path, **form, SessionStatus="ended", HandoffData='{"then": "hang_up"}')
    assert "<Hangup" in over
    assert "请直接说" in over
    assert "<Say" not in sends(town, path, **form, SessionStatus="completed")


def test_silence_is_patient_with_our_own_words() -> None:
    """A long sentence has to be spoken before silence counts."""
    line = replace(policy().line, answer_seconds=8)
    assert patience(line, ("一二三四",)) == 9.0
