"""Acknowledging by phone, text or chat: one answer takes everything that was told together."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.services.errors import AlreadyAcknowledged, AlreadyResolved
from callcenter.services.escalations import acknowledge
from callcenter.store.tables import Escalation, Notice, Worker


def acknowledge_together(
    session: Session, now: datetime, escalation_id: int, worker: Worker, over: str
) -> list[Escalation]:
    """接警 of this escalation and of those that this worker was told of in the same notice.

    Each stays a matter of its own. Raises like `escalations.acknowledge` when none can be taken.
    """
    taken: list[Escalation] = []
    refused: AlreadyAcknowledged | AlreadyResolved | None = None
    for one in [escalation_id, *_with(session, escalation_id, worker)]:
        try:
            taken.append(acknowledge(session, now, one, worker, over))
        except (AlreadyAcknowledged, AlreadyResolved) as no:
            refused = refused or no
    if not taken and refused is not None:
        raise refused
    return taken


def _with(session: Session, escalation_id: int, worker: Worker) -> Sequence[int]:
    leaders = select(Notice.id).where(
        Notice.escalation_id == escalation_id, Notice.worker_id == worker.id
    )
    rows = select(Notice.escalation_id).where(
        Notice.told_with.in_(leaders), Notice.escalation_id != escalation_id
    )
    return session.scalars(rows.distinct().order_by(Notice.escalation_id)).all()
