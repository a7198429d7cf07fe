"""Outside the engine: is anyone forgotten? Reads the ledger, and passes or names faults.

A pass, and only a pass, beats the heart that somebody outside watches.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import NextAction, SlotState
from callcenter.domain.escalation import Standing
from callcenter.domain.week import local, monday_of
from callcenter.services import coverage, holds, weekchain
from callcenter.services.coverage import covered
from callcenter.store.tables import (
    Attempt,
    Beat,
    Elder,
    Escalation,
    Handoff,
    Hold,
    Notice,
    NumberCheck,
    Slot,
    Worker,
)
from callcenter.wiring import House

log = logging.getLogger(__name__)

LATE = timedelta(minutes=5)
PLANNED_BY = timedelta(minutes=15)  # a week, or a new elder, is planned within this time
TIMED = (NextAction.DIAL, NextAction.VISIT, NextAction.HAND_CALL)
REPORTED_BY = timedelta(hours=1)  # the report of a week is drawn within this time


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One way in which somebody could be forgotten, and how many it concerns."""

    kind: str  # a word for programs
    what: str  # plain Chinese, without names
    count: int


def audit(house: House, now: datetime) -> list[Fault]:
    """Everything that is wrong at `now`; an empty list is a pass."""
    with house.store.look() as session:
        found = [
            Fault(kind=kind, what=what, count=count(session, now)) for kind, what, count in CHECKS
        ]
    return [fault for fault in found if fault.count]


def report(house: House, now: datetime, faults: list[Fault]) -> None:
    """Writes the result where the console shows it, and beats the outside heart after a pass."""
    words = "；".join(f"{fault.what}：{fault.count}" for fault in faults)[:400]
    with house.store.work() as session:
        for name in ("auditor", "auditor_pass") if not faults else ("auditor",):
            row = session.get(Beat, name) or Beat(name=name, at=now, note="")
            row.at, row.note = now, words
            session.add(row)
    if not faults and house.settings.heartbeat_url:
        try:
            httpx.get(house.settings.heartbeat_url, timeout=5)
        except httpx.HTTPError as silent:
            log.warning("the outside heart could not be beaten: %s", type(silent).__name__)


def _blank(session: Session, now: datetime) -> int:
    """Covered elders without all four slots of this week."""
    monday, today = monday_of(now), local(now).date()
    if monday_of(now - PLANNED_BY) != monday:
        return 0
    earlier = local(now - PLANNED_BY).date()  # who entered at midnight is planned within minutes
    on_list = and_(covered(earlier, earlier), covered(today, today))
    slots = (
        select(func.count())
        .select_from(Slot)
        .where(Slot.elder_id == Elder.id, Slot.week == monday)
        .scalar_subquery()
    )
    return _count(session, select(Elder.id).where(on_list, slots < 4))


def _roster_unlooked(session: Session, now: datetime) -> int:
    """1 when nobody has looked who belongs on which list (birthdays, exits) for too long."""
    if session.scalar(select(Elder.id).limit(1)) is None:
        return 0
    return 0 if coverage.looked_lately(session, now - PLANNED_BY) else 1


def _off_list(session: Session, now: datetime) -> int:
    """Whom the rules cover, or put on the wider list, and who was on none at the last look."""
    return coverage.left_out(session, local(now - PLANNED_BY).date())


def _nobody_works(session: Session, _: datetime) -> int:
    """1 when escalations stand and not a single member of staff can be reached."""
    standing = exists().where(Escalation.standing != Standing.RESOLVED.value)
    reached = exists().where(Worker.active, or_(Worker.phone != "", Worker.telegram != ""))
    return _count(session, select(1).where(standing, ~reached))


def _report_due(session: Session, now: datetime) -> int:
    """Weeks that are over and whose report was not drawn in time."""
    return len(weekchain.weeks_due(session, now - REPORTED_BY))


def _report_changed(session: Session, _: datetime) -> int:
    """The last report, if it is not what was drawn; `report verify` looks at all of them."""
    return 0 if weekchain.last_holds(session) else 1


def _without_next(session: Session, _: datetime) -> int:
    rows = select(Slot.id).where(
        Slot.state == SlotState.OPEN.value,
        or_(Slot.next_at.is_(None), Slot.next_action == NextAction.NOTHING.value),
    )
    return _count(session, rows)


