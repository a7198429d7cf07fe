"""What is to be simulated, and what came of it."""

from dataclasses import dataclass


class NotEmpty(Exception):
    """The database has people in it; a simulation needs an empty one of its own."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be simulated."""

    elders: int  # at least 1
    weeks: int  # at least 1
    seed: int
    faults: bool  # True: everything that can go wrong does
    database_url: str  # of an empty database


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of it; simulation/tally.py and run.py say how each number is counted."""

    elders: int = 0
    slots: int = 0
    confirmed_safe: int = 0
    excused: int = 0
    resolved: int = 0
    open: int = 0  # not ended when the simulation ended
    blank: int = 0
    dials: int = 0
    double_dials: int = 0
    outside_window: int = 0
    escalations: int = 0
    unowned: int = 0
    max_lateness_s: float = 0  # an injected outage's own time left out
    wall_s: float = 0
    peak_rss_mb: float = 0
    seed: int = 0

    @property
    def kept(self) -> bool:
        """Whether the promise was kept: nobody blank or unowned, no call twice or out of hours."""
        return not (self.blank or self.double_dials or self.outside_window or self.unowned)
