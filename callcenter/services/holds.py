"""Holds (暂停): set by a named person, with an end and a re-check; never silently on.

On its days the elder's slots end as excused by that person. Nobody who re-checks in time, and the
elder is phoned and visited again from the day after, while the question goes up the ladder.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import NextAction, SlotKind, SlotState
from callcenter.domain.escalation import Reason
from callcenter.domain.hold import HOLD_WORDS, Days, HoldReason, check_due, mistake
from callcenter.domain.week import local, monday_of, sunday_of
from callcenter.policy import Policy
from callcenter.services import coverage
from callcenter.services.errors import CareError, NotFound
from callcenter.services.escalations import open_escalation
from callcenter.services.timeline import note
from callcenter.store.tables import Elder, Hold, Slot, Worker

BATCH = 50
BACK, PROLONGED, OFF_LIST = "back", "prolonged", "off_list"
ONE_DAY = timedelta(days=1)


class BadHold(CareError):
    """暂停填得不对，什么都没有改。"""


class OverlappingHold(CareError):
    """和已有的暂停重叠。"""

    status = 409

    def __init__(self, known: Days) -> None:
        super().__init__(f"和已有的暂停（{_said(known)}）重叠，请先改那一次。")


class AlreadyChecked(CareError):
    """这次暂停已经核对过了。"""

    status = 409


def hold(
    session: Session,
    now: datetime,
    elder: Elder,
    worker: Worker,
    *,
    reason: HoldReason,
    first: date,
    last: date,
    said_by: str,
) -> Hold:
    """Nobody phones or visits from `first` to `last`; what is open on these days is excused.

    `said_by` is who told it. Raises BadHold or OverlappingHold, writing nothing.
    """
    days, today = Days(first=first, last=last), local(now).date()
    wrong = mistake(days, monday_of(now), today)
    if wrong or not said_by.strip():
        raise BadHold(wrong or "请写明是谁说的。")
    session.execute(select(Elder.id).where(Elder.id == elder.id).with_for_update())
    for known in holds_of(session, elder.id):
        if days.overlaps(days_of(known)):
            raise OverlappingHold(days_of(known))
    one = Hold(
        elder_id=elder.id,
        reason=reason.value,
        said_by=said_by.strip()[:40],
        first_day=first,
        last_day=last,
        check_by=check_due(last),
        set_by=worker.id,
        set_at=now,
    )
    session.add(one)
    session.flush()
    words = f"{worker.name}登记暂停：{_said(days)}，{_why(one)}"
    note(session, now, "hold", words, elder_id=elder.id)
    excuse(session, now, Slot.elder_id == elder.id)
    return one


def excuse(session: Session, now: datetime, *slots: ColumnElement[bool]) -> int:
    """Ends the open slots that lie on days of a hold, by the name of who set it; gives how many.

    A call that is going on is left alone. `slots` narrows down whose are looked at.
    """
    rows = (
        select(Slot, Hold, Worker.name)
        .join(Hold, Hold.elder_id == Slot.elder_id)
        .join(Worker, Worker.id == Hold.set_by)
        .where(
            *slots,
            Slot.state == SlotState.OPEN.value,
            Slot.next_action != NextAction.CALLING.value,
            Hold.first_day <= sunday_of(monday_of(now)),
            Hold.last_day >= monday_of(now),
        )
    )
    found = [row for row in session.execute(rows) if days_of(row[1]).holds(_day(row[0].due_at))]
    for slot, known, name in found:
        _excuse(now, slot, known, name)
    return len(found)


def on_hold(day: date) -> ColumnElement[bool]:
    """The condition that nobody phones an Elder row on that day."""
    return exists().where(Hold.elder_id == Elder.id, Hold.first_day <= day, Hold.last_day >= day)


def excuse_today(session: Session, now: datetime, slot: Slot) -> None:
    """Ends a slot that has come to a day of a hold, whenever it was due first."""
    today = _day(now)
    rows = (
        select(Hold, Worker.name)
        .join(Worker, Worker.id == Hold.set_by)
        .where(Hold.elder_id == slot.elder_id, Hold.first_day <= today, Hold.last_day >= today)
    )
    for known, name in session.execute(rows.limit(1)):
        _excuse(now, slot, known, name)


def back(session: Session, now: datetime, hold_id: int, worker: Worker) -> Hold:
    """The elder is back: from today on phoned and visited again. Raises NotFound, AlreadyChecked.

    What was excused for today and later, and can still be done, is due again.
    """
    one = _unchecked(session, hold_id)
    old, today = days_of(one), _day(now)
    one.last_day = min(one.last_day, max(today, one.first_day) - ONE_DAY)
    _check(one, now, worker.name, BACK)
    note(session, now, "hold", f"{worker.name}核对：已经回来，照常问候", elder_id=one.elder_id)
    for slot in session.scalars(_excused(one, old)).all():
        if _day(slot.due_at) >= today and slot.by > now:
            _reopen(slot, now)
    return one


def prolong(
    session: Session, now: datetime, hold_id: int, worker: Worker, *, last: date, said_by: str
) -> Hold:
    """The elder is still away: a new hold follows the old one, with an end of its own.

    Raises NotFound, AlreadyChecked, BadHold or OverlappingHold, writing nothing.
    """
    one = _unchecked(session, hold_id)
    elder = session.get_one(Elder, one.elder_id)
    after = hold(
        session,
        now,
        elder,
        worker,
        reason=HoldReason(one.reason),
        first=one.last_day + ONE_DAY,
        last=last,
        said_by=said_by,
    )
    _check(one, now, worker.name, PROLONGED)
    return after


def escalate_overdue(session: Session, now: datetime, policy: Policy) -> int:
    """Holds that nobody has re-checked on their last day go up the ladder; gives how many."""
    rows = session.scalars(
        select(Hold)
        .where(*UNCHECKED, Hold.check_by <= now)
        .order_by(Hold.check_by)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for one in rows:
        if not coverage.covers(session, one.elder_id, _day(now)):
            _check(one, now, "名册", OFF_LIST)
            continue
        elder = session.get_one(Elder, one.elder_id)
        known = open_escalation(
            session, now, policy, Reason.HOLD_UNCHECKED, elder=elder, words=_why(one)
        )
        one.escalation_id = known.id
    return len(rows)


UNCHECKED = (Hold.checked_at.is_(None), Hold.escalation_id.is_(None))


def holds_of(session: Session, elder_id: int, limit: int = 20) -> Sequence[Hold]:
    """The holds of an elder, the latest first."""
    rows = select(Hold).where(Hold.elder_id == elder_id)
    return session.scalars(rows.order_by(Hold.first_day.desc()).limit(limit)).all()


def days_of(one: Hold) -> Days:
    """The days of a hold."""
    return Days(first=one.first_day, last=one.last_day)


def _excused(one: Hold, days: Days) -> Select[Slot]:
    """The slots that this hold has ended."""
    return select(Slot).where(
        Slot.elder_id == one.elder_id,
        Slot.state == SlotState.EXCUSED.value,
        Slot.excused_until == days.last,
        Slot.evidence == "finding",
    )


def _excuse(now: datetime, slot: Slot, known: Hold, name: str) -> None:
    slot.state, slot.next_action = SlotState.EXCUSED.value, NextAction.NOTHING.value
    slot.next_at, slot.excused_until = None, known.last_day
    slot.evidence, slot.evidence_text = "finding", _why(known)
    slot.ended_at, slot.ended_by = now, name


def _reopen(slot: Slot, now: datetime) -> None:
    call = slot.kind == SlotKind.CALL.value
    slot.state = SlotState.OPEN.value
    slot.next_action = (NextAction.DIAL if call else NextAction.VISIT).value
    slot.next_at = max(now, slot.due_at) if call else slot.by
    slot.evidence, slot.evidence_text, slot.ended_by = "", "", ""
    slot.ended_at, slot.excused_until = None, None


def _unchecked(session: Session, hold_id: int) -> Hold:
    rows = select(Hold).where(Hold.id == hold_id).with_for_update()
    one = session.scalars(rows.execution_options(populate_existing=True)).one_or_none()
    if one is None:
        raise NotFound("没有这次暂停。")
    if one.checked_at is not None:
        raise AlreadyChecked
    return one


def _check(one: Hold, now: datetime, by: str, came: str) -> None:
    one.checked_at, one.checked_by, one.came = now, by, came


def _why(one: Hold) -> str:
    return f"{HOLD_WORDS[HoldReason(one.reason)]}（{one.said_by}说）"


def _said(days: Days) -> str:
    first, last = days.first, days.last
    return f"{first.month}月{first.day}日到{last.month}月{last.day}日"


def _day(moment: datetime) -> date:
    return local(moment).date()
