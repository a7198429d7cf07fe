"""The breaker's look at the line: it trips, tries a few calls, closes, and tells staff once."""

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from callcenter.domain.breaker import Dials, Trouble, next_state
from callcenter.domain.call import Disposition
from callcenter.domain.escalation import Reason, Standing
from callcenter.policy import Policy
from callcenter.services import call_list, escalations, line
from callcenter.services.timeline import note
from callcenter.store.bulk import add_new
from callcenter.store.mass_tables import Outage
from callcenter.store.tables import Attempt, Beat, Escalation

LOOK = "line"  # the beat of the last look
LOOKS_EVERY = timedelta(seconds=15)
ABOUT = "电话线路"
BACK_WORDS = "线路恢复，平安电话接着打"
ALARM = {Trouble.DOWN: Reason.LINE_DOWN, Trouble.NOT_PERMITTED: Reason.NOT_PERMITTED}


def look(session: Session, now: datetime, policy: Policy) -> None:
    """Writes down how the line stands from now on. One alarm for each trouble, not for each elder.

    Urgent matters never ask how it stands.
    """
    rule = policy.mass.breaker
    outage = session.scalars(_standing(Trouble.DOWN)).one_or_none()
    known = line.tripped(outage) if outage else None
    since = known.probing_since if known and known.probing_since else now - rule.within
    dials = line.dials(session, now, since)
    state = next_state(rule, known, dials, now)
    if state == known:
        pass
    elif outage is None:
        assert state is not None  # noqa: S101  differs from None
        _trip(session, now, policy, Trouble.DOWN, dials, state.probe_at)
    elif state is None:
        _close(session, now, outage)
    else:
        outage.probe_at, outage.probing_since = state.probe_at, state.probing_since
    last = session.get(Beat, LOOK)
    _permission(session, now, policy, dials, min(since, last.at) if last else since)
    _looked(session, now, last)


def _standing(kind: Trouble) -> Select[Outage]:
    return (
        select(Outage)
        .where(Outage.kind == kind.value, Outage.closed_at.is_(None))
        .with_for_update()
    )


def _trip(
    session: Session, now: datetime, policy: Policy, kind: Trouble, dials: Dials, probe_at: datetime
) -> None:
    outage = Outage(
        kind=kind.value,
        tripped_at=now,
        dials=dials.known,
        failed=dials.failed,
        probe_at=probe_at,
    )
    try:
        with session.begin_nested():
            session.add(outage)
            session.flush()
    except IntegrityError:  # another engine has just seen it
        return
    alarm = escalations.open_escalation(session, now, policy, ALARM[kind], elder=None, about=ABOUT)
    outage.escalation_id = alarm.id
    minutes = int(policy.mass.breaker.within.total_seconds()) // 60
    words = f"{minutes}分钟里拨打{dials.known}次，{dials.failed}次没有接通线路"
    note(session, now, "escalation", words, escalation_id=alarm.id)


def _close(session: Session, now: datetime, outage: Outage) -> None:
    """Whom nobody is ringing by hand is rung by the machine again, while there is time."""
    outage.closed_at = now
    call_list.line_is_back(session, now)
    if outage.escalation_id is not None:
        escalations.over(session, now, outage.escalation_id, BACK_WORDS)


def _permission(
    session: Session, now: datetime, policy: Policy, dials: Dials, since: datetime
) -> None:
    """Stands until a person has settled the alarm; a refusal after that raises a new one."""
    known = session.scalars(_standing(Trouble.NOT_PERMITTED)).one_or_none()
    if known is not None:
        alarm = session.get(Escalation, known.escalation_id) if known.escalation_id else None
        if alarm is None or alarm.standing != Standing.RESOLVED.value:
            return
        known.closed_at = now
        session.flush()
        since = max(since, alarm.resolved_at or since)
    refused = exists().where(
        Attempt.ended_at >= since, Attempt.disposition == Disposition.NOT_PERMITTED.value
    )
    if session.scalar(select(refused)):
        _trip(session, now, policy, Trouble.NOT_PERMITTED, dials, now)


def _looked(session: Session, now: datetime, beat: Beat | None) -> None:
    if beat is None:
        add_new(session, Beat, [{"name": LOOK, "at": now, "note": ""}])
    else:
        beat.at = now
