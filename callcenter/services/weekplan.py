"""Planning a week: every covered elder gets two calls and two visits, each with a next action."""

import logging
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import (
    NextAction,
    SlotKind,
    appointments,
    still_possible,
)
from callcenter.domain.week import Window, local, monday_of
from callcenter.services.coverage import covered
from callcenter.store.bulk import add_new
from callcenter.store.tables import Elder, Slot

log = logging.getLogger(__name__)

BATCH = 500  # elders planned in one transaction; memory stays bounded whatever the district


def plan_week(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Plans the current week for at most `limit` covered elders who have no slots in it.

    Gives how many. A new elder is planned the same way in mid-week.
    """
    return plan_elders(session, now, unplanned(session, now, limit=limit))


def unplanned(session: Session, now: datetime, after: int = 0, limit: int = BATCH) -> Sequence[int]:
    """The next elders behind the id `after` who are covered today and have no slot this week."""
    conditions = _without_slots(monday_of(now), local(now).date())
    rows = select(Elder.id).where(Elder.id > after, *conditions).order_by(Elder.id).limit(limit)
    return session.scalars(rows).all()


def plan_elders(session: Session, now: datetime, ids: Sequence[int]) -> int:
    """Plans those of the elders (ids in order) who still have no slots; gives how many.

    Several engines may plan side by side: whom another one has in hand is left to it.
    """
    if not ids:
        return 0
    monday = monday_of(now)
    rows = (
        select(Elder.id, Elder.window_opens, Elder.window_closes)
        .where(Elder.id.between(ids[0], ids[-1]), *_without_slots(monday, local(now).date()))
        .with_for_update(of=Elder, key_share=True, skip_locked=True)
    )
    slots: list[dict[str, object]] = []
    planned = 0
    for elder_id, opens, closes in session.execute(rows).all():
        try:
            slots += _slots(elder_id, Window(opens=opens, closes=closes), monday, now)
            planned += 1
        except ValueError:  # the auditor shows who is blank; the others are planned
            log.error("elder %d has calling hours that cannot be planned", elder_id)
    add_new(session, Slot, slots)
    return planned


def _without_slots(monday: date, today: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions on Elder: covered today, without a slot in the week that began on `monday`."""
    planned = exists().where(Slot.elder_id == Elder.id, Slot.week == monday)
    return covered(today, today), ~planned


def _slots(elder_id: int, window: Window, monday: date, now: datetime) -> list[dict[str, object]]:
    slots: list[dict[str, object]] = []
    for plan in appointments(monday, window, elder_id):
        due = still_possible(plan, window, now, monday)
        action = NextAction.DIAL if due.kind is SlotKind.CALL else NextAction.VISIT
        slots.append(
            {
                "elder_id": elder_id,
                "week": monday,
                "kind": due.kind.value,
                "number": due.number,
                "due_at": due.due_at,
                "by": due.by,
                "next_action": action.value,
                "next_at": due.due_at if action is NextAction.DIAL else due.by,
            }
        )
    return slots
