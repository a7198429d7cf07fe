"""How the line does: who is signed on, and how many were answered by a person in time. Reads only.

Counted is every caller who asked for a person on the phone while operators were to answer. In time
is whom a person had on the line within 15 seconds; who hung up, waited longer or kept a place for a
call-back is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.domain.people import Role
from callcenter.domain.week import at, local
from callcenter.services.handoffs import ANSWER_WITHIN
from callcenter.services.waiting import busy_workers
from callcenter.store.desk_tables import Ring
from callcenter.store.tables import Handoff, Worker

NORM = 95  # per cent, answered by a person within 15 s (GB/T 33358-2016)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """How many callers of some days were answered, and how many of them in time."""

    day: date | None  # None for several days together
    asked: int
    answered: int  # by a person, in time or later
    in_time: int

    @property
    def share(self) -> float | None:
        """Per cent in time, cut (not rounded up) to one decimal; None when nobody asked."""
        return self.in_time * 1000 // self.asked / 10 if self.asked else None

    @property
    def kept(self) -> bool | None:
        """Whether the norm was kept; None when nobody asked."""
        return None if self.share is None else self.in_time * 100 >= NORM * self.asked


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One operator as the line sees him today."""

    worker: Worker
    busy: bool
    rung: int  # times today
    accepted: int  # of those


def answered_by_day(session: Session, now: datetime, days: int = 7) -> list[Answered]:
    """The last days, today first; days on which nobody asked are there too."""
    today = local(now).date()
    since = at(today - timedelta(days=days - 1), 0)
    rows = session.execute(
        select(Handoff.opened_at, Handoff.answered_at, Handoff.state).where(
            Handoff.on_line, Handoff.opened_at >= since, Handoff.after_hours.is_(False)
        )
    ).all()
    found = [
        (local(opened).date(), None if answered is None else answered - opened)
        for opened, answered, state in rows
        if state != "ringing" or now - opened > ANSWER_WITHIN  # not decided yet
    ]
    return [_day(today - timedelta(days=ago), found) for ago in range(days)]


def _day(day: date, found: Sequence[tuple[date, timedelta | None]]) -> Answered:
    waits = [wait for on, wait in found if on == day]
    answered = [wait for wait in waits if wait is not None]
    return Answered(
        day=day,
        asked=len(waits),
        answered=len(answered),
        in_time=sum(wait <= ANSWER_WITHIN for wait in answered),
    )


def together(days: Sequence[Answered]) -> Answered:
    """Several days as one."""
    return Answered(
        day=None,
        asked=sum(one.asked for one in days),
        answered=sum(one.answered for one in days),
        in_time=sum(one.in_time for one in days),
    )


def operators(session: Session, now: datetime) -> list[Operator]:
    """Every operator, those who are signed on first."""
    since = at(local(now).date(), 0)
    staff = select(Worker).where(Worker.role == Role.OPERATOR.value, Worker.active)
    found = session.scalars(staff.order_by(Worker.signed_on.desc(), Worker.id)).all()
    rung = select(Ring.worker_id, func.count()).where(
        Ring.worker_id.in_([one.id for one in found]), Ring.rung_at >= since
    )
    rings = {row[0]: row[1] for row in session.execute(rung.group_by(Ring.worker_id))}
    had = select(Handoff.taken_by, func.count()).where(
        Handoff.on_line, Handoff.opened_at >= since, Handoff.answered_at.is_not(None)
    )
    accepted = {row[0]: row[1] for row in session.execute(had.group_by(Handoff.taken_by))}
    busy = busy_workers(session, now)
    return [
        Operator(
            worker=one,
            busy=one.id in busy,
            rung=rings.get(one.id, 0),
            accepted=accepted.get(one.id, 0),
        )
        for one in found
    ]
