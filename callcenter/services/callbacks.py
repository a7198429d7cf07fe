"""Urgent call-backs that nobody made in time (超时未回): they climb the ladder like any danger.

A call-back ends by its own: somebody takes it, then finishes it. While its escalation stands, the
one follows the other, so that nobody is rung about what is already being done.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from callcenter.domain.escalation import Reason, Standing
from callcenter.policy import Policy
from callcenter.services.escalations import acknowledge, open_escalation
from callcenter.services.handoffs import URGENT_BACK_WITHIN
from callcenter.store.tables import Elder, Escalation, Handoff, Worker

BATCH = 50


def escalate_overdue(session: Session, now: datetime, policy: Policy) -> int:
    """Opens an escalation for every urgent call-back past its time; gives how many."""
    rows = session.scalars(
        select(Handoff)
        .where(Handoff.urgent, Handoff.escalation_id.is_(None), _overdue(now))
        .order_by(Handoff.due_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for one in rows:
        elder = session.get(Elder, one.elder_id) if one.elder_id else None
        known = open_escalation(
            session,
            now,
            policy,
            Reason.CALL_BACK,
            elder=elder,
            words=one.summary,
            phone=one.phone,
            conversation_id=one.conversation_id,
        )
        one.escalation_id = known.id
    return len(rows)


def follow(session: Session, now: datetime) -> int:
    """Whoever has taken such a call-back has its escalation too, if nobody else has."""
    taken = _tied(session, Handoff.taken_by.is_not(None), Standing.RINGING)
    for handoff, escalation in taken:
        worker = session.get_one(Worker, handoff.taken_by)
        if escalation.acknowledged_by is None and escalation.reason == Reason.CALL_BACK.value:
            acknowledge(session, now, escalation.id, worker, "console")
    settled = _tied(session, Handoff.state != "done", Standing.RESOLVED)
    for handoff, escalation in settled:
        handoff.state, handoff.done_at = "done", now
        handoff.taken_by = handoff.taken_by or escalation.resolved_by
        handoff.taken_at = handoff.taken_at or escalation.resolved_at
        handoff.note = handoff.note or "随预警办结"
    return len(taken) + len(settled)


def _overdue(now: datetime) -> ColumnElement[bool]:
    """A promised call past its time; a chat gets as long again as a call-back has."""
    return or_(
        and_(Handoff.state == "call_back", Handoff.due_at <= now),
        and_(Handoff.state == "waiting", Handoff.due_at <= now - URGENT_BACK_WITHIN),
    )


def _tied(
    session: Session, handoffs: ColumnElement[bool], standing: Standing
) -> Sequence[tuple[Handoff, Escalation]]:
    rows = (
        select(Handoff, Escalation)
        .join(Escalation, Escalation.id == Handoff.escalation_id)
        .where(handoffs, Escalation.standing == standing.value)
        .order_by(Handoff.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=Handoff)
    )
    return [(handoff, escalation) for handoff, escalation in session.execute(rows)]
