"""Recordings: <Record>, calls placed with Record, <Dial record>.

No sound passes through this exchange, so a recording is honest about it: the right length, its
callbacks and its deletion are real, and what one can fetch is silence (WAV, 8 kHz, mu-law).
"""

import struct
from dataclasses import dataclass, field
from datetime import datetime

from callcenter.exchange import legs, script, speech
from callcenter.exchange.board import Board
from callcenter.exchange.call import Call
from callcenter.exchange.twiml import Element
from callcenter.exchange.webhook import Link

LONGEST = 3600.0
KEPT = 1000
RATE = 8000  # samples a second, one byte each
SILENCE = b"\xff"  # mu-law for nothing
LONGEST_FILE_SECONDS = 600  # what one can fetch of a longer one


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A finished recording."""

    sid: str
    call: str
    seconds: int
    created: datetime
    source: str  # RecordVerb, OutboundAPI, DialVerb

    def wav(self) -> bytes:
        """Silence of the right length."""
        samples = SILENCE * (RATE * min(self.seconds, LONGEST_FILE_SECONDS))
        form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 7, 1, RATE, RATE, 1, 8)
        body = b"WAVE" + form + struct.pack("<4sI", b"data", len(samples)) + samples
        return struct.pack("<4sI", b"RIFF", len(body)) + body


@dataclass(slots=True, kw_only=True)
class Taping:
    """A <Record> in progress."""

    element: Element
    since: float  # mark of its beginning
    said: list[str] = field(default_factory=list)


def record(board: Board, call: Call, element: Element) -> None:
    """Carry out <Record>: beep, then listen until silence, a key, or the longest time."""
    taping = Taping(element=element, since=board.mark(call))
    call.taping = taping
    board.line(call, "note", "嘀——请留言")
    longest = element.seconds("maxLength", LONGEST)
    board.after(call, longest, lambda: _over(board, call, taping, ""))
    _wait(board, call, taping, 0.0)
    board.phones.asked(call)


def spoken(board: Board, call: Call, text: str) -> None:
    """Something is said on tape."""
    taping = call.taping
    taping.said.append(text)
    call.turn += 1  # silence is counted anew
    _wait(board, call, taping, speech.talk_seconds(text))


def key(board: Board, call: Call, pressed: str) -> None:
    """A key may end the recording."""
    finish = call.taping.element.get("finishOnKey")
    if pressed in ("1234567890*#" if finish is None else finish):
        _over(board, call, call.taping, pressed)


def departed(board: Board, call: Call) -> None:
    """The call is over: what was being recorded is complete."""
    if isinstance(call.taping, Taping) and call.over:
        _over(board, call, call.taping, "hangup")
    call.taping = None
    if call.orders.record and call.over and call.talked:
        keep(board, call, call.talked, "OutboundAPI", call.orders.record_callback)


def keep(board: Board, call: Call, seconds: int, source: str, told: Link | None) -> Recording:
    """Put a finished recording away, and tell whoever asked."""
    made = Recording(
        sid=board.sid("RE"), call=call.sid, seconds=seconds, created=board.now, source=source
    )
    board.recordings[made.sid] = made
    while len(board.recordings) > KEPT:
        del board.recordings[next(iter(board.recordings))]
    board.note(call, "event", f"录音 {seconds} 秒", made.sid)
    if told is not None:
        form = facts(board, made) | {
            "AccountSid": call.account,
            "CallSid": call.sid,
            "RecordingStatus": "completed",
            "RecordingSource": source,
            "RecordingChannels": "1",
        }
        legs.tell(board, call, told, form, "录音通知")
    return made


def facts(board: Board, made: Recording) -> dict[str, str]:
    """What webhooks say about a recording."""
    return {
        "RecordingSid": made.sid,
        "RecordingUrl": f"/2010-04-01/Accounts/{board.account.sid}/Recordings/{made.sid}",
        "RecordingDuration": str(made.seconds),
    }


def _wait(board: Board, call: Call, taping: Taping, talking: float) -> None:
    silence = taping.element.seconds("timeout", 5)
    board.later(call, talking + silence, lambda: _over(board, call, taping, ""))


def _over(board: Board, call: Call, taping: Taping, digits: str) -> None:
    if call.taping is not taping:
        return
    call.taping = None
    script.interrupt(call)
    seconds = round(board.mark(call) - taping.since)
    if not taping.said:
        script.step(board, call)  # an empty recording goes on with the next verb
        return
    base = call.script.link if call.script else Link(url="")
    target = taping.element.get("recordingStatusCallback")
    told = base.joined(target, taping.element.get("recordingStatusCallbackMethod"))
    made = keep(board, call, seconds, "RecordVerb", told if target else None)
    extra = facts(board, made) | {"Digits": digits}
    action = base.joined(taping.element.get("action"), taping.element.get("method"))
    if call.over:
        script.told(board, call, taping.element, extra)
    else:
        script.fetch(board, call, action, extra)
