"""<Dial>: ring other phones and connect the first that accepts, or join a conference."""

from collections import deque
from dataclasses import dataclass, field

from callcenter.exchange import account, amd, legs, rooms, script
from callcenter.exchange.board import Board
from callcenter.exchange.call import TIME_LIMIT, Call, Callback, Detection, Orders
from callcenter.exchange.conference import join
from callcenter.exchange.queues import take
from callcenter.exchange.twiml import Element
from callcenter.exchange.webhook import Link

RING_SECONDS = 30  # Twilio's default for <Dial timeout>
BEST_FIRST = ("completed", "busy", "no-answer", "failed", "canceled")


@dataclass(slots=True, kw_only=True)
class Dialling:
    """A Dial in progress: the legs it made, and those still to be rung one by one."""

    element: Element
    legs: list[str] = field(default_factory=list)
    to_come: deque[Element] = field(default_factory=deque)
    bridged: str | None = None


def dial(board: Board, call: Call, element: Element) -> None:
    """Carry out <Dial>."""
    nouns = element.children or (Element(tag="Number", parts=(element.text,)),)
    if nouns[0].tag == "Conference":
        join(board, call, element, nouns[0])
    elif nouns[0].tag == "Queue":
        take(board, call, element, nouns[0])
    else:
        _ring(board, call, element, [noun for noun in nouns if noun.tag == "Number"])


def departed(board: Board, call: Call) -> None:
    """The caller is gone or elsewhere: whoever is still being rung for it is let go."""
    dialling, call.dialling = call.dialling, None
    if isinstance(dialling, Dialling):
        dialling.to_come.clear()
        for sid in dialling.legs:
            legs.hang_up(board, board.calls[sid], "主叫已离开")


def star(board: Board, call: Call) -> bool:
    """The caller pressed *: true if that ends the Dial (hangupOnStar)."""
    dialling = call.dialling
    if isinstance(dialling, Dialling) and dialling.element.true("hangupOnStar"):
        rooms.leave(board, call)
        _finish(board, call, dialling)
        return True
    return False


def _ring(board: Board, call: Call, element: Element, numbers: list[Element]) -> None:
    dialling = Dialling(element=element)
    call.dialling = dialling
    shown = element.get("callerId") or call.caller
    if call.account and not board.account.line(shown) and shown not in {call.caller, call.callee}:
        board.note(call, "error", "错误 13214", "callerId 不是本账户的号码")
        numbers = []
    if element.true("sequential"):
        dialling.to_come = deque(numbers[1:])
        numbers = numbers[:1]
    children = [_leg(board, call, dialling, noun, shown) for noun in numbers]
    for child in children:
        _call_out(board, call, child)
    if not children:
        _finish(board, call, dialling)


def _leg(board: Board, call: Call, dialling: Dialling, noun: Element, shown: str) -> Call:
    number = noun.text
    child = Call(
        sid=board.sid("CA"),
        account=call.account,
        caller=shown,
        callee=number,
        direction="outbound-dial" if call.account else "private",
        created=board.now,
        orders=_orders(call, dialling.element, noun),
        phone=number,
        parent=call.sid,
        by_hand=call.by_hand or board.phones.holds(number),
    )
    if child.by_hand:
        board.by_hand(call)
    board.add(child)
    dialling.legs.append(child.sid)
    child.on_answer = lambda: amd.screened(
        board, child, lambda: _answered(board, call, dialling, child)
    )
    child.on_end = lambda: _leg_over(board, call, dialling)
    board.note(call, "event", f"转接 {number}", child.sid)
    return child


def _call_out(board: Board, call: Call, child: Call) -> None:
    if account.dialable(child.callee) or board.phones.knows(child.callee):
        legs.dial(board, child)
    else:
        board.note(call, "error", "错误 13224", f"不是有效号码：{child.callee}")
        legs.end(board, child, "failed", 404, "号码无效")


def _orders(call: Call, element: Element, noun: Element) -> Orders:
    base = call.script.link if call.script else Link(url="")
    to, amd_to = noun.get("statusCallback"), noun.get("amdStatusCallback")
    events = frozenset((noun.get("statusCallbackEvent") or "completed").split())
    machine = noun.get("machineDetection")
    return Orders(
        script=base.joined(noun.get("url"), noun.get("method")) if noun.get("url") else None,
        callback=Callback(link=base.joined(to, noun.get("statusCallbackMethod")), events=events)
        if to
        else None,
        ring_seconds=element.seconds("timeout", RING_SECONDS),
        time_limit=element.seconds("timeLimit", TIME_LIMIT),
        send_digits=noun.get("sendDigits") or "",
        detection=Detection(
            to_the_end=machine == "DetectMessageEnd",
            callback=base.joined(amd_to, noun.get("amdStatusCallbackMethod")) if amd_to else None,
        )
        if machine
        else None,
    )


def _answered(board: Board, call: Call, dialling: Dialling, child: Call) -> None:
    whisper = child.orders.script
    if whisper is None:
        _bridge(board, call, dialling, child)
        return
    script.begin(board, child, whisper, ended=lambda: _bridge(board, call, dialling, child))
    script.fetch(board, child, whisper, {})


def _bridge(board: Board, call: Call, dialling: Dialling, child: Call) -> None:
    if call.dialling is not dialling or dialling.bridged or not call.connected:
        legs.hang_up(board, child, "已由他人接听")
        return
    dialling.bridged = child.sid
    dialling.to_come.clear()
    for sid in dialling.legs:
        if sid != child.sid:
            legs.hang_up(board, board.calls[sid], "已由他人接听")
    room = rooms.Room(sid=board.sid("RP"), name=child.sid, pair=True)
    rooms.enter(
        board,
        room,
        call,
        rooms.Member(call=call.sid, left=lambda: _finish(board, call, dialling)),
    )
    rooms.enter(
        board,
        room,
        child,
        rooms.Member(call=child.sid, left=lambda: legs.hang_up(board, child, "对方已挂断")),
    )


def _leg_over(board: Board, call: Call, dialling: Dialling) -> None:
    if call.dialling is not dialling or dialling.bridged:
        return
    if dialling.to_come:
        shown = dialling.element.get("callerId") or call.caller
        _call_out(board, call, _leg(board, call, dialling, dialling.to_come.popleft(), shown))
    elif all(board.calls[sid].over for sid in dialling.legs):
        _finish(board, call, dialling)


def _finish(board: Board, call: Call, dialling: Dialling) -> None:
    if call.dialling is not dialling or call.over:
        return
    call.dialling = None
    children = [board.calls[sid] for sid in dialling.legs]
    bridged = next((child for child in children if child.sid == dialling.bridged), None)
    script.interrupt(call)
    board.line(call, "note", "转接结束")
    script.follow(board, call, dialling.element, _result(board, children, bridged))


def _result(board: Board, children: list[Call], bridged: Call | None) -> dict[str, str]:
    if bridged is not None:
        talked = bridged.talked
        if talked is None:  # it lives on elsewhere
            talked = round(board.talk_seconds(bridged))
        return {
            "DialCallStatus": "completed",
            "DialCallSid": bridged.sid,
            "DialCallDuration": str(talked),
            "DialBridged": "true",
        }
    ends = {"completed" if child.answered else child.status for child in children}
    status = next((status for status in BEST_FIRST if status in ends), "failed")
    last = {"DialCallSid": children[-1].sid} if children else {}
    return {"DialCallStatus": status, "DialBridged": "false"} | last
