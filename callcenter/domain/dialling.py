"""Whether a check-in call that is due may leave now, and what happens instead when it may not."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from callcenter.domain.escalation import Reason
from callcenter.domain.handcall import Why
from callcenter.domain.week import Window, at

BETWEEN_CALLS = timedelta(hours=20)  # two calls of one week lie about a day apart
LINE_IN_USE = timedelta(minutes=5)  # how long a call waits for a phone that is in another call
SOON = timedelta(seconds=30)  # never asked again sooner than this
LATE_WORDS = "没能在约定的时间里打通"


@dataclass(frozen=True, kw_only=True)
class LineDown:
    """The line carries no routine calls at present (domain.breaker)."""

    again_at: datetime  # when to look again
    hand_over: timedelta  # so long before its latest moment a call goes to a person


@dataclass(frozen=True, kw_only=True)
class DueCall:
    """A check-in call whose time has come, and what is known of its elder at that moment."""

    week: date  # the Monday
    by: datetime  # the latest moment for the call; then a person has it
    window: Window
    covered: bool  # on the list today
    on_hold: bool  # somebody has said that the elder is away today
    by_hand: Why | None  # why a person has to ring this elder; None: the machine may
    in_use: bool  # the elder, or the phone (a couple may share it), is in a call
    other_ended_at: datetime | None  # when the other call of this week ended, if it has
    line: LineDown | None = None  # None: the line carries calls


@dataclass(frozen=True, kw_only=True)
class Leave:
    """The call may leave now."""


@dataclass(frozen=True, kw_only=True)
class Later:
    """The call waits until `at`; `by` is its latest moment from now on."""

    at: datetime
    by: datetime


@dataclass(frozen=True, kw_only=True)
class OffTheList:
    """Nobody is called who is not on the list any more."""


@dataclass(frozen=True, kw_only=True)
class OnHold:
    """Nobody is called who is known to be away."""


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """A person rings instead; the slot stays due."""

    why: Why


@dataclass(frozen=True, kw_only=True)
class ByPerson:
    """A person finds out instead."""

    reason: Reason
    words: str = ""


def may_leave(
    call: DueCall, now: datetime
) -> Leave | Later | OffTheList | OnHold | ByHand | ByPerson:
    """What happens to a call that is due at `now`. No call leaves outside the elder's hours."""
    if not call.covered:
        return OffTheList()
    if call.on_hold:
        return OnHold()
    if call.by_hand is not None:
        return ByHand(why=call.by_hand)
    if now > call.by:  # the engine was off: an old day is not rung up afterwards
        return ByPerson(reason=Reason.MISSED, words=LATE_WORDS)
    if not call.window.holds(now):
        return _when_open(call, now)
    if call.line is not None:
        return _without_line(call, call.line, now)
    if call.in_use:
        return Later(at=now + LINE_IN_USE, by=call.by)
    return _rested(call, now)


def _when_open(call: DueCall, now: datetime) -> Later | ByPerson:
    opens = call.window.next_open(now)
    if opens > call.by:
        return ByPerson(reason=Reason.MISSED, words=LATE_WORDS)
    return Later(at=opens, by=call.by)


def _without_line(call: DueCall, line: LineDown, now: datetime) -> Later | ByHand:
    """Waits for the line while there is time; then a person rings, before the time is up."""
    last = call.by - line.hand_over
    if now >= last:
        return ByHand(why=Why.LINE_DOWN)
    return Later(at=min(max(line.again_at, now + SOON), last), by=call.by)


def _rested(call: DueCall, now: datetime) -> Leave | Later:
    """Waits a day after the other call; near the end of the week the later one comes anyway."""
    if call.other_ended_at is None:
        return Leave()
    then = call.window.next_open(call.other_ended_at + BETWEEN_CALLS)
    last = min(call.window.closing(then), at(call.week + timedelta(days=6), call.window.closes))
    if then <= now or then >= last:
        return Leave()
    return Later(at=then, by=max(call.by, last))
