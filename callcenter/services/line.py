"""How the line stands (线路): what the breaker has written down, read by whoever dials or tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from callcenter.domain.breaker import (
    CARRIED,
    FAILING,
    BreakerRule,
    Dials,
    Tripped,
    Trouble,
    may_probe,
)
from callcenter.domain.call import Progress
from callcenter.domain.checkin import Outcome
from callcenter.domain.dialling import LineDown
from callcenter.domain.escalation import Reason, Standing
from callcenter.store.mass_tables import Outage
from callcenter.store.tables import Attempt, Escalation, Notice, Slot

DOUBTFUL_AFTER = timedelta(minutes=1)  # so long after the dial, "nobody knows" counts as failed
PROBE_AGAIN = timedelta(minutes=1)  # a call waits so long while others are being tried
CAUSED = frozenset({Reason.MISSED, Reason.LINE_TROUBLE, Reason.UNCERTAIN})


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What the line carries at the moment."""

    down: LineDown | None = None  # None: everything
    probes: int = 0  # so many calls may leave all the same, to try the line


def standing(session: Session, kind: Trouble = Trouble.DOWN) -> Outage | None:
    """The trouble that has not ended, if there is any."""
    rows = select(Outage).where(Outage.kind == kind.value, Outage.closed_at.is_(None))
    return session.scalars(rows).one_or_none()


def outages(session: Session) -> Sequence[Outage]:
    """Every trouble that has not ended, for the console."""
    rows = select(Outage).where(Outage.closed_at.is_(None)).order_by(Outage.id)
    return session.scalars(rows).all()


def gate(session: Session, now: datetime, rule: BreakerRule) -> Gate:
    """What may be dialled now."""
    outage = standing(session)
    if outage is None:
        return Gate()
    known = tripped(outage)
    probes, again_at = 0, known.probe_at
    if known.probing_since is not None:
        probes = may_probe(rule, known, dials(session, now, known.probing_since))
        again_at = now + PROBE_AGAIN
    down = LineDown(again_at=again_at, hand_over=rule.hand_over)
    return Gate(down=down, probes=probes)


def tripped(outage: Outage) -> Tripped:
    """The breaker's state as the row has it."""
    return Tripped(probe_at=outage.probe_at, probing_since=outage.probing_since)


def dials(session: Session, now: datetime, since: datetime) -> Dials:
    """What became of the dials from `since` on: those that have ended, and those that go on."""
    ended = and_(Attempt.ended_at >= since, Attempt.intended_at >= since)
    going = and_(Attempt.live, Attempt.intended_at >= since)  # bare, as its partial indexes are
    doubtful = and_(Attempt.state == "uncertain", Attempt.intended_at <= now - DOUBTFUL_AFTER)
    rings = Attempt.progress.in_((Progress.RINGING.value, Progress.TALKING.value))
    _, failed, carried = _counts(session, ended, OF_THE_LINE, _CARRIED)
    many, doubted, ringing = _counts(session, going, doubtful, rings)
    return Dials(
        carried=carried + ringing,
        failed=failed + doubted,
        pending=many - doubted - ringing,
    )


_DOUBTED = func.coalesce(Attempt.outcome, "") == Outcome.UNCERTAIN.value
OF_THE_LINE = or_(_DOUBTED, Attempt.disposition.in_([one.value for one in FAILING]))
_CARRIED = and_(~_DOUBTED, Attempt.disposition.in_([one.value for one in CARRIED]))


def _counts(
    session: Session, where: ColumnElement[bool], *kinds: ColumnElement[bool]
) -> tuple[int, ...]:
    """How many there are, and how many of each kind."""
    sums = [func.coalesce(func.sum(case((kind, 1), else_=0)), 0) for kind in kinds]
    return tuple(session.execute(select(func.count(), *sums).where(where)).one())


def caused(session: Session, one: Escalation, outage: Outage, rule: BreakerRule) -> bool:
    """Whether an escalation that nobody has taken is one of the line's, and was told once."""
    if one.standing != Standing.RINGING.value or Reason(one.reason) not in CAUSED:
        return False
    of_line = exists().where(
        Slot.escalation_id == one.id,
        Attempt.slot_id == Slot.id,
        Attempt.ended_at >= outage.tripped_at - rule.within,
        OF_THE_LINE,
    )
    told = exists().where(Notice.escalation_id == one.id, Notice.state.in_(("sent", "delivered")))
    return bool(session.scalar(select(and_(of_line, told))))


def waits_until(
    session: Session, now: datetime, one: Escalation, outage: Outage, rule: BreakerRule
) -> datetime:
    """Until when such an escalation waits: for the line, but not past the time to act."""
    soonest = max(outage.probe_at, now + PROBE_AGAIN)
    by = session.scalar(select(func.min(Slot.by)).where(Slot.escalation_id == one.id))
    return soonest if by is None else min(soonest, by - rule.hand_over)
