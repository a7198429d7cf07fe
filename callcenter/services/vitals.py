"""The pulse of the house: when the engine and the auditor last did their work."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.store.tables import Beat

LATE_AFTER = timedelta(minutes=5)  # of house time
REAL_SLACK = timedelta(seconds=30)  # when demonstration time races, this much real time is allowed
NAMES = {"engine": "调度程序", "auditor": "核查程序"}


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """One process and its last sign of life."""

    name: str  # in words
    at: datetime | None  # None: it has never run
    late: bool


@dataclass(frozen=True, kw_only=True)
class Vitals:
    """Whether the house works, in words for everybody."""

    pulses: tuple[Pulse, ...]

    faults: str  # what the auditor found at its last round; empty: nobody is forgotten

    @property
    def well(self) -> bool:
        """True when everything has done its work in time, and nobody is forgotten."""
        return not self.faults and not any(pulse.late for pulse in self.pulses)

    @property
    def at(self) -> datetime | None:
        """The older of the last signs of life."""
        moments = [pulse.at for pulse in self.pulses if pulse.at is not None]
        return min(moments) if moments else None


def vitals(session: Session, now: datetime, speed: int = 1) -> Vitals:
    """The last signs of life of engine and auditor; one that never came counts as late.

    `speed` is how fast demonstration time runs; real processes cannot keep up with all of it.
    """
    beats = {one.name: one for one in session.scalars(select(Beat).where(Beat.name.in_(NAMES)))}
    since = now - max(LATE_AFTER, REAL_SLACK * speed)
    auditor = beats.get("auditor")
    return Vitals(
        pulses=tuple(_pulse(NAMES[name], beats.get(name), since) for name in NAMES),
        faults=auditor.note if auditor else "",
    )


def _pulse(name: str, beat: Beat | None, since: datetime) -> Pulse:
    return Pulse(name=name, at=beat.at if beat else None, late=beat is None or beat.at < since)
