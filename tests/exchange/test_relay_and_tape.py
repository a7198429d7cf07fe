"""Talk over a WebSocket (ConversationRelay), and recordings that are honest about their silence."""

import json
import threading
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from websockets.sync.server import ServerConnection, serve

from callcenter.exchange import relay
from tests.exchange.conftest import ELDER, Live, World
from tests.exchange.office import HOTLINE, PATIENCE, TOKEN, say

RELAY = (
    '<Response><Connect action="/after"><ConversationRelay url="{}" dtmfDetection="true" '
    'transcriptionLanguage="cmn-Hans-CN" welcomeGreeting="您好，请讲">'
    '<Parameter name="matter" value="7"/></ConversationRelay></Connect></Response>'
)


def talking(world: World) -> str:
    """An elder has rung in and talks over a socket; the session's identifier."""
    world.office.scripts |= {
        "/hotline": RELAY.format("wss://app.example/relay"),
        "/after": say("马上为您转人工"),
    }
    world.exchange.people.take(ELDER)
    call = world.exchange.rings_in(ELDER, HOTLINE)
    world.passes()
    assert call.relay is not None
    return str(call.relay.sid)


def sent(world: World) -> list[dict[str, Any]]:
    """What went out over the socket so far."""
    return [json.loads(wire.text) for wire in world.exchange.board.wires if wire.text]


def test_a_session_begins_with_a_signed_socket_and_a_setup(world: World) -> None:
    """The signature covers the address alone, with no parameters."""
    sid = talking(world)
    opening = world.exchange.board.wires[0]
    assert RequestValidator(TOKEN).validate(opening.url, {}, opening.signature)
    (setup,) = sent(world)
    assert (setup["type"], setup["sessionId"], setup["from"]) == ("setup", sid, ELDER)
    assert setup["customParameters"] == {"matter": "7"}
    assert world.heard(ELDER) == ["您好，请讲"]


def test_tokens_are_spoken_as_one_sentence_and_words_go_back(world: World) -> None:
    """A sentence is complete with its last token."""
    sid = talking(world)
    world.passes(seconds=5)
    world.exchange.say(ELDER, "长护险怎么申请")
    for token, last in (("到街道", False), ("申请。", True)):
        message = {"type": "text", "token": token, "last": last}
        relay.received(world.exchange.board, sid, json.dumps(message))
    assert world.heard(ELDER)[-1] == "到街道申请。"
    assert sent(world)[-1] == {
        "type": "prompt",
        "voicePrompt": "长护险怎么申请",
        "lang": "cmn-Hans-CN",
        "last": True,
    }


def test_speaking_or_pressing_interrupts_what_is_being_said(world: World) -> None:
    """The app learns how far it came."""
    sid = talking(world)
    text = json.dumps({"type": "text", "token": "一二三四五六七八九" * 10, "last": True})
    world.passes(seconds=5)
    relay.received(world.exchange.board, sid, text)
    world.passes(seconds=2)
    world.exchange.keys(ELDER, "0")
    interrupt, digit = sent(world)[-2:]
    assert interrupt["utteranceUntilInterrupt"] == "一二三四五六七八九"
    assert interrupt["durationUntilInterruptMs"] == 2000
    assert digit == {"type": "dtmf", "digit": "0"}


def test_the_app_ends_the_session_and_hands_over(world: World) -> None:
    """The action gets the hand-over data, and the call goes on."""
    sid = talking(world)
    world.passes(seconds=6)
    end = {"type": "end", "handoffData": '{"reason":"人工"}'}
    relay.received(world.exchange.board, sid, json.dumps(end))
    world.passes()
    (after,) = world.office.got("/after")
    assert (after["SessionStatus"], after["HandoffData"]) == ("ended", '{"reason":"人工"}')
    assert after["SessionDuration"] == "6"
    assert world.heard(ELDER)[-1] == "马上为您转人工"


@pytest.mark.parametrize(("opened", "code"), [(False, "64102"), (True, "64105")])
def test_a_broken_socket_leads_to_the_action(world: World, opened: bool, code: str) -> None:
    """So that the app can fall back to asking turn by turn."""
    relay.closed(world.exchange.board, talking(world), opened=opened)
    world.passes()
    (after,) = world.office.got("/after")
    assert (after["SessionStatus"], after["ErrorCode"]) == ("failed", code)


