"""A call at the exchange: what was asked for, where it stands, what happened so far."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from callcenter.exchange.twiml import Element
from callcenter.exchange.webhook import Link

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
EVENTS = ("initiated", "ringing", "answered", "completed")
TIME_LIMIT = 14_400  # seconds a call may last unless the app says less
RING_SECONDS = 60  # Twilio's default Timeout


@dataclass(frozen=True, kw_only=True)
class Callback:
    """Where status callbacks of a call go, and which."""

    link: Link
    events: frozenset[str] = frozenset({"completed"})


@dataclass(frozen=True, kw_only=True)
class Detection:
    """Machine detection as asked for."""

    to_the_end: bool  # DetectMessageEnd: wait for the beep
    callback: Link | None  # asynchronous when given: the result goes here
    timeout: float = 30.0  # seconds until "unknown"


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What the app asked for when it placed the call, or what the number it came in on says."""

    script: Link | None = None  # where the TwiML comes from
    twiml: str | None = None  # or the TwiML itself
    fallback: Link | None = None
    callback: Callback | None = None
    ring_seconds: float = RING_SECONDS
    time_limit: float = TIME_LIMIT
    send_digits: str = ""
    detection: Detection | None = None
    record: bool = False
    record_callback: Link | None = None


@dataclass(frozen=True, kw_only=True)
class Note:
    """One line of a call's time line."""

    at: datetime
    kind: str  # event, webhook, reply, twiml, say, heard, keys, person, fault, error
    text: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One bubble of what is heard on a phone."""

    who: str  # line: the service; me: this phone; other: whoever is connected; note: neither
    text: str
    speaker: str = ""  # the number of whoever is connected


@dataclass(slots=True, kw_only=True)
class Script:
    """TwiML that is being carried out."""

    link: Link  # where it came from: relative addresses start here
    verbs: deque[Element]
    ended: Callable[[], None]  # what happens after the last verb


@dataclass(slots=True, kw_only=True)
class Call:
    """One leg: a phone and what the line does with it. Changes as the call goes on."""

    sid: str
    account: str  # empty for a private call between two phones
    caller: str  # From
    callee: str  # To
    direction: str  # outbound-api, outbound-dial, inbound, private
    created: datetime
    orders: Orders
    phone: str  # the number whose phone this leg is, which a person holds
    parent: str | None = None
    status: str = "queued"
    dispatched: datetime | None = None  # left the calls-per-second queue
    started: datetime | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    answered_mark: float = 0.0  # when answered, in seconds of its own lane of time
    asked_at: datetime | None = None  # since when it waits for TwiML
    talked: int | None = None  # whole seconds between answer and end
    answered_by: str | None = None
    by_hand: bool = False  # a real person holds a phone: everything takes real seconds
    sequence: int = 0  # of the next status callback
    turn: int = 0  # grows whenever the flow is interrupted; stale continuations are dropped
    documents: int = 0  # TwiML documents fetched: a loop is stopped
    script: Script | None = None
    gather: Any = None  # the Gathering that is open, if any
    dialling: Any = None  # the Dialling in progress, if any
    waiting: Any = None  # the place in a queue, if any
    room: str | None = None  # the room it talks in, if any
    taping: Any = None  # the Taping in progress, if any
    relay: Any = None  # the Relay in progress, if any
    on_answer: Callable[[], None] | None = None
    on_end: Callable[[], None] | None = None
    notes: list[Note] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether it has reached a final status."""
        return self.status in FINAL

    @property
    def connected(self) -> bool:
        """Whether somebody has picked up and nobody has hung up."""
        return self.status == "in-progress"
