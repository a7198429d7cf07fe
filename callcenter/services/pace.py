"""Calls per second, shared exactly by all engines: one row, whole seconds, whole calls."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.store.bulk import add_new
from callcenter.store.tables import Pace

ROW = 1


def second(moment: datetime) -> int:
    """The whole second since 1970 in which the moment lies."""
    return int(moment.timestamp())


def take(session: Session, now: datetime, wanted: int, per_second: int) -> int:
    """How many of `wanted` calls may be placed in the second of `now`; they count as used."""
    row = _locked(session)
    this = second(now)
    if row.second < this:
        row.second, row.used = this, 0
    free = max(0, per_second - row.used) if row.second == this else 0
    taken = min(wanted, free)
    row.used += taken
    return taken


def left(session: Session, now: datetime, per_second: int) -> int:
    """How many calls the second of `now` has left; nothing is taken."""
    row = session.get(Pace, ROW)
    if row is None or row.second < second(now):
        return per_second
    return max(0, per_second - row.used) if row.second == second(now) else 0


def _locked(session: Session) -> Pace:
    """The one row, held until the transaction ends; whoever comes first makes it."""
    rows = select(Pace).where(Pace.id == ROW).with_for_update()
    row = session.scalars(rows).one_or_none()
    if row is None:
        add_new(session, Pace, [{"id": ROW, "second": 0, "used": 0}])
        row = session.scalars(rows).one()
    return row
