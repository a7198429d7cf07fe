"""The life of one leg: dialled, ringing, answered, ended; and the callbacks about it."""

from email.utils import format_datetime

from callcenter.exchange.board import Board
from callcenter.exchange.call import Call
from callcenter.exchange.webhook import Link

TICK = 0.001  # seconds; less than that is rounding
SETUP_SECONDS = 1.0  # between dialling and ringing
EVENT_STATUS = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}
SPOKEN_STATUS = {
    "initiated": "开始拨号",
    "ringing": "振铃",
    "answered": "接通",
    "completed": "结束",
    "busy": "占线",
    "failed": "接不通",
    "no-answer": "无人接听",
    "canceled": "已取消",
}
SIP = {"completed": 200, "busy": 486, "failed": 480, "no-answer": 487, "canceled": 487}


def dial(board: Board, call: Call) -> None:
    """Leave the exchange: initiated, and a second later the phone rings."""
    call.dispatched = call.started = board.now
    progress(board, call, "initiated")
    board.after(call, SETUP_SECONDS, lambda: None if call.over else board.phones.rings(call))


def ringing(board: Board, call: Call) -> None:
    """The phone rings now; it stops after the time that was asked for."""
    call.status = "ringing"
    progress(board, call, "ringing")
    board.after(call, call.orders.ring_seconds, lambda: _rang_out(board, call))


def answer(board: Board, call: Call) -> None:
    """Somebody, or a machine, picks up."""
    if call.status not in {"queued", "ringing"}:
        return
    call.status = "in-progress"
    call.answered = board.now
    call.answered_mark = board.mark(call)
    progress(board, call, "answered")
    when_talked(board, call, call.orders.time_limit, "超过通话时限")
    if call.on_answer is not None:
        call.on_answer()


def end(board: Board, call: Call, status: str, sip: int | None = None, why: str = "") -> None:
    """The leg is over. A second end changes nothing: a final status stays."""
    if call.over:
        return
    if call.connected:
        call.talked = max(0, round(board.talk_seconds(call)))
    call.status = status
    call.ended = board.now
    call.turn += 1
    spoken = SPOKEN_STATUS[status] + (f"：{why}" if why else "")
    board.line(call, "note", "通话结束" if status == "completed" else spoken)
    progress(board, call, "completed", sip or SIP[status], why)
    board.phones.over(call)
    for depart in board.departures:
        depart(board, call)
    if call.on_end is not None:
        call.on_end()
    board.forget(call)


def when_talked(board: Board, call: Call, seconds: float, why: str) -> None:
    """Hang up once it has been talked for so long."""

    def check() -> None:
        left = seconds - board.talk_seconds(call)
        if call.connected and left > TICK:
            board.after(call, left, check)
        elif call.connected:
            hang_up(board, call, why)

    board.after(call, seconds, check)


def hang_up(board: Board, call: Call, why: str = "") -> None:
    """End the leg with the status that fits where it stands."""
    end(board, call, "completed" if call.connected else "canceled", why=why)


def progress(board: Board, call: Call, event: str, sip: int | None = None, why: str = "") -> None:
    """Note the event, and tell the app if it asked for it."""
    for hears in board.listeners:
        hears(call, event)
    spoken = SPOKEN_STATUS[call.status if event == "completed" else event]
    board.note(call, "event", spoken + (f"（{why}）" if why else ""), call.status)
    callback = call.orders.callback
    if callback is None or event not in callback.events or not call.account:
        return
    form = identity(call) | {
        "CallStatus": EVENT_STATUS.get(event, call.status),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(call.sequence),
        "Timestamp": format_datetime(board.now),
    }
    if event == "completed":
        form |= _closing(call, sip)
    call.sequence += 1
    tell(board, call, callback.link, form, f"状态通知：{spoken}")


def tell(board: Board, call: Call, link: Link, form: dict[str, str], what: str) -> None:
    """Send a callback whose answer only matters for the time line."""
    board.note(call, "webhook", what, f"{link.method} {link.url}")
    board.post(
        link,
        form,
        owner=call.sid,
        call=call,
        ordered=True,
        then=lambda answer: (
            board.note(call, "error", f"通知没有送到（{answer.error}）", answer.text[:300])
            if answer.error
            else None
        ),
    )


def identity(call: Call) -> dict[str, str]:
    """The fields that every webhook about a call carries."""
    form = {
        "CallSid": call.sid,
        "AccountSid": call.account,
        "From": call.caller,
        "To": call.callee,
        "Caller": call.caller,
        "Called": call.callee,
        "CallStatus": call.status,
        "ApiVersion": "2010-04-01",
        "Direction": call.direction,
        "FromCountry": "CN",
        "FromState": "",
        "FromCity": "",
        "FromZip": "",
        "ToCountry": "CN",
        "ToState": "",
        "ToCity": "",
        "ToZip": "",
    }
    return form | ({"ParentCallSid": call.parent} if call.parent else {})


def _closing(call: Call, sip: int | None) -> dict[str, str]:
    seconds = call.talked or 0
    form = {"CallDuration": str(seconds), "Duration": str(-(-seconds // 60))}
    if sip is not None:
        form["SipResponseCode"] = str(sip)
    if call.answered_by:
        form["AnsweredBy"] = call.answered_by
    return form


def _rang_out(board: Board, call: Call) -> None:
    if call.status == "ringing":
        end(board, call, "no-answer")
