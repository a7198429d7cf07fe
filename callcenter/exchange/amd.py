"""Machine detection: a verdict some seconds after pick-up, before the script or beside it."""

from collections.abc import Callable

from callcenter.exchange import legs
from callcenter.exchange.board import Board
from callcenter.exchange.call import Call


def screened(board: Board, call: Call, then: Callable[[], None]) -> None:
    """Begin detection as ordered; `then` follows at once if it is asynchronous or not wanted."""
    detection = call.orders.detection
    if detection is None:
        then()
        return
    seconds, verdict = board.phones.verdict(call, detection.to_the_end)
    if seconds > detection.timeout:
        seconds, verdict = detection.timeout, "unknown"
    if detection.callback is None:
        board.after(call, seconds, lambda: _decided(board, call, verdict, seconds, then))
    else:
        board.after(call, seconds, lambda: _decided(board, call, verdict, seconds, None))
        then()


def _decided(
    board: Board, call: Call, verdict: str, seconds: float, then: Callable[[], None] | None
) -> None:
    if call.over:
        return
    call.answered_by = verdict
    board.note(call, "event", f"判断接听者：{verdict}")
    detection = call.orders.detection
    if then is not None:
        then()
    elif detection is not None and detection.callback is not None:
        form = {
            "CallSid": call.sid,
            "AccountSid": call.account,
            "AnsweredBy": verdict,
            "MachineDetectionDuration": str(round(seconds * 1000)),
        }
        legs.tell(board, call, detection.callback, form, f"接听者通知：{verdict}")
