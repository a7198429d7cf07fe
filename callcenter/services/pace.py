"""Calls per second, and in a day, shared exactly by all engines: whole seconds, whole calls.

One row counts the calls of the present second, another those of the present day.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain.week import local
from callcenter.store.bulk import add_new
from callcenter.store.tables import Pace

ROW, DAY = 1, 2


def second(moment: datetime) -> int:
    """The whole second since 1970 in which the moment lies."""
    return int(moment.timestamp())


def take(session: Session, now: datetime, wanted: int, per_second: int, per_day: int = 0) -> int:
    """How many of `wanted` calls may be placed in the second of `now`; they count as used.

    `per_day` is what a day may cost at most, in calls; 0: no cap. A call that the carrier puts off
    has been counted all the same.
    """
    if per_day:
        wanted = min(wanted, _free(session, DAY, _day(now), per_day))
    taken = min(wanted, _free(session, ROW, second(now), per_second))
    _locked(session, ROW).used += taken
    if per_day:
        _locked(session, DAY).used += taken
    return taken


def day_is_spent(session: Session, now: datetime, per_day: int) -> bool:
    """Whether the calls of the day of `now` are used up; never without a cap."""
    row = session.get(Pace, DAY) if per_day else None
    return row is not None and row.second == _day(now) and row.used >= per_day


def _day(moment: datetime) -> int:
    return local(moment).date().toordinal()


def _free(session: Session, row_id: int, this: int, limit: int) -> int:
    """What the present second or day has left; the row is held, and begun anew when it is old."""
    row = _locked(session, row_id)
    if row.second < this:
        row.second, row.used = this, 0
    return max(0, limit - row.used) if row.second == this else 0


def left(session: Session, now: datetime, per_second: int) -> int:
    """How many calls the second of `now` has left; nothing is taken."""
    row = session.get(Pace, ROW)
    if row is None or row.second < second(now):
        return per_second
    return max(0, per_second - row.used) if row.second == second(now) else 0


def _locked(session: Session, row_id: int) -> Pace:
    """The row, held until the transaction ends; whoever comes first makes it."""
    rows = select(Pace).where(Pace.id == row_id).with_for_update()
    row = session.scalars(rows).one_or_none()
    if row is None:
        add_new(session, Pace, [{"id": row_id, "second": 0, "used": 0}])
        row = session.scalars(rows).one()
    return row
