"""The clock that jumps knows when it showed what, so that a jump is not taken for a second dial."""

from datetime import timedelta

from callcenter.exchange.account import Account
from callcenter.exchange.book import from_data
from callcenter.exchange.core import Exchange
from callcenter.simulation.mishaps import Step
from callcenter.simulation.trap import SteppingClock
from tests.house import MONDAY

MINUTE = timedelta(minutes=1)


def clock(off: timedelta) -> SteppingClock:
    """Wrong by so much from MONDAY on."""
    exchange = Exchange(Account(sid="AC1", token="t", lines=()), from_data({"people": []}))
    return SteppingClock(exchange, (Step(at=MONDAY, off=off),))


def test_a_moment_over_which_the_clock_was_set_back_was_shown_twice() -> None:
    """Half a minute before the jump comes again half a minute after it."""
    half = MINUTE / 2
    assert clock(-MINUTE).showed(MONDAY - half) == [MONDAY - half, MONDAY + half]


def test_a_moment_over_which_the_clock_jumped_was_never_shown() -> None:
    """Set a minute ahead, it goes from the jump to a minute later."""
    assert clock(MINUTE).showed(MONDAY + MINUTE / 2) == []


def test_a_moment_far_from_any_jump_was_shown_once() -> None:
    """Before the jump it is right, and long after it wrong by as much as the jump."""
    assert clock(MINUTE).showed(MONDAY - 9 * MINUTE) == [MONDAY - 9 * MINUTE]
    assert clock(MINUTE).showed(MONDAY + 9 * MINUTE) == [MONDAY + 8 * MINUTE]
