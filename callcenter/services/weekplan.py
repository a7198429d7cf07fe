"""Planning a week: every covered elder gets two calls and two visits, each with a next action."""

import logging
from datetime import date, datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import (
    NextAction,
    SlotKind,
    appointments,
    still_possible,
)
from callcenter.domain.week import Window, local, monday_of
from callcenter.services.coverage import covered
from callcenter.store.tables import Elder, Slot

log = logging.getLogger(__name__)

BATCH = 500  # elders planned in one transaction; memory stays bounded whatever the district


def plan_week(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Plans the current week for covered elders who have no slots in it; gives how many.

    Called again and again until it gives 0; a new elder is planned the same way in mid-week.
    """
    monday = monday_of(now)
    elders = session.scalars(_unplanned(monday, local(now).date()).limit(limit)).all()
    planned = 0
    for elder in elders:
        try:
            session.add_all(_slots(elder, monday, now))
            planned += 1
        except ValueError:  # the auditor shows who is blank; the others are planned
            log.error("elder %d has calling hours that cannot be planned", elder.id)
    return planned


def _unplanned(monday: date, today: date) -> Select[Elder]:
    """Elders covered today, without a slot in the week that began on `monday`."""
    planned = exists().where(Slot.elder_id == Elder.id, Slot.week == monday)
    return select(Elder).where(covered(today, today), ~planned).order_by(Elder.id)


def _slots(elder: Elder, monday: date, now: datetime) -> list[Slot]:
    window = Window(opens=elder.window_opens, closes=elder.window_closes)
    slots = []
    for plan in appointments(monday, window, elder.id):
        due = still_possible(plan, window, now, monday)
        action = NextAction.DIAL if due.kind is SlotKind.CALL else NextAction.VISIT
        slots.append(
            Slot(
                elder_id=elder.id,
                week=monday,
                kind=due.kind.value,
                number=due.number,
                due_at=due.due_at,
                by=due.by,
                next_action=action.value,
                next_at=due.due_at if action is NextAction.DIAL else due.by,
            )
        )
    return slots
