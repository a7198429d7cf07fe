"""The lists of the desk and of the street: service requests, handoffs, visits. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import NextAction, SlotKind, SlotState
from callcenter.domain.escalation import Standing
from callcenter.domain.habits import said, thaw
from callcenter.domain.handcall import TAKEN_FOR, WHY_WORDS, Why
from callcenter.services.errors import NotFound
from callcenter.services.requests import OPEN, SERVICE_WORDS
from callcenter.services.scope import Scope
from callcenter.store.tables import (
    Community,
    Contact,
    Conversation,
    Elder,
    Escalation,
    HandCall,
    Handoff,
    NumberCheck,
    ServiceRequest,
    Slot,
    Visit,
    Worker,
)

PAGE = 50
MOST_VISITS = 200
LOOKS_BACK = timedelta(days=31)


@dataclass(frozen=True, kw_only=True)
class RequestLine:
    """One service request with the names that belong to it."""

    row: ServiceRequest
    service: str  # in words
    who: str  # for whom it is
    community: str
    owner: str  # who accepted it


@dataclass(frozen=True, kw_only=True)
class HandoffLine:
    """One handoff with the names that belong to it."""

    row: Handoff
    who: str
    community: str
    owner: str  # who took it


@dataclass(frozen=True, kw_only=True)
class HandLine:
    """One call that a person has to make, with everything that is needed to make it."""

    slot: Slot
    elder: Elder
    habits: tuple[str, ...]  # in words
    why: str  # in words
    community: str
    contacts: tuple[Contact, ...]
    tries: int  # calls by persons so far that reached nobody
    owner: str  # who is ringing; empty: nobody
    mine: bool


@dataclass(frozen=True, kw_only=True)
class DueVisit:
    """One visit that has to be made, or that was missed and is in a person's hands."""

    slot: Slot
    elder: Elder
    community: str
    missed: bool


@dataclass(frozen=True, kw_only=True)
class MadeVisit:
    """One visit that was recorded."""

    visit: Visit
    called: str
    worker: str


