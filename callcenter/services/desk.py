"""What needs somebody now: open escalations, people waiting for a person, new requests, visits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import SlotKind, SlotState
from callcenter.domain.escalation import REASON_WORDS, URGENT, Reason, Standing
from callcenter.domain.hold import HOLD_WORDS, HoldReason
from callcenter.domain.week import at, local
from callcenter.services.holds import UNCHECKED
from callcenter.services.lists import ON_CALL_LIST
from callcenter.services.requests import SERVICE_WORDS
from callcenter.services.scope import Scope
from callcenter.store.tables import (
    Community,
    Elder,
    Escalation,
    Handoff,
    Hold,
    ServiceRequest,
    Slot,
    Worker,
)

MOST = 80  # rows of one kind on the page of today; the lists themselves have pages
WAITING = ("ringing", "waiting", "call_back")
URGENT_REASONS = tuple(reason.value for reason in URGENT)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing that needs a person."""

    kind: str  # escalation, handoff, request, visit, hold
    id: int  # of the row; for a visit the slot
    elder_id: int | None
    urgent: bool
    mine: bool  # this worker has taken it
    title: str  # who
    text: str  # what it is about
    place: str  # community, or where
    begun_at: datetime
    due_at: datetime  # by when the next step has to be made
    owner: str  # who has it; empty while nobody has
    state: str  # in the words of its own table


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many of each kind are open; shown beside the menu."""

    escalations: int
    ringing: int  # escalations that nobody has acknowledged
    handoffs: int
    requests: int
    visits: int
    hand_calls: int  # on the human call list


def tasks(session: Session, scope: Scope, now: datetime) -> list[Task]:
    """Everything that needs this worker now: the urgent first, then by the time that is left."""
    found = _escalations(session, scope)
    if scope.desk:
        found += _handoffs(session, scope) + _requests(session)
    if scope.goes_out:
        found += _visits(session, scope, now) + _holds(session, scope, now)
    return sorted(found, key=_order)


def _order(task: Task) -> tuple[bool, bool, datetime]:
    return not task.urgent, bool(task.owner) and not task.mine, task.due_at


def counts(session: Session, scope: Scope, now: datetime) -> Counts:
    """How many of each kind are open in this worker's sight."""
    standing = select(Escalation.standing, func.count()).where(
        Escalation.standing != Standing.RESOLVED.value, scope.escalations()
    )
    by = {row[0]: row[1] for row in session.execute(standing.group_by(Escalation.standing))}
    return Counts(
        escalations=sum(by.values()),
        ringing=by.get(Standing.RINGING.value, 0),
        handoffs=_count(session, Handoff.state.in_(WAITING)) if scope.desk else 0,
        requests=_count(session, ServiceRequest.state == "new") if scope.desk else 0,
        visits=_visits_due(session, scope, now) if scope.goes_out else 0,
        hand_calls=_hand_calls(session, scope),
    )


def _visits_due(session: Session, scope: Scope, now: datetime) -> int:
    rows = select(func.count(Slot.id)).join(Elder, Elder.id == Slot.elder_id)
    return session.scalar(rows.where(*_due_visits(scope, now))) or 0


def _hand_calls(session: Session, scope: Scope) -> int:
    rows = select(func.count(Slot.id)).join(Elder, Elder.id == Slot.elder_id)
    return session.scalar(rows.where(scope.elders(), *ON_CALL_LIST)) or 0


def _count(session: Session, where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(where)) or 0


def _escalations(session: Session, scope: Scope) -> list[Task]:
    rows = session.execute(
        select(Escalation, Community.name, Worker.name)
        .outerjoin(Elder, Elder.id == Escalation.elder_id)
        .outerjoin(Community, Community.id == Elder.community_id)
        .outerjoin(Worker, Worker.id == Escalation.acknowledged_by)
        .where(Escalation.standing != Standing.RESOLVED.value, scope.escalations())
        .order_by(Escalation.reason.in_(URGENT_REASONS).desc(), Escalation.next_at)
        .limit(MOST)
    )
    return [_escalation(scope, one, place, owner) for one, place, owner in rows]


