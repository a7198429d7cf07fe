"""What a phone hears while it waits: the wait address, again and again."""

from collections.abc import Callable

from callcenter.exchange import script
from callcenter.exchange.board import Board
from callcenter.exchange.call import Call
from callcenter.exchange.webhook import Link

MUSIC = "（等候音乐）"
BETWEEN_SECONDS = 1.0  # an empty wait script must not turn without time passing


def wait(board: Board, call: Call, link: Link | None, facts: Callable[[], dict[str, str]]) -> None:
    """Play the wait script until something else begins; without one there is music."""
    if link is None:
        script.interrupt(call)
        board.line(call, "note", MUSIC)
        return

    def again() -> None:
        board.later(call, BETWEEN_SECONDS, lambda: script.fetch(board, call, link, facts()))

    script.begin(board, call, link, ended=again)
    script.fetch(board, call, link, facts())
