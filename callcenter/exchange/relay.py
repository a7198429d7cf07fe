"""<Connect><ConversationRelay>: the talk goes as text over a signed WebSocket to the app.

The exchange speaks what the app sends, and sends what the person says or presses; speech that
is interrupted is reported. Sockets are values here too: `board.wires` says what to open, send
and close, and `received` and `closed` bring back what happened.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from callcenter.exchange import script, speech, webhook
from callcenter.exchange.board import Board
from callcenter.exchange.call import Call
from callcenter.exchange.twiml import Element

COULD_NOT_CONNECT = "64102"
BROKE_OFF = "64105"
NOT_UNDERSTOOD = "64107"


@dataclass(frozen=True, kw_only=True)
class Wire:
    """Something to do with a socket: open it (url), send a text on it, or close it."""

    relay: str
    url: str = ""
    signature: str = ""
    text: str = ""
    close: bool = False


@dataclass(slots=True, kw_only=True)
class Relay:
    """A session in progress."""

    sid: str
    connect: Element
    noun: Element
    since: float  # mark
    tokens: list[str] = field(default_factory=list)  # of a sentence that is not complete yet
    speaking: str = ""  # what is being said and may be interrupted
    spoken_since: float = 0.0
    spoken_until: float = 0.0


def connect(board: Board, call: Call, element: Element) -> None:
    """Carry out <Connect>."""
    noun = next((one for one in element.children if one.tag == "ConversationRelay"), None)
    url = noun.get("url") if noun is not None else None
    if noun is None or not url or not url.startswith(("ws://", "wss://")):
        script.fail(board, call, 12200, "<Connect> 只支持带 wss 网址的 ConversationRelay")
        return
    script.interrupt(call)
    relay = Relay(sid=board.sid("VX"), connect=element, noun=noun, since=board.mark(call))
    call.relay = relay
    board.relays[relay.sid] = call.sid
    signature = webhook.signature(board.account.token, url, {})
    board.wires.append(Wire(relay=relay.sid, url=url, signature=signature))
    board.note(call, "webhook", "打开 WebSocket", url)
    _send(board, call, relay, _setup(call, relay))
    greeting = noun.get("welcomeGreeting")
    if greeting:
        _say(board, call, relay, greeting)


def received(board: Board, sid: str, text: str) -> None:
    """A message of the app."""
    call = board.calls.get(board.relays.get(sid, ""))
    if call is None or call.relay is None:
        return
    relay: Relay = call.relay
    try:
        message = json.loads(text)
        kind = message["type"]
    except (ValueError, KeyError, TypeError):
        _send(board, call, relay, {"type": "error", "description": "Invalid message"})
        board.note(call, "error", f"错误 {NOT_UNDERSTOOD}", text[:300])
        return
    if kind == "text":
        relay.tokens.append(str(message.get("token", "")))
        if message.get("last", False):
            _say(board, call, relay, "".join(relay.tokens))
            relay.tokens.clear()
    elif kind == "end":
        handoff = {"HandoffData": str(message["handoffData"])} if "handoffData" in message else {}
        _finish(board, call, relay, {"SessionStatus": "ended"} | handoff)
    elif kind == "play":
        _say(board, call, relay, f"（播放录音 {message.get('source', '')}）")
    else:
        board.note(call, "event", f"WebSocket：{kind}", text[:300])


def closed(board: Board, sid: str, *, opened: bool) -> None:
    """The socket is gone, though nobody asked for that."""
    call = board.calls.get(board.relays.get(sid, ""))
    if call is None or call.relay is None:
        return
    code = BROKE_OFF if opened else COULD_NOT_CONNECT
    board.note(call, "error", f"错误 {code}", "WebSocket 断了" if opened else "WebSocket 连不上")
    _finish(board, call, call.relay, {"SessionStatus": "failed", "ErrorCode": code})


def spoken(board: Board, call: Call, text: str) -> None:
    """The person speaks: what is being said stops, and the app gets the words."""
    relay: Relay = call.relay
    _interrupt(board, call, relay)
    language = relay.noun.get("transcriptionLanguage") or relay.noun.get("language") or "en-US"
    prompt = {"type": "prompt", "voicePrompt": text, "lang": language, "last": True}
    _send(board, call, relay, prompt)


def key(board: Board, call: Call, pressed: str) -> None:
    """A key is pressed: told if the app asked for keys."""
    relay: Relay = call.relay
    if relay.noun.true("dtmfDetection"):
        _interrupt(board, call, relay)
        _send(board, call, relay, {"type": "dtmf", "digit": pressed})


def departed(board: Board, call: Call) -> None:
    """The call is over or elsewhere: the session is too."""
    relay = call.relay
    if not isinstance(relay, Relay):
        return
    if call.over:
        _finish(board, call, relay, {"SessionStatus": "completed"})
    else:
        _close(board, call, relay)


def _setup(call: Call, relay: Relay) -> dict[str, Any]:
    own = {
        part.get("name") or "": part.get("value") or ""
        for part in relay.noun.children
        if part.tag == "Parameter"
    }
    return {
        "type": "setup",
        "sessionId": relay.sid,
        "accountSid": call.account,
        "parentCallSid": call.parent or "",
        "callSid": call.sid,
        "from": call.caller,
        "to": call.callee,
        "forwardedFrom": "",
        "callType": "PSTN",
        "callerName": "",
        "direction": call.direction,
        "callStatus": call.status.upper(),
        "customParameters": own,
    }


def _say(board: Board, call: Call, relay: Relay, text: str) -> None:
    board.note(call, "say", text)
    board.line(call, "line", text)
    board.phones.hears(call, text)
    start = max(board.mark(call), relay.spoken_until)
    if start > relay.spoken_until:
        relay.speaking, relay.spoken_since = "", start
    relay.speaking += text
    relay.spoken_until = start + speech.talk_seconds(text)

    def finished() -> None:
        if board.mark(call) >= relay.spoken_until:
            relay.speaking = ""
            board.phones.asked(call)

    # A moment longer than the speech: marks are floating point seconds.
    board.later(call, relay.spoken_until - board.mark(call) + 0.01, finished)


def _interrupt(board: Board, call: Call, relay: Relay) -> None:
    heard = board.mark(call) - relay.spoken_since
    if not relay.speaking or relay.noun.get("interruptible") in {"none", "false"}:
        return
    said = relay.speaking[: int(heard * speech.CHARACTERS_PER_SECOND)]
    relay.speaking, relay.spoken_until = "", board.mark(call)
    call.turn += 1
    message = {
        "type": "interrupt",
        "utteranceUntilInterrupt": said,
        "durationUntilInterruptMs": round(heard * 1000),
    }
    _send(board, call, relay, message)


def _send(board: Board, call: Call, relay: Relay, message: dict[str, Any]) -> None:
    text = json.dumps(message, ensure_ascii=False)
    board.wires.append(Wire(relay=relay.sid, text=text))
    board.note(call, "webhook", f"WebSocket 发出：{message['type']}", text)


def _close(board: Board, call: Call, relay: Relay) -> None:
    call.relay = None
    del board.relays[relay.sid]
    board.wires.append(Wire(relay=relay.sid, close=True))


def _finish(board: Board, call: Call, relay: Relay, result: dict[str, str]) -> None:
    _close(board, call, relay)
    lasted = max(0, round(board.mark(call) - relay.since))
    extra = {"SessionId": relay.sid, "SessionDuration": str(lasted)} | result
    script.interrupt(call)
    if not call.over:
        script.follow(board, call, relay.connect, extra)
    elif relay.connect.get("action"):
        script.told(board, call, relay.connect, extra)
