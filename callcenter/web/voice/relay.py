"""The hotline as text over a signed socket (ConversationRelay): quick, and may be interrupted.

Every utterance takes the road of every other turn, `reception.hear`. Whatever leads out of the talk
(a person, goodbye) ends the socket; what is said last is then said by the ordinary script. A socket
that breaks, or that we cannot go on with, leads to the same talk turn by turn.
"""

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from callcenter import reception
from callcenter.dialogue import Then
from callcenter.policy import Line
from callcenter.reception import Answer
from callcenter.services import conversations
from callcenter.telephony import twiml
from callcenter.telephony.twilio import genuine
from callcenter.web.voice.markup import xml
from callcenter.wiring import House

log = logging.getLogger(__name__)
router = APIRouter()

KEYS = {"0": "转人工", "9": "再讲一遍"}
CHARACTERS_PER_SECOND = 4  # how fast our voice speaks, roughly; for how long a caller may be silent
LONGEST = 16 * 1024  # characters of one message; the carrier sends a few hundred
REFUSED, NOT_UNDERSTOOD = 1008, 1003  # why a socket is closed, as the protocol counts


def begin(house: House, answer: Answer, call_sid: str) -> Response:
    """Greets, and opens the socket of this call: its address, and so its signature, is its own."""
    after = f"{house.settings.public_url}/voice/hotline/relay/after"
    greeting = "".join(answer.lines)
    return xml(twiml.relay(house.policy.line, greeting, _address(house, call_sid), after))


def is_over(handoff_data: str) -> bool:
    """Whether we ended the socket because the talk was over."""
    return handoff_data == _after(Then.HANG_UP)


@router.websocket("/hotline/relay/{call_sid}")
async def hotline_relay(socket: WebSocket, call_sid: str) -> None:
    """One talk. A socket that is not signed is refused (403) before it opens."""
    house: House = socket.app.state.house
    signature = socket.headers.get("x-twilio-signature", "")
    if not genuine(house.settings.auth_token, _address(house, call_sid), {}, signature):
        await socket.close(REFUSED)
        return
    await socket.accept()
    try:
        await _Talk(house=house, socket=socket, call_sid=call_sid).goes_on()
    except WebSocketDisconnect:
        return  # the caller has hung up, or the carrier asks for another script
    except _Odd as odd:
        log.warning("a message on a talk's socket was not understood: %s", odd)
        await socket.close(NOT_UNDERSTOOD)


class _Odd(Exception):
    """Not a message of the protocol; the carrier then asks what to do instead."""


@dataclass(kw_only=True)
class _Talk:
    """One talk over its socket."""

    house: House
    socket: WebSocket
    call_sid: str

    async def goes_on(self) -> None:
        """Until the caller is gone, or something leads out of the talk."""
        setup = await self._next(None)
        if setup is None or setup.get("type") != "setup" or setup.get("callSid") != self.call_sid:
            raise _Odd("no setup of this call")
        known = await run_in_threadpool(reception.again, self.house, self._key)
        if known is None:
            raise _Odd("no such conversation")
        said: tuple[str, ...] = known.lines
        while True:
            text = _heard(await self._next(patience(self.house.policy.line, said)))
            if text is None:
                continue
            answer = await run_in_threadpool(self._hear, text)
            if answer.then is not Then.LISTEN:
                await self._send({"type": "end", "handoffData": _after(answer.then)})
                return
            said = answer.lines
            for line in said:
                await self._send({"type": "text", "token": twiml.aloud(line), "last": True})

    @property
    def _key(self) -> str:
        return f"call:{self.call_sid}"

    def _hear(self, text: str) -> Answer:
        return reception.hear(self.house, key=self._key, channel="phone", text=text)

    async def _next(self, seconds: float | None) -> dict[str, Any] | None:
        """The next message; None when so many seconds brought none. Raises _Odd."""
        try:
            raw = await asyncio.wait_for(self.socket.receive_text(), seconds)
        except TimeoutError:
            return None
        if len(raw) > LONGEST:
            raise _Odd("too long")
        try:
            message = json.loads(raw)
        except ValueError:
            raise _Odd("no JSON") from None
        if not isinstance(message, dict):
            raise _Odd("no object")
        if message.get("type") == "interrupt":
            await run_in_threadpool(self._interrupted, message)
        return message

    def _interrupted(self, message: dict[str, Any]) -> None:
        """The words of the talk say how far our sentence was heard."""
        heard = str(message.get("utteranceUntilInterrupt", ""))[:100]
        with self.house.store.work() as session:
            one = conversations.find(session, self._key)
            if one is not None:
                conversations.add(
                    session,
                    self.house.now(),
                    "note",
                    [f"来电人打断，听到“{heard}”为止"],
                    conversation_id=one.id,
                )

    async def _send(self, message: dict[str, Any]) -> None:
        await self.socket.send_text(json.dumps(message, ensure_ascii=False))


def patience(line: Line, said: tuple[str, ...]) -> float:
    """Seconds until silence counts: our own words have to be spoken first."""
    return line.answer_seconds + len("".join(said)) / CHARACTERS_PER_SECOND


def _heard(message: dict[str, Any] | None) -> str | None:
    """What was said or pressed, empty for silence; None when the message asks nothing of us."""
    if message is None:
        return ""
    if message.get("type") == "prompt":
        return str(message.get("voicePrompt", "")) if message.get("last", True) else None
    if message.get("type") == "dtmf":
        key = str(message.get("digit", ""))[:1]
        return KEYS.get(key, key)
    return None


def _after(then: Then) -> str:
    return json.dumps({"then": then.value})


def _address(house: House, call_sid: str) -> str:
    """The socket of a call: ws beside http, wss beside https."""
    public = house.settings.public_url.replace("http", "ws", 1)
    return f"{public}/voice/hotline/relay/{call_sid}"