def _late(session: Session, now: datetime) -> int:
    rows = select(Slot.id).where(
        Slot.state == SlotState.OPEN.value,
        Slot.next_action.in_([one.value for one in TIMED]),
        Slot.next_at < now - LATE,
    )
    return _count(session, rows)


def _unchecked(session: Session, now: datetime) -> int:
    """Holds and wrong numbers whose re-check is over its time, and that nobody was told of."""
    ended = select(Hold.id).where(*holds.UNCHECKED, Hold.check_by < now - LATE)
    numbers = select(NumberCheck.id).where(
        NumberCheck.closed_at.is_(None), NumberCheck.due_at < now - LATE
    )
    return _count(session, ended) + _count(session, numbers)


def _lost_calls(session: Session, now: datetime) -> int:
    """Slots in a call without a live attempt, or whose attempt nobody has looked at in time."""
    watched = exists().where(
        Attempt.slot_id == Slot.id, Attempt.live, Attempt.look_at >= now - LATE
    )
    rows = select(Slot.id).where(
        Slot.state == SlotState.OPEN.value,
        Slot.next_action == NextAction.CALLING.value,
        Slot.next_at < now - LATE,
        ~watched,
    )
    return _count(session, rows)


def _orphaned(session: Session, _: datetime) -> int:
    standing = exists().where(
        Escalation.id == Slot.escalation_id, Escalation.standing != Standing.RESOLVED.value
    )
    rows = select(Slot.id).where(Slot.state == SlotState.ESCALATED.value, ~standing)
    return _count(session, rows)


def _unowned(session: Session, now: datetime) -> int:
    """Escalations that nobody has taken and that no notice has reached anybody about."""
    told = exists().where(
        Notice.escalation_id == Escalation.id, Notice.state.in_(("sent", "delivered"))
    )
    rows = select(Escalation.id).where(
        Escalation.standing != Standing.RESOLVED.value,
        Escalation.opened_at < now - LATE,
        Escalation.acknowledged_by.is_(None),
        ~told,
    )
    return _count(session, rows)


def _unsent(session: Session, now: datetime) -> int:
    rows = select(Notice.id).where(Notice.state == "due", Notice.due_at < now - LATE)
    return _count(session, rows)


def _unanswered(session: Session, now: datetime) -> int:
    """People who were promised a call or a word, and whom no escalation has taken over."""
    taken_over = exists().where(
        Escalation.id == Handoff.escalation_id, Escalation.standing != Standing.RESOLVED.value
    )
    rows = select(Handoff.id).where(
        Handoff.state.in_(("waiting", "call_back")), Handoff.due_at < now - LATE, ~taken_over
    )
    return _count(session, rows)


def _stuck(session: Session, now: datetime) -> int:
    rows = select(Escalation.id).where(
        Escalation.standing != Standing.RESOLVED.value,
        or_(Escalation.next_at.is_(None), Escalation.next_at < now - LATE),
    )
    return _count(session, rows)


def _count(session: Session, rows: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0


# a word for programs, what people read, and how many it concerns
CHECKS: tuple[tuple[str, str, Callable[[Session, datetime], int]], ...] = (
    ("unlooked", "名册该核对而没有核对", _roster_unlooked),
    ("off_list", "该在名册或探访名单上的老人不在", _off_list),
    ("blank", "名册上的老人这周没有名额", _blank),
    ("no_next", "待完成的名额没有下一步", _without_next),
    ("late", "该做的事晚了五分钟以上", _late),
    ("unchecked", "该核对的暂停或号码没有上报", _unchecked),
    ("lost_call", "正在打的电话没有人跟进", _lost_calls),
    ("orphaned", "预警里的名额没有对应的预警", _orphaned),
    ("nobody", "没有任何在岗人员能收到预警", _nobody_works),
    ("unowned", "预警没有通知到任何人", _unowned),
    ("stuck", "预警该往上报而没有报", _stuck),
    ("unsent", "通知该发而没有发", _unsent),
    ("unreported", "该生成的周报没有生成", _report_due),
    ("report_changed", "最近的周报被改过", _report_changed),
    ("waiting", "该回的电话或消息没有人回", _unanswered),
)
