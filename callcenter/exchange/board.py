"""The exchange's table of calls, its queue of events and its outgoing webhooks.

No clock, no sockets, no threads: time comes in through `advance`, webhooks go out through
`outbox` and their answers come back through `settle`. The same calls in the same order with the
same seed give the same result.
"""

import hashlib
import heapq
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Protocol

from callcenter.exchange import faults as fault
from callcenter.exchange import webhook
from callcenter.exchange.account import Account
from callcenter.exchange.call import Call, Line, Note
from callcenter.exchange.twiml import Element
from callcenter.exchange.webhook import Answer, Link, Webhook

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
KEPT_NOTES = 2000  # of one call; a runaway script must not fill the memory
DOCUMENT_DELAY_LIMIT = 10.0  # a script that comes later than this would be lost instead

Do = Callable[[], None]
Heard = Callable[[Answer], None]


class Phones(Protocol):
    """The people at the other end, as the exchange sees them."""

    def rings(self, call: Call) -> None:
        """The phone begins to ring."""

    def hears(self, call: Call, text: str) -> None:
        """The line, or another person, says something."""

    def asked(self, call: Call) -> None:
        """The line has finished its prompt and waits for a key or for speech."""

    def talks(self, call: Call) -> None:
        """The phone is now connected to another phone."""

    def over(self, call: Call) -> None:
        """The call has ended."""

    def knows(self, number: str) -> bool:
        """Whether a phone with this number exists."""

    def holds(self, number: str) -> bool:
        """Whether a real person holds this phone."""

    def verdict(self, call: Call, to_the_end: bool) -> tuple[float, str]:
        """After how many seconds machine detection says what."""


