"""<Enqueue>, <Leave> and <Dial><Queue>: callers wait in order, and one is taken at a time."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from callcenter.exchange import holding, rooms, script
from callcenter.exchange.board import Board
from callcenter.exchange.call import Call, Script
from callcenter.exchange.twiml import Element
from callcenter.exchange.webhook import Link

LARGEST = 100  # Twilio's default
TAKE_SECONDS = 30


@dataclass(slots=True, kw_only=True)
class Queue:
    """Who waits, first come first; and the phones that wait for somebody to come."""

    sid: str
    name: str
    largest: int = LARGEST
    waiting: deque[str] = field(default_factory=deque)
    takers: deque[Callable[[], None]] = field(default_factory=deque)
    times: deque[float] = field(default_factory=lambda: deque(maxlen=20))

    @property
    def average(self) -> int:
        """Seconds that the last ones waited, on average."""
        return round(sum(self.times) / len(self.times)) if self.times else 0


@dataclass(slots=True, kw_only=True)
class Place:
    """One caller's place, and what to go on with afterwards."""

    queue: Queue
    element: Element
    since: float  # mark of when it came
    came: datetime
    after: Script


def enqueue(board: Board, call: Call, element: Element) -> None:
    """Wait in the queue of that name, which is made at first use."""
    queue = named(board, element.text)
    if len(queue.waiting) >= int(element.get("maxQueueSize") or queue.largest):
        script.follow(board, call, element, {"QueueResult": "queue-full"})
        return
    if call.script is None:
        return
    place = Place(
        queue=queue, element=element, since=board.mark(call), came=board.now, after=call.script
    )
    call.waiting = place
    queue.waiting.append(call.sid)
    board.note(call, "event", f"进入队列 {queue.name}，第 {len(queue.waiting)} 位")
    board.line(call, "note", f"排队中，第 {len(queue.waiting)} 位")
    url = element.get("waitUrl")
    link = place.after.link.joined(url, element.get("waitUrlMethod")) if url else None
    holding.wait(board, call, link, lambda: facts(board, call, place))
    while queue.takers and queue.waiting:
        queue.takers.popleft()()


def leave(board: Board, call: Call, element: Element) -> None:
    """<Leave>: give up the place and go on after <Enqueue>."""
    if call.waiting is None:
        script.step(board, call)
    else:
        out(board, call, "leave")


def departed(board: Board, call: Call) -> None:
    """The caller has hung up while waiting: the action is told, its answer is not used."""
    place = call.waiting
    if not isinstance(place, Place):
        return
    _gone(board, call, place)
    if place.element.get("action") is not None and call.over:
        call.script = place.after
        script.told(board, call, place.element, _result(board, call, place, "hangup"))


def take(board: Board, call: Call, dial: Element, noun: Element) -> None:
    """<Dial><Queue>: connect to the first who waits, or wait for one."""
    queue = named(board, noun.text)
    if queue.waiting:
        _connect(board, call, dial, noun, queue)
        return
    board.line(call, "note", "队列里暂时没有人")
    taker = lambda: _connect(board, call, dial, noun, queue)  # noqa: E731 - needs its identity
    queue.takers.append(taker)

    def nobody() -> None:
        if taker in queue.takers:
            queue.takers.remove(taker)
            script.follow(board, call, dial, {"DialCallStatus": "no-answer"})

    board.later(call, dial.seconds("timeout", TAKE_SECONDS), nobody)


def out(board: Board, call: Call, result: str) -> None:
    """Leave the queue, or the talk that came of it, and go on after <Enqueue>."""
    place = call.waiting
    if not isinstance(place, Place):
        return
    _gone(board, call, place)
    script.interrupt(call)
    call.script = place.after
    script.follow(board, call, place.element, _result(board, call, place, result))


def named(board: Board, name: str) -> Queue:
    """The queue of that name, made if need be."""
    if name not in board.queues:
        board.queues[name] = Queue(sid=board.sid("QU"), name=name)
    found = board.queues[name]
    assert isinstance(found, Queue)  # noqa: S101 - nothing else is put there
    return found


def facts(board: Board, call: Call, place: Place) -> dict[str, str]:
    """What a wait script is told about the place."""
    queue = place.queue
    position = queue.waiting.index(call.sid) + 1 if call.sid in queue.waiting else 0
    return {
        "QueueSid": queue.sid,
        "QueuePosition": str(position),
        "QueueTime": str(round(board.mark(call) - place.since)),
        "AvgQueueTime": str(queue.average),
        "CurrentQueueSize": str(len(queue.waiting)),
    }


def _connect(board: Board, call: Call, dial: Element, noun: Element, queue: Queue) -> None:
    if call.over:
        return
    script.interrupt(call)
    caller = board.calls[queue.waiting.popleft()]
    place = caller.waiting
    queue.times.append(board.mark(caller) - place.since)
    base = call.script.link if call.script else Link(url="")
    notice = noun.get("url")
    if notice is None:
        _bridge(board, call, dial, caller)
        return
    link = base.joined(notice, noun.get("method"))
    script.begin(board, caller, link, ended=lambda: _bridge(board, call, dial, caller))
    script.fetch(board, caller, link, facts(board, caller, place))


def _bridge(board: Board, call: Call, dial: Element, caller: Call) -> None:
    if call.over:
        out(board, caller, "error")
        return
    room = rooms.Room(sid=board.sid("RP"), name=caller.sid, pair=True)

    def finished() -> None:
        script.interrupt(call)
        ended = {"DialCallStatus": "completed", "DialCallSid": caller.sid, "DialBridged": "true"}
        script.follow(board, call, dial, ended)

    rooms.enter(board, room, call, rooms.Member(call=call.sid, left=finished))
    rooms.enter(
        board,
        room,
        caller,
        rooms.Member(call=caller.sid, left=lambda: out(board, caller, "bridged")),
    )


def _gone(board: Board, call: Call, place: Place) -> None:
    call.waiting = None
    if call.sid in place.queue.waiting:
        place.queue.waiting.remove(call.sid)


def _result(board: Board, call: Call, place: Place, result: str) -> dict[str, str]:
    return {
        "QueueResult": result,
        "QueueSid": place.queue.sid,
        "QueueTime": str(round(board.mark(call) - place.since)),
    }
