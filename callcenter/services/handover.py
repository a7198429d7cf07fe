"""A member of staff leaves (交接): elders, escalations, call-backs and requests go to others.

Nothing stays with somebody who is no longer there. Who has left keeps a row, since the past names
them; they can neither sign in nor be told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from callcenter.domain.escalation import Standing
from callcenter.domain.people import Role
from callcenter.services.errors import CareError
from callcenter.services.timeline import note
from callcenter.store.tables import Elder, Escalation, HandCall, Handoff, ServiceRequest, Worker


class CannotHandOver(CareError):
    """不能这样交接。"""


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """What went into other hands."""

    elders: int
    escalations: int  # ring anew
    handoffs: int  # wait for somebody again
    requests: int  # have to be accepted again


def hand_over(
    session: Session, now: datetime, leaver: Worker, successor: Worker | None, by: str
) -> HandedOver:
    """The leaver's elders go to the successor; without one, to whoever is in their community.

    What the leaver had in hand is told or offered to others at once. `by` is who decided it.
    Raises CannotHandOver, before anything is changed.
    """
    elders = _elders(session, leaver)
    _check(session, leaver, successor, elders)
    words = f"社工由{leaver.name}改为{successor.name if successor else '本社区社工'}（{by}）"
    for elder in elders:
        elder.caseworker_id = successor.id if successor else None
        note(session, now, "roster", words, elder_id=elder.id)
    leaver.active, leaver.signed_on = False, False
    return HandedOver(
        elders=len(elders),
        escalations=_ring_anew(session, now, leaver),
        handoffs=_offer_again(session, leaver),
        requests=_accept_again(session, leaver),
    )


def elders_of(session: Session, worker: Worker) -> int:
    """How many elders stand under this name."""
    return session.scalar(select(func.count(Elder.id)).where(Elder.caseworker_id == worker.id)) or 0


def _elders(session: Session, leaver: Worker) -> Sequence[Elder]:
    rows = select(Elder).where(Elder.caseworker_id == leaver.id).order_by(Elder.id)
    return session.scalars(rows).all()


def _check(
    session: Session, leaver: Worker, successor: Worker | None, elders: Sequence[Elder]
) -> None:
    if successor is not None:
        if successor.id == leaver.id:
            raise CannotHandOver("不能交接给本人。")
        if not successor.active:
            raise CannotHandOver(f"{successor.name}已经离岗，不能接手。")
        if elders and successor.role != Role.CASEWORKER.value:
            raise CannotHandOver(f"{successor.name}不是社工，不能接手老人。")
        return
    places = {elder.community_id for elder in elders}
    rows = select(Worker.community_id).where(
        Worker.role == Role.CASEWORKER.value, Worker.active, Worker.id != leaver.id
    )
    if places - set(session.scalars(rows.where(Worker.community_id.in_(places)))):
        raise CannotHandOver(
            f"{leaver.name}名下有{len(elders)}位老人，社区里没有别的社工，请写明交接给谁。"
        )


def _ring_anew(session: Session, now: datetime, leaver: Worker) -> int:
    """Escalations that the leaver had acknowledged are told to others at the engine's next tick."""
    rows = session.scalars(
        select(Escalation).where(
            Escalation.acknowledged_by == leaver.id,
            Escalation.standing == Standing.ACKNOWLEDGED.value,
        )
    ).all()
    for one in rows:
        one.next_at = now
        text = f"{leaver.name}离岗，重新通知"
        note(session, now, "escalation", text, elder_id=one.elder_id, escalation_id=one.id)
    return len(rows)


def _offer_again(session: Session, leaver: Worker) -> int:
    rows = session.scalars(
        select(Handoff).where(Handoff.taken_by == leaver.id, Handoff.state == "taken")
    ).all()
    for one in rows:
        one.state, one.taken_by, one.taken_at = "call_back", None, None
    rings = update(HandCall).where(HandCall.taken_by == leaver.id)
    session.execute(rings.values(taken_by=None, taken_at=None))
    return len(rows)


def _accept_again(session: Session, leaver: Worker) -> int:
    rows = session.scalars(
        select(ServiceRequest).where(
            ServiceRequest.accepted_by == leaver.id, ServiceRequest.state == "accepted"
        )
    ).all()
    for one in rows:
        one.state, one.accepted_by = "new", None
    return len(rows)