class Board:
    """What every part of the exchange works on."""

    phones: Phones
    verbs: "Mapping[str, Callable[[Board, Call, Element], None]]"  # what each TwiML verb does
    departures: "tuple[Callable[[Board, Call], None], ...]"  # what a call leaves when it ends

    def __init__(
        self,
        account: Account,
        *,
        seed: int = 0,
        salt: str = "",
        faults: fault.Faults = fault.NONE,
        keep: int = 5000,
    ) -> None:
        self.account = account
        self.faults = faults
        self.random = Random(f"{seed}:faults")  # noqa: S311 - a simulation
        self.now = EPOCH  # demonstration time, aware UTC
        self.hand_now = EPOCH  # real time, for calls with a real person
        self.pace = 1  # how many times as fast as real time `now` runs
        self.calls: dict[str, Call] = {}
        self.live: set[str] = set()  # calls that are not over
        self.rooms: dict[str, object] = {}
        self.queues: dict[str, object] = {}
        self.recordings: dict[str, Any] = {}
        self.relays: dict[str, str] = {}  # sessions over a socket, and the call of each
        self.wires: deque[Any] = deque()  # what is to be done with sockets
        self.outbox: deque[Webhook] = deque()
        self.touched: set[str] = set()  # numbers whose phone looks different now
        self.version = 0  # grows with every change
        self.listeners: list[Callable[[Call, str], None]] = []  # told of each step of each call
        self._seed, self._salt, self._keep = seed, salt, keep
        self._events: tuple[list[tuple[datetime, int, Do]], ...] = ([], [])
        self._count = 0
        self._pending: dict[int, Heard] = {}
        self._finished: deque[str] = deque()

    def sid(self, prefix: str) -> str:
        """A fresh identifier such as CA and 32 hexadecimal digits."""
        self._count += 1
        text = f"{self._seed}:{self._salt}:{self._count}"
        return prefix + hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    # Time -----------------------------------------------------------------------------------

    def advance(self, now: datetime, hand_now: datetime | None = None) -> None:
        """Carry out everything due until `now`, and until `hand_now` where a person is at work."""
        self._run(0, now)
        self.now = max(self.now, now)
        self._run(1, hand_now or now)
        self.hand_now = max(self.hand_now, hand_now or now)

    def next_at(self) -> tuple[datetime | None, datetime | None]:
        """When the next event of each kind is due: demonstration time, real time."""
        machine, hand = (events[0][0] if events else None for events in self._events)
        return machine, hand

    def at(self, when: datetime, do: Do) -> None:
        """Do something at a moment of demonstration time."""
        self._count += 1
        heapq.heappush(self._events[0], (when, self._count, do))

    def after(self, call: Call, seconds: float, do: Do) -> None:
        """Do something `seconds` later, in the lane of time that the call lives in."""
        lane = 1 if call.by_hand else 0
        start = self.hand_now if call.by_hand else self.now
        self._count += 1
        moment = start + timedelta(seconds=seconds)
        heapq.heappush(self._events[lane], (moment, self._count, do))

    def later(self, call: Call, seconds: float, do: Do) -> None:
        """Like `after`, but dropped if the call's flow is interrupted before."""
        turn = call.turn

        def unless_interrupted() -> None:
            if call.turn == turn and not call.over:
                do()

        self.after(call, seconds, unless_interrupted)

    def mark(self, call: Call) -> float:
        """The present moment in seconds, in the lane of time that the call lives in."""
        return (self.hand_now if call.by_hand else self.now).timestamp()

    def talk_seconds(self, call: Call) -> float:
        """How long it has been talked so far.

        The app needs real seconds to answer a webhook, however fast time runs: they count as
        what they are, or a fast demonstration would be full of endless calls.
        """
        return self.mark(call) - call.answered_mark - self._excess(call)

    def asks(self, call: Call) -> None:
        """From now on the call waits for the app."""
        call.asked_at = self.now

    def told(self, call: Call) -> None:
        """The app has answered."""
        call.answered_mark += self._excess(call)
        call.asked_at = None

    def _excess(self, call: Call) -> float:
        if call.asked_at is None or call.by_hand:
            return 0.0
        return (self.now - call.asked_at).total_seconds() * (1 - 1 / self.pace)

    def by_hand(self, call: Call) -> None:
        """From now on this call lives in real time, as a real person takes part."""
        if call.by_hand:
            return
        shift = self.hand_now.timestamp() - self.now.timestamp()
        call.by_hand = True
        call.answered_mark += shift
        if call.waiting is not None:
            call.waiting.since += shift

    def _run(self, lane: int, until: datetime) -> None:
        events = self._events[lane]
        while events and events[0][0] <= until:
            moment, _, do = heapq.heappop(events)
            if lane == 0:
                self.now = max(self.now, moment)
            else:
                self.hand_now = max(self.hand_now, moment)
            do()

    # What happened --------------------------------------------------------------------------

    def note(self, call: Call, kind: str, text: str, detail: str = "") -> None:
        """Add a line to the call's time line."""
        if len(call.notes) < KEPT_NOTES:
            call.notes.append(Note(at=self.now, kind=kind, text=text, detail=detail))
        self.touch(call)

    def line(self, call: Call, who: str, text: str, speaker: str = "") -> None:
        """Add a bubble to what this phone shows."""
        if len(call.lines) < KEPT_NOTES:
            call.lines.append(Line(who=who, text=text, speaker=speaker))
        self.touch(call)

    def touch(self, call: Call) -> None:
        """Say that this call looks different now."""
        self.version += 1
        self.touched.add(call.phone)

    def add(self, call: Call) -> None:
        """A new call."""
        self.calls[call.sid] = call
        self.live.add(call.sid)

    def forget(self, call: Call) -> None:
        """A finished call is kept for a while, then dropped: the exchange remembers nothing."""
        self.live.discard(call.sid)
        self._finished.append(call.sid)
        while len(self._finished) > self._keep:
            self.calls.pop(self._finished.popleft(), None)

    # Webhooks -------------------------------------------------------------------------------

    def post(
        self,
        link: Link,
        form: dict[str, str],
        *,
        owner: str,
        then: Heard | None = None,
        ordered: bool = False,
        call: Call | None = None,
    ) -> None:
        """Send a webhook; `then` gets the answer, also when there is none (status 0)."""
        made = self._webhook(link, form, owner)
        if then is not None:
            self._pending[made.id] = then
        delays = fault.deliveries(self.faults, self.random, ordered=ordered)
        if call is not None and delays != [0.0]:
            self.note(call, "fault", _fate(delays), link.url)
        if not delays:
            lost = Answer(status=0, text="lost on the way")
            self.at(self.now + timedelta(seconds=15), lambda: self.settle(made.id, lost))
        for delay in delays:
            self._send(made, delay if ordered else min(delay, DOCUMENT_DELAY_LIMIT))

    def settle(self, id: int, answer: Answer) -> None:
        """Hand back the answer to a webhook; the second one for the same webhook is ignored."""
        then = self._pending.pop(id, None)
        if then is not None:
            then(answer)

    def _send(self, made: Webhook, delay: float) -> None:
        if delay:
            self.at(self.now + timedelta(seconds=delay), lambda: self.outbox.append(made))
        else:
            self.outbox.append(made)

    def _webhook(self, link: Link, form: dict[str, str], owner: str) -> Webhook:
        self._count += 1
        get = link.method == "GET"
        url = webhook.with_query(link.url, form) if get else link.url
        body = {} if get else form
        return Webhook(
            id=self._count,
            url=url,
            method=link.method,
            form=body,
            signature=webhook.signature(self.account.token, url, body),
            call=owner,
            idempotency=f"{owner}-{self._count}",
        )


def _fate(delays: list[float]) -> str:
    if not delays:
        return "这个通知被弄丢了"
    extra = "，并且送了两次" if len(delays) > 1 else ""
    return f"这个通知晚到 {delays[0]:.0f} 秒{extra}"
