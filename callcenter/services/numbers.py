"""Numbers that proved wrong (号码核对): not rung again; a caseworker finds the right one.

The number itself is remembered, not only the elder: another number is free to be rung at once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from callcenter.domain.escalation import Reason
from callcenter.domain.week import local
from callcenter.policy import Policy
from callcenter.services import coverage
from callcenter.services.escalations import open_escalation
from callcenter.services.timeline import note
from callcenter.store.tables import Elder, NumberCheck

CHECK_WITHIN = timedelta(days=3)
BATCH = 50


def wrong(phone: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """The condition that this number of an Elder row has proved wrong and was not put right."""
    return exists().where(
        NumberCheck.elder_id == Elder.id,
        NumberCheck.phone == phone,
        NumberCheck.closed_at.is_(None),
    )


def checks_of(session: Session, elder_id: int) -> Sequence[NumberCheck]:
    """The numbers of this elder that proved wrong and were not put right."""
    rows = select(NumberCheck).where(
        NumberCheck.elder_id == elder_id, NumberCheck.closed_at.is_(None)
    )
    return session.scalars(rows.order_by(NumberCheck.id)).all()


def proved_wrong(session: Session, now: datetime, elder: Elder, phone: str) -> None:
    """Opens the task to put this number right; one that stands already is left as it is.

    A number that is not the elder's any more needs no task.
    """
    known = {one.phone for one in checks_of(session, elder.id)}
    if phone in known or phone not in (elder.phone, elder.other_phone) or not phone:
        return
    due = now + CHECK_WITHIN
    session.add(NumberCheck(elder_id=elder.id, phone=phone, opened_at=now, due_at=due))
    session.flush()
    note(session, now, "number", "电话号码无效，请社工核对", elder_id=elder.id)


def put_right(session: Session, now: datetime, elder: Elder, by: str, *, holds: str = "") -> int:
    """Closes the tasks whose number is not the elder's any more, or `holds` after all; how many."""
    mine = {elder.phone, elder.other_phone} - {holds}
    closed = [one for one in checks_of(session, elder.id) if one.phone not in mine]
    for one in closed:
        one.closed_at, one.closed_by = now, by
        words = "核对过，号码没有错" if one.phone == holds else "无效的号码已经改正"
        note(session, now, "number", f"{words}（{by}）", elder_id=elder.id)
    session.flush()
    return len(closed)


def escalate_overdue(session: Session, now: datetime, policy: Policy) -> int:
    """A number that nobody has put right in time goes up the ladder, again and again; how many.

    Who has left the list is not called any more, and the task ends.
    """
    rows = session.scalars(
        select(NumberCheck)
        .where(NumberCheck.closed_at.is_(None), NumberCheck.due_at <= now)
        .order_by(NumberCheck.due_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for one in rows:
        if not coverage.covers(session, one.elder_id, local(now).date()):
            one.closed_at, one.closed_by = now, "已不在名册"
            continue
        one.due_at = now + CHECK_WITHIN
        elder = session.get_one(Elder, one.elder_id)
        open_escalation(session, now, policy, Reason.NUMBER_INVALID, elder=elder)
    return len(rows)