def _escalation(scope: Scope, one: Escalation, place: str | None, owner: str | None) -> Task:
    taken = one.standing == Standing.ACKNOWLEDGED.value
    reason = Reason(one.reason)
    return Task(
        kind="escalation",
        id=one.id,
        elder_id=one.elder_id,
        urgent=reason in URGENT,
        mine=taken and one.acknowledged_by == scope.worker_id,
        title=one.about,
        text=REASON_WORDS[reason] + (f"：“{one.words}”" if one.words else ""),
        place=place or "",
        begun_at=one.opened_at,
        due_at=one.next_at or one.opened_at,
        owner=(owner or "") if taken else "",
        state=one.standing,
    )


def _handoffs(session: Session, scope: Scope) -> list[Task]:
    mine = (Handoff.state == "taken") & (Handoff.taken_by == scope.worker_id)
    rows = session.execute(
        select(Handoff, Elder.called, Community.name)
        .outerjoin(Elder, Elder.id == Handoff.elder_id)
        .outerjoin(Community, Community.id == Elder.community_id)
        .where(or_(Handoff.state.in_(WAITING), mine))
        .order_by(Handoff.urgent.desc(), Handoff.due_at)
        .limit(MOST)
    )
    return [
        Task(
            kind="handoff",
            id=one.id,
            elder_id=one.elder_id,
            urgent=one.urgent,
            mine=one.taken_by == scope.worker_id,
            title=called or "来电人",
            text=one.summary or "要找人工",
            place=place or "",
            begun_at=one.opened_at,
            due_at=one.due_at,
            owner="我" if one.taken_by == scope.worker_id else "",
            state=one.state,
        )
        for one, called, place in rows
    ]


def _requests(session: Session) -> list[Task]:
    rows = session.execute(
        select(ServiceRequest, Elder.called)
        .outerjoin(Elder, Elder.id == ServiceRequest.elder_id)
        .where(ServiceRequest.state == "new")
        .order_by(ServiceRequest.accept_by)
        .limit(MOST)
    )
    return [
        Task(
            kind="request",
            id=one.id,
            elder_id=one.elder_id,
            urgent=False,
            mine=False,
            title=one.for_whom or called or "来电人",
            text="，".join(filter(None, (SERVICE_WORDS[one.service], one.wanted, one.when_words))),
            place=one.place,
            begun_at=one.opened_at,
            due_at=one.accept_by,
            owner="",
            state=one.state,
        )
        for one, called in rows
    ]


def _due_visits(scope: Scope, now: datetime) -> list[ColumnElement[bool]]:
    """Conditions on Slot and Elder: open visits that can be made today, the late ones included."""
    tonight = at(local(now).date() + timedelta(days=1), 0)
    return [
        Slot.kind == SlotKind.VISIT.value,
        Slot.state == SlotState.OPEN.value,
        Slot.due_at < tonight,
        scope.elders(),
    ]


def _visits(session: Session, scope: Scope, now: datetime) -> list[Task]:
    rows = (
        select(Slot, Elder, Community.name)
        .join(Elder, Elder.id == Slot.elder_id)
        .join(Community, Community.id == Elder.community_id)
        .where(*_due_visits(scope, now))
        .order_by(Slot.by, Slot.id)
        .limit(MOST)
    )
    return [
        Task(
            kind="visit",
            id=slot.id,
            elder_id=elder.id,
            urgent=False,
            mine=elder.caseworker_id == scope.worker_id,
            title=elder.called,
            text=f"本周第{slot.number}次上门探访",
            place="，".join(filter(None, (place, elder.address))),
            begun_at=slot.due_at,
            due_at=slot.by,
            owner="",
            state=slot.state,
        )
        for slot, elder, place in session.execute(rows)
    ]


def _holds(session: Session, scope: Scope, now: datetime) -> list[Task]:
    """Holds on their last day: is the elder back?"""
    rows = (
        select(Hold, Elder, Community.name)
        .join(Elder, Elder.id == Hold.elder_id)
        .join(Community, Community.id == Elder.community_id)
        .where(*UNCHECKED, Hold.last_day <= local(now).date(), scope.elders())
        .order_by(Hold.check_by)
        .limit(MOST)
    )
    return [
        Task(
            kind="hold",
            id=one.id,
            elder_id=elder.id,
            urgent=False,
            mine=elder.caseworker_id == scope.worker_id,
            title=elder.called,
            text=f"{HOLD_WORDS[HoldReason(one.reason)]}今天到期：回来了没有？",
            place=place,
            begun_at=one.set_at,
            due_at=one.check_by,
            owner="",
            state="open",
        )
        for one, elder, place in session.execute(rows)
    ]