def requests(session: Session, tab: str, page: int = 1) -> tuple[list[RequestLine], bool]:
    """Open requests by the time they have to be accepted, or closed ones newest first."""
    rows = _requests()
    if tab == "open":
        rows = rows.where(ServiceRequest.state.in_(OPEN))
        rows = rows.order_by(ServiceRequest.state.desc(), ServiceRequest.accept_by)
    else:
        rows = rows.where(ServiceRequest.state == tab).order_by(ServiceRequest.id.desc())
    found = session.execute(rows.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return [_request(*row) for row in found[:PAGE]], len(found) > PAGE


def request(session: Session, number: int) -> RequestLine:
    """One request by its id. Raises NotFound."""
    row = session.execute(_requests().where(ServiceRequest.id == number)).first()
    if row is None:
        raise NotFound("没有这张工单。")
    return _request(*row)


def _requests() -> Select[ServiceRequest, str, str, str]:
    return (
        select(ServiceRequest, Elder.called, Community.name, Worker.name)
        .outerjoin(Elder, Elder.id == ServiceRequest.elder_id)
        .outerjoin(Community, Community.id == Elder.community_id)
        .outerjoin(Worker, Worker.id == ServiceRequest.accepted_by)
    )


def _request(
    row: ServiceRequest, called: str | None, community: str | None, owner: str | None
) -> RequestLine:
    return RequestLine(
        row=row,
        service=SERVICE_WORDS[row.service],
        who=row.for_whom or called or "来电人",
        community=community or "",
        owner=owner or "",
    )


def handoffs(session: Session, *, done: bool, page: int = 1) -> tuple[list[HandoffLine], bool]:
    """Those who wait, the urgent first, then what is being done; or what is done, newest first."""
    rows = _handoffs()
    if done:
        rows = rows.where(Handoff.done_at.is_not(None))
        rows = rows.order_by(Handoff.done_at.desc(), Handoff.id.desc())
    else:
        taken = Handoff.state == "taken"
        rows = rows.where(Handoff.state != "done")
        rows = rows.order_by(taken, Handoff.urgent.desc(), Handoff.due_at)
    found = session.execute(rows.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return [_handoff(*row) for row in found[:PAGE]], len(found) > PAGE


def handoff(session: Session, number: int) -> HandoffLine:
    """One handoff by its id. Raises NotFound."""
    row = session.execute(_handoffs().where(Handoff.id == number)).first()
    if row is None:
        raise NotFound("没有这条转人工记录。")
    return _handoff(*row)


def on_the_line(session: Session) -> list[HandoffLine]:
    """Who waits on the phone for an operator: danger first, then who came first."""
    rows = _handoffs().where(Handoff.state == "ringing", Handoff.on_line)
    rows = rows.order_by(Handoff.urgent.desc(), Handoff.opened_at)
    return [_handoff(*row) for row in session.execute(rows.limit(PAGE))]


def _handoffs() -> Select[Handoff, str, str, str]:
    return (
        select(Handoff, Elder.called, Community.name, Worker.name)
        .outerjoin(Elder, Elder.id == Handoff.elder_id)
        .outerjoin(Community, Community.id == Elder.community_id)
        .outerjoin(Worker, Worker.id == Handoff.taken_by)
    )


def _handoff(
    row: Handoff, called: str | None, community: str | None, owner: str | None
) -> HandoffLine:
    return HandoffLine(
        row=row, who=called or "来电人", community=community or "", owner=owner or ""
    )


def hand_calls(
    session: Session, scope: Scope, now: datetime, community: int | None = None, page: int = 1
) -> tuple[list[HandLine], bool]:
    """The human call list in sight: those at risk first, then by the time that is left."""
    rows = (
        select(Slot, Elder, HandCall, Community.name, Worker.name)
        .join(HandCall, HandCall.slot_id == Slot.id)
        .join(Elder, Elder.id == Slot.elder_id)
        .join(Community, Community.id == Elder.community_id)
        .outerjoin(Worker, Worker.id == HandCall.taken_by)
        .where(scope.elders(), *ON_CALL_LIST)
        .order_by(HandCall.risk.desc(), Slot.next_at, Slot.id)
    )
    if community is not None:
        rows = rows.where(Elder.community_id == community)
    found = session.execute(rows.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    kin: dict[int, list[Contact]] = {}
    ids = [elder.id for _, elder, _, _, _ in found]
    for one in session.scalars(select(Contact).where(Contact.elder_id.in_(ids))):
        kin.setdefault(one.elder_id, []).append(one)
    lines = []
    for slot, elder, line, place, owner in found[:PAGE]:
        rings = line.taken_at is not None and now - line.taken_at <= TAKEN_FOR
        lines.append(
            HandLine(
                slot=slot,
                elder=elder,
                habits=tuple(said(thaw(elder.habits))),
                why=WHY_WORDS[Why(line.why)],
                community=place,
                contacts=tuple(kin.get(elder.id, ())),
                tries=line.tries,
                owner=(owner or "") if rings else "",
                mine=rings and line.taken_by == scope.worker_id,
            )
        )
    return lines, len(found) > PAGE


def number_checks(session: Session, scope: Scope) -> list[tuple[NumberCheck, Elder]]:
    """Numbers in sight that proved wrong and have to be put right, the longest waiting first."""
    rows = (
        select(NumberCheck, Elder)
        .join(Elder, Elder.id == NumberCheck.elder_id)
        .where(NumberCheck.closed_at.is_(None), scope.elders())
        .order_by(NumberCheck.due_at)
        .limit(PAGE)
    )
    return [(check, elder) for check, elder in session.execute(rows)]


ON_CALL_LIST = (
    Slot.next_action == NextAction.HAND_CALL.value,
    Slot.state == SlotState.OPEN.value,
)


def visits_due(session: Session, scope: Scope, monday: date) -> list[DueVisit]:
    """Visits of this week that have not ended, and missed ones of the weeks before."""
    rows = (
        select(Slot, Elder, Community.name)
        .join(Elder, Elder.id == Slot.elder_id)
        .join(Community, Community.id == Elder.community_id)
        .where(
            scope.elders(),
            Slot.kind == SlotKind.VISIT.value,
            Slot.week >= monday - timedelta(days=28),
        )
        .order_by(Slot.by, Slot.id)
        .limit(MOST_VISITS)
    )
    states = (SlotState.OPEN.value, SlotState.ESCALATED.value)  # each has an index of its own
    found = [row for state in states for row in session.execute(rows.where(Slot.state == state))]
    found.sort(key=lambda row: (row[0].by, row[0].id))
    return [
        DueVisit(
            slot=slot,
            elder=elder,
            community=place,
            missed=slot.state == SlotState.ESCALATED.value,
        )
        for slot, elder, place in found[:MOST_VISITS]
    ]


def visits_made(session: Session, scope: Scope, now: datetime, limit: int = 20) -> list[MadeVisit]:
    """The latest visits in sight, of the last LOOKS_BACK."""
    rows = (
        select(Visit, Elder.called, Worker.name)
        .join(Elder, Elder.id == Visit.elder_id)
        .join(Worker, Worker.id == Visit.worker_id)
        .where(scope.elders(), Visit.began_at >= now - LOOKS_BACK)
        .order_by(Visit.id.desc())
        .limit(limit)
    )
    return [
        MadeVisit(visit=visit, called=called, worker=name)
        for visit, called, name in session.execute(rows)
    ]


def standing_escalations(session: Session, elder_id: int) -> Sequence[Escalation]:
    """The unresolved escalations of one elder, oldest first."""
    return session.scalars(
        select(Escalation)
        .where(Escalation.elder_id == elder_id, Escalation.standing != Standing.RESOLVED.value)
        .order_by(Escalation.id)
    ).all()


def open_talks(session: Session, limit: int = 50) -> Sequence[Conversation]:
    """The newest conversations, those still going on first."""
    rows = select(Conversation).order_by(Conversation.id.desc())
    going = session.scalars(rows.where(Conversation.ended_at.is_(None)).limit(limit)).all()
    over = rows.where(Conversation.ended_at.is_not(None)).limit(limit - len(going))
    return [*going, *session.scalars(over)]
