"""What goes wrong and when: drawn beforehand from the seed, in true time (that of the exchange)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from callcenter.domain.week import at
from callcenter.exchange.faults import ALL, NONE, Faults

Span = tuple[datetime, datetime]
BUSY = (8 * 60, 18 * 60)  # minutes of the day in which most happens
LONGEST_STEP = timedelta(seconds=60)  # of the wall clock, either way


@dataclass(frozen=True, kw_only=True)
class Kill:
    """An engine process dies at one of its commits."""

    at: datetime  # from then on
    commits: int  # so many go well, then one does not
    after: bool  # dies just after that commit, else just before
    down: timedelta  # until another one is started


@dataclass(frozen=True, kw_only=True)
class Nap:
    """An engine process stands still just after one of its commits (a paused machine)."""

    at: datetime
    lasts: timedelta


@dataclass(frozen=True, kw_only=True)
class Step:
    """The wall clock of the house is wrong by `off` from then on, until the next step."""

    at: datetime
    off: timedelta


@dataclass(frozen=True, kw_only=True)
class Mishaps:
    """Everything that will go wrong."""

    line: Faults = NONE  # what the carrier does
    gone: tuple[Span, ...] = ()  # no database
    kills: tuple[Kill, ...] = ()
    naps: tuple[Nap, ...] = ()
    steps: tuple[Step, ...] = field(default_factory=tuple)


def draw(seed: int, monday: date, weeks: int) -> Mishaps:
    """All faults, for weeks that begin on that Monday."""
    chance = Random(f"{seed}:mishaps")  # noqa: S311  not for secrets
    mondays = [monday + timedelta(days=7 * week) for week in range(weeks)]
    outages = [_span(chance, one, BUSY, (60, 240)) for one in mondays]
    gone = [_span(chance, one, BUSY, (2, 15)) for one in mondays for _ in range(2)]
    gone += [_span(chance, one, (0, 24 * 60), (2, 15)) for one in mondays]
    kills = [_kill(chance, one) for one in mondays for _ in range(12)]
    naps = [
        Nap(at=_moment(chance, one, BUSY), lasts=timedelta(seconds=chance.randint(30, 1200)))
        for one in mondays
        for _ in range(3)
    ]
    return Mishaps(
        line=replace(ALL, outages=tuple(outages)),
        gone=tuple(sorted(gone)),
        kills=tuple(sorted(kills, key=lambda kill: kill.at)),
        naps=tuple(sorted(naps, key=lambda nap: nap.at)),
        steps=tuple(_steps(chance, mondays)),
    )


def overlap(spans: Iterable[Span], start: datetime, end: datetime) -> timedelta:
    """How much of the time from start to end lies in any of the spans."""
    total, reached = timedelta(0), start
    for opens, closes in sorted(spans):
        opens, closes = max(opens, reached), min(closes, end)
        if opens < closes:
            total, reached = total + (closes - opens), closes
    return total


def _moment(chance: Random, monday: date, hours: tuple[int, int]) -> datetime:
    day = monday + timedelta(days=chance.randrange(7))
    return at(day, 0) + timedelta(seconds=chance.randrange(hours[0] * 60, hours[1] * 60))


def _span(chance: Random, monday: date, hours: tuple[int, int], minutes: tuple[int, int]) -> Span:
    start = _moment(chance, monday, hours)
    return start, start + timedelta(minutes=chance.randint(*minutes))


def _kill(chance: Random, monday: date) -> Kill:
    return Kill(
        at=_moment(chance, monday, BUSY),
        commits=chance.randrange(12),
        after=chance.random() < 0.5,
        down=timedelta(seconds=chance.choice((2, 10, 30, 120, 600))),
    )


def _steps(chance: Random, mondays: Iterable[date]) -> Iterable[Step]:
    """Twice a week the clock jumps, either way, and is set right some hours later."""
    most = int(LONGEST_STEP.total_seconds())
    for monday in mondays:
        for first in (0, 3):
            wrong = at(monday + timedelta(days=first + chance.randrange(2)), 0)
            wrong += timedelta(seconds=chance.randrange(86_400))
            yield Step(at=wrong, off=timedelta(seconds=chance.randint(-most, most)))
            right = wrong + timedelta(minutes=chance.randint(10, 1200))
            yield Step(at=right, off=timedelta(0))
