"""The short verbs: Say, Play, Pause, Redirect, Hangup, Reject, Sms, Leave."""

from collections.abc import Callable

from callcenter.exchange import legs, script, speech
from callcenter.exchange.board import Board
from callcenter.exchange.call import Call
from callcenter.exchange.twiml import Element

PLAY_SECONDS = 5.0  # the exchange does not listen to recordings; each counts as this long


def say(board: Board, call: Call, element: Element) -> None:
    """Speak, then go on."""
    utter(board, call, element, lambda: script.step(board, call))


def pause(board: Board, call: Call, element: Element) -> None:
    """Wait, one second unless said."""
    utter(board, call, element, lambda: script.step(board, call))


def utter(board: Board, call: Call, element: Element, then: Callable[[], None]) -> None:
    """Speak, play or pause; `then` follows when it has been heard to its end."""
    if element.tag == "Pause":
        board.later(call, element.seconds("length", 1), then)
        return
    times = max(1, int(element.get("loop") or 1))
    if element.tag == "Play":
        heard, length = f"（播放录音 {element.text or element.get('digits')}）", PLAY_SECONDS
    else:
        heard, length = speech.words(element), speech.seconds(element)
    board.note(call, "say", heard)
    board.line(call, "line", heard)
    board.phones.hears(call, heard)
    board.later(call, min(times, 20) * length, then)


def redirect(board: Board, call: Call, element: Element) -> None:
    """Go on with other TwiML."""
    if call.script is not None:
        link = call.script.link.joined(element.text, element.get("method"))
        script.fetch(board, call, link, {})


def hang_up(board: Board, call: Call, element: Element) -> None:
    """End the call."""
    legs.hang_up(board, call, "由系统挂断")


def reject(board: Board, call: Call, element: Element) -> None:
    """Do not pick up an inbound call; later in a call it just ends it."""
    if call.connected:
        legs.hang_up(board, call, "由系统挂断")
    elif element.get("reason") == "busy":
        legs.end(board, call, "busy")
    else:
        legs.end(board, call, "no-answer")
