"""Faults on demand: what a carrier does on a bad day, from a seeded random."""

from dataclasses import dataclass
from datetime import datetime
from random import Random


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Shares (0 to 1) of webhooks and creates that go wrong, and hours without a carrier."""

    lost: float = 0.0  # webhooks never delivered
    doubled: float = 0.0  # webhooks delivered twice
    late: float = 0.0  # webhooks delayed by up to `late_seconds`
    late_seconds: float = 120.0
    reordered: float = 0.0  # status callbacks held until after the next one
    create_lost: float = 0.0  # a create that times out before anything is placed
    create_unheard: float = 0.0  # a create that places the call and then times out
    create_error: float = 0.0  # a create refused with 503
    throttled: float = 0.0  # a create refused with 20429
    outages: tuple[tuple[datetime, datetime], ...] = ()  # no calls, no API: 503

    def __post_init__(self) -> None:
        for name in SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share from 0 to 1, not {getattr(self, name)}")


SHARES = (
    "lost",
    "doubled",
    "late",
    "reordered",
    "create_lost",
    "create_unheard",
    "create_error",
    "throttled",
)
NONE = Faults()
ALL = Faults(
    lost=0.05,
    doubled=0.1,
    late=0.1,
    reordered=0.1,
    create_lost=0.01,
    create_unheard=0.02,
    create_error=0.02,
    throttled=0.02,
)
REORDER_SECONDS = 20.0  # longer than the time between two events of a call


def deliveries(faults: Faults, random: Random, *, ordered: bool) -> list[float]:
    """After how many seconds a webhook is delivered, once for each delivery; empty: lost.

    `ordered` marks status callbacks, the only ones that may overtake each other.
    """
    if random.random() < faults.lost:
        return []
    delay = random.uniform(1, faults.late_seconds) if random.random() < faults.late else 0.0
    if ordered and random.random() < faults.reordered:
        delay += REORDER_SECONDS
    twice = random.random() < faults.doubled
    return [delay, delay + random.uniform(0, 5)] if twice else [delay]


def create_fate(faults: Faults, random: Random, now: datetime) -> str | None:
    """What goes wrong with this create: lost, unheard, error, throttled, or None."""
    if any(start <= now < end for start, end in faults.outages):
        return "error"
    roll = random.random()
    for fate in ("lost", "unheard", "error"):
        share = getattr(faults, f"create_{fate}")
        if roll < share:
            return fate
        roll -= share
    return "throttled" if roll < faults.throttled else None
