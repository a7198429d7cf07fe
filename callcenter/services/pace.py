"""Calls per second, shared exactly by all engines: one row, whole seconds, whole calls."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.store.tables import Pace


def take(session: Session, now: datetime, wanted: int, per_second: int) -> int:
    """How many of `wanted` calls may be placed in the second of `now`; they count as used."""
    row = session.scalars(select(Pace).where(Pace.id == 1).with_for_update()).one_or_none()
    second = int(now.timestamp())
    if row is None:
        row = Pace(id=1, second=second, used=0)
        session.add(row)
    if row.second < second:
        row.second, row.used = second, 0
    free = max(0, per_second - row.used) if row.second == second else 0
    taken = min(wanted, free)
    row.used += taken
    return taken
