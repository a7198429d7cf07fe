"""Keys and speech from a phone go to whatever the line is doing: a Gather, a tape, a room."""

from callcenter.exchange import gather, recordings, relay, rooms
from callcenter.exchange.board import Board
from callcenter.exchange.call import Call


def keys(board: Board, call: Call, pressed: str) -> None:
    """Keys are pressed, one after the other."""
    for key in pressed:
        board.note(call, "keys", f"按键 {key}")
        board.line(call, "me", f"［按 {key}］")
        if call.taping is not None:
            recordings.key(board, call, key)
        elif call.relay is not None:
            relay.key(board, call, key)
        else:
            gather.key(board, call, key)


def speak(board: Board, call: Call, text: str, *, finished: bool = False) -> None:
    """The person speaks; `finished` says that nothing more will follow."""
    board.note(call, "person", text)
    board.line(call, "me", text)
    if call.room is not None:
        rooms.say(board, call, text)
    elif call.taping is not None:
        recordings.spoken(board, call, text)
    elif call.relay is not None:
        relay.spoken(board, call, text)
    else:
        gather.speak(board, call, text, finished=finished)
