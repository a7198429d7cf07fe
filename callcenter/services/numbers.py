"""Numbers that proved wrong (号码核对): not rung again; a caseworker finds the right one.

The number itself is remembered, not only the elder: another number is free to be rung at once.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from callcenter.services.timeline import note
from callcenter.store.tables import Elder, NumberCheck

CHECK_WITHIN = timedelta(days=3)


def wrong(phone: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """The condition that this number of an Elder row has proved wrong and was not put right."""
    return exists().where(
        NumberCheck.elder_id == Elder.id,
        NumberCheck.phone == phone,
        NumberCheck.closed_at.is_(None),
    )


def proved_wrong(session: Session, now: datetime, elder: Elder, phone: str) -> None:
    """Opens the task to put this number right; one that stands already is left as it is."""
    known = select(NumberCheck.id).where(
        NumberCheck.elder_id == elder.id,
        NumberCheck.phone == phone,
        NumberCheck.closed_at.is_(None),
    )
    if not phone or session.scalar(known) is not None:
        return
    due = now + CHECK_WITHIN
    session.add(NumberCheck(elder_id=elder.id, phone=phone, opened_at=now, due_at=due))
    session.flush()
    note(session, now, "number", "电话号码无效，请社工核对", elder_id=elder.id)
