"""Outside the engine: is anyone forgotten? Reads the ledger, and passes or names faults.

A pass, and only a pass, beats the heart that somebody outside watches.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import NextAction, SlotState
from callcenter.domain.escalation import Standing
from callcenter.domain.week import local, monday_of
from callcenter.store.tables import (
    Attempt,
    Beat,
    Coverage,
    Elder,
    Escalation,
    Handoff,
    Notice,
    Slot,
)
from callcenter.wiring import House

log = logging.getLogger(__name__)

LATE = timedelta(minutes=5)
PLANNED_BY = timedelta(minutes=15)  # a week, or a new elder, is planned within this time


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
            Fault(kind="blank", what="名册上的老人这周没有名额", count=_blank(session, now)),
            Fault(kind="no_next", what="待完成的名额没有下一步", count=_without_next(session)),
            Fault(kind="late", what="该做的事晚了五分钟以上", count=_late(session, now)),
            Fault(kind="lost_call", what="正在打的电话没有人跟进", count=_lost_calls(session, now)),
            Fault(kind="orphaned", what="预警里的名额没有对应的预警", count=_orphaned(session)),
            Fault(kind="unowned", what="预警没有通知到任何人", count=_unowned(session, now)),
            Fault(kind="stuck", what="预警该往上报而没有报", count=_stuck(session, now)),
            Fault(kind="unsent", what="通知该发而没有发", count=_unsent(session, now)),
            Fault(
                kind="waiting", what="该回的电话或消息没有人回", count=_unanswered(session, now)
            ),
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
    monday, today = monday_of(now), local(now - PLANNED_BY).date()
    if monday_of(now - PLANNED_BY) != monday:
        return 0
    covered = exists().where(
        Coverage.elder_id == Elder.id,
        Coverage.entered_on <= today,
        or_(Coverage.left_on.is_(None), Coverage.left_on > local(now).date()),
    )
    slots = (
        select(func.count())
        .select_from(Slot)
        .where(Slot.elder_id == Elder.id, Slot.week == monday)
        .scalar_subquery()
    )
    return _count(session, select(Elder.id).where(covered, slots < 4))


def _without_next(session: Session) -> int:
    rows = select(Slot.id).where(
        Slot.state == SlotState.OPEN.value,
        or_(Slot.next_at.is_(None), Slot.next_action == NextAction.NOTHING.value),
    )
    return _count(session, rows)


def _late(session: Session, now: datetime) -> int:
    rows = select(Slot.id).where(
        Slot.state == SlotState.OPEN.value,
        Slot.next_action.in_((NextAction.DIAL.value, NextAction.VISIT.value)),
        Slot.next_at < now - LATE,
    )
    return _count(session, rows)


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


def _orphaned(session: Session) -> int:
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
    """People who were promised a call or a word, and are still waiting for it."""
    rows = select(Handoff.id).where(
        Handoff.state.in_(("waiting", "call_back")), Handoff.due_at < now - LATE
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