def test_nonsense_on_the_socket_is_answered_with_an_error(world: World) -> None:
    """And harms nothing."""
    sid = talking(world)
    for text in ("", "[]", "{}", "null", '{"type": 3}'):
        relay.received(world.exchange.board, sid, text)
    assert sent(world)[-1]["type"] == "error"
    assert world.exchange.board.live


def test_a_hang_up_closes_the_socket(world: World) -> None:
    """The action is told that the session is completed."""
    talking(world)
    world.exchange.hang_up(ELDER)
    world.passes()
    assert world.exchange.board.wires[-1].close
    assert world.office.got("/after")[0]["SessionStatus"] == "completed"
    assert not world.exchange.board.relays


def test_a_real_socket_carries_a_talk(live: Live) -> None:
    """Over a real WebSocket the app hears the elder and is heard."""
    heard: list[dict[str, Any]] = []

    def app(socket: ServerConnection) -> None:
        for text in socket:
            message = json.loads(text)
            heard.append(message)
            if message["type"] == "prompt":
                socket.send(json.dumps({"type": "text", "token": "明天有人上门。", "last": True}))

    with serve(app, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/relay"
        live.office.scripts = {"/hotline": RELAY.format(url)}
        live.phone(ELDER, "take")
        live.phone(ELDER, "dial", to=HOTLINE)
        live.watch(ELDER, "您好，请讲")
        live.phone(ELDER, "say", text="我要修灯")
        live.watch(ELDER, "明天有人上门。")
        live.phone(ELDER, "hangup")
        live.office.wait_for("/hotline/status")
        server.shutdown()
        thread.join(PATIENCE)
    assert [message["type"] for message in heard][::2] == ["setup", "prompt"]


def taped(world: World) -> None:
    """An elder has rung in and left a message of seven characters."""
    world.office.scripts |= {
        "/hotline": '<Response><Record timeout="3" action="/taped" maxLength="60"/></Response>',
        "/taped": say("已收到您的留言"),
    }
    world.exchange.people.take(ELDER)
    world.exchange.rings_in(ELDER, HOTLINE)
    world.passes(seconds=1)
    world.exchange.say(ELDER, "请回电给我女儿")
    world.passes(seconds=10)


def test_a_message_is_recorded_until_silence(world: World) -> None:
    """The action gets address and length; the recording can be listed."""
    taped(world)
    (form,) = world.office.got("/taped")
    assert form["RecordingDuration"] == "6"
    assert world.heard(ELDER)[-1] == "已收到您的留言"
    assert [one.sid for one in world.client.recordings.list()] == [form["RecordingSid"]]


def test_a_recording_is_silence_and_can_be_purged(world: World) -> None:
    """WAV of the right length; once deleted it is gone."""
    taped(world)
    (one,) = world.client.recordings.list()
    wav = world.exchange.board.recordings[one.sid].wav()
    assert (wav[:4], wav[8:12], len(wav)) == (b"RIFF", b"WAVE", 44 + 6 * 8000)
    world.client.recordings(one.sid).delete()
    with pytest.raises(TwilioRestException) as gone:
        world.client.recordings(one.sid).fetch()
    assert gone.value.code == 20404


def test_nothing_said_is_no_recording(world: World) -> None:
    """The next verb follows, as at Twilio."""
    world.office.scripts["/hotline"] = (
        '<Response><Record timeout="3" action="/taped"/><Say>没有听到留言</Say></Response>'
    )
    world.exchange.people.take(ELDER)
    world.exchange.rings_in(ELDER, HOTLINE)
    world.passes(seconds=10)
    assert world.office.got("/taped") == []
    assert world.heard(ELDER) == ["没有听到留言"]


def test_a_call_is_recorded_only_if_asked_for(world: World) -> None:
    """Record=true makes one recording and one callback; otherwise there is none."""
    world.office.scripts["/script"] = say("您好" * 20)
    call = world.rings("says_well")
    world.passes(minutes=1)
    assert world.client.recordings.list() == []
    call = world.rings(Record="true", RecordingStatusCallback="http://app.example/recorded")
    world.passes(minutes=1)
    (form,) = world.office.got("/recorded")
    assert (form["CallSid"], form["RecordingDuration"]) == (call.sid, str(call.talked))
    assert len(world.client.calls(call.sid).recordings.list()) == 1
