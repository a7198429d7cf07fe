"""Planning a week: every covered elder gets two calls and two visits, each with a next action."""

import logging
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import (
    NextAction,
    SlotKind,
    appointments,
    still_possible,
)
from callcenter.domain.habits import hours, thaw
from callcenter.domain.week import Window, local, monday_of
from callcenter.services import holds
from callcenter.services.coverage import covered
from callcenter.store.bulk import add_new
from callcenter.store.tables import Beat, Coverage, Elder, Slot

LOOK = "planned"  # the beat of the last look through the whole list
LOOKS_EVERY = timedelta(minutes=10)

log = logging.getLogger(__name__)

BATCH = 1_000  # elders planned in one transaction; memory stays bounded whatever the district


def plan_week(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Plans the current week for the next `limit` elders who may have no slots in it.

    Gives how many. A new elder is planned the same way in mid-week.
    """
    first = first_unplanned(session, now)
    if first is None:
        return 0
    last = reach(session, first - 1, limit)
    return plan_between(session, now, first, last or first)


def first_unplanned(session: Session, now: datetime) -> int | None:
    """The lowest id of an elder who is covered today and has no slot this week; None: nobody."""
    conditions = _without_slots(monday_of(now), local(now).date())
    return session.scalar(select(func.min(Elder.id)).where(*conditions))


def reach(session: Session, after: int, limit: int = BATCH) -> int | None:
    """The id up to which the next `limit` elders behind the id `after` reach; None: no more."""
    ids = select(Elder.id).where(Elder.id > after).order_by(Elder.id).limit(limit).subquery()
    last: int | None = session.scalar(select(func.max(ids.c.id)))
    return last


def plan_between(session: Session, now: datetime, first: int, last: int) -> int:
    """Plans those of the elders with these ids who are covered and have no slots; gives how many.

    Several engines may plan side by side: whom another one has in hand is left to it.
    """
    monday = monday_of(now)
    rows = (
        select(Elder.id, Elder.window_opens, Elder.window_closes, Elder.habits)
        .where(Elder.id.between(first, last), *_without_slots(monday, local(now).date()))
        .with_for_update(of=Elder, key_share=True, skip_locked=True)
    )
    slots: list[dict[str, object]] = []
    planned = 0
    for elder_id, opens, closes, habits in session.execute(rows).all():
        try:
            slots += _slots(elder_id, hours(opens, closes, thaw(habits)), monday, now)
            planned += 1
        except (ValueError, TypeError):  # the auditor shows who is blank; the others are planned
            log.error("elder %d has calling hours that cannot be planned", elder_id)
    add_new(session, Slot, slots)
    if planned:
        holds.excuse(session, now, Slot.week == monday, Slot.elder_id.between(first, last))
    return planned


def looked_lately(session: Session, now: datetime) -> bool:
    """Whether nothing has changed since everybody was last found planned.

    Looking through the whole list costs something: it is done when the day or the list has changed,
    and now and then all the same.
    """
    beat = session.get(Beat, LOOK)
    if beat is None or beat.note != _newest(session):
        return False
    return beat.at <= now < beat.at + LOOKS_EVERY and local(beat.at).date() == local(now).date()


def looked(session: Session, now: datetime) -> None:
    """Says that everybody who was covered at `now` has been planned."""
    beat = session.get(Beat, LOOK)
    if beat is None:
        add_new(session, Beat, [{"name": LOOK, "at": now, "note": _newest(session)}])
    else:
        beat.at, beat.note = now, _newest(session)


def _newest(session: Session) -> str:
    return str(session.scalar(select(func.max(Coverage.id))) or 0)


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
