"""The breaker (熔断): when the line itself fails, routine calls stop, a few are tried, all go on.

Urgent matters do not ask it. What it holds back waits, or goes to a person while there is time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from callcenter.domain.call import Disposition
from callcenter.domain.rulesheet import Sheet

FAILING = frozenset(
    {
        Disposition.FAILED,
        Disposition.UNREACHABLE,
        Disposition.NEVER_PLACED,
        Disposition.NOT_PERMITTED,
    }
)
CARRIED = frozenset({Disposition.ANSWERED, Disposition.NO_ANSWER, Disposition.BUSY})


class Trouble(StrEnum):
    """What is wrong with the line as a whole; one of each kind stands at a time."""

    DOWN = "down"  # many dials fail: the breaker has tripped
    NOT_PERMITTED = "not_permitted"  # the carrier refuses by geography or permission


@dataclass(frozen=True, kw_only=True)
class BreakerRule:
    """When the breaker trips and how it closes again. Read from policy/mass.yaml."""

    over: float  # trips when a larger share (0 to 1) of the dials failed
    at_least: int  # fewer dials than this say nothing
    within: timedelta  # dials of so long ago count
    probe_every: timedelta
    probes: int  # calls tried at a time
    hand_over: timedelta  # so long before its time is up, a call goes to a person

    @classmethod
    def parse(cls, sheet: Sheet) -> "BreakerRule":
        """The rule as staff wrote it. Raises BadRules in plain Chinese."""
        return cls(
            over=sheet.whole("over_percent", 1, 99) / 100,
            at_least=sheet.whole("of_at_least", 1, 10_000),
            within=timedelta(minutes=sheet.whole("within_minutes", 1, 120)),
            probe_every=timedelta(minutes=sheet.whole("probe_every_minutes", 1, 120)),
            probes=sheet.whole("probes", 1, 100),
            hand_over=timedelta(minutes=sheet.whole("hand_over_minutes", 5, 480)),
        )


@dataclass(frozen=True, kw_only=True)
class Dials:
    """What became of some dials."""

    carried: int = 0  # the phone rang, was busy or was answered
    failed: int = 0  # the line did not carry them
    pending: int = 0  # nobody can say yet

    @property
    def known(self) -> int:
        """Those of which one can say."""
        return self.carried + self.failed

    def fail(self, over: float) -> bool:
        """Whether a larger share than `over` failed."""
        return self.failed > over * self.known


@dataclass(frozen=True, kw_only=True)
class Tripped:
    """The breaker is open: routine calls wait."""

    probe_at: datetime  # when a few are tried
    probing_since: datetime | None = None  # they are being tried


def next_state(
    rule: BreakerRule, known: Tripped | None, dials: Dials, now: datetime
) -> Tripped | None:
    """How the breaker stands from now on; None: it is closed, and everything is dialled.

    `dials` are those within `rule.within`, or, while probing, those since the probing began.
    """
    if known is None:
        trips = dials.known >= rule.at_least and dials.fail(rule.over)
        return Tripped(probe_at=now + rule.probe_every) if trips else None
    if known.probing_since is None:
        if now < known.probe_at:
            return known
        return Tripped(probe_at=known.probe_at, probing_since=now)
    if dials.pending or not dials.known:
        return known
    return Tripped(probe_at=now + rule.probe_every) if dials.fail(rule.over) else None


def may_probe(rule: BreakerRule, known: Tripped, dials: Dials) -> int:
    """How many more calls may be tried now, so that the breaker learns whether the line is back."""
    if known.probing_since is None:
        return 0
    return max(0, rule.probes - dials.known - dials.pending)
