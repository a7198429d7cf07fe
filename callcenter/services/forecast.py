"""The Wednesday forecast (周三预告): reads the open slots of the week, names who will be missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import NextAction, SlotKind, SlotState
from callcenter.domain.escalation import Reason
from callcenter.domain.forecast import CAUSE_WORDS, Cause, Team, is_time, of_call, of_visits
from callcenter.domain.handcall import TAKEN_FOR, Why
from callcenter.domain.people import Role
from callcenter.domain.spoken import say_count
from callcenter.domain.week import monday_of
from callcenter.policy import Policy
from callcenter.services import escalations
from callcenter.services.scope import Scope
from callcenter.store.bulk import add_new
from callcenter.store.tables import Beat, Community, Elder, HandCall, Slot, Worker

TOLD = "forecast"  # the beat of the last forecast that was told; its note is the Monday
MOST = 100  # elders named for one cause; the number counts them all
ABOUT = "本周预告"
DISTRICT = Scope(worker_id=0, role=Role.SUPERVISOR, street_id=None, community_id=None)


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """One slot that will be missed as things stand."""

    elder_id: int
    called: str
    community: str
    kind: SlotKind
    number: int
    by: datetime


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Slots that will be missed for one cause, within one team when it is about visits."""

    cause: Cause
    words: str  # of the cause
    team: str  # a caseworker or a community; empty for calls
    count: int
    slots: tuple[Ahead, ...]  # MOST at most, those whose time is up first


def forecast(session: Session, scope: Scope, now: datetime, policy: Policy) -> list[Missing]:
    """Everything in sight that will be missed by Sunday, and why; the most first."""
    found = [*_calls(session, scope, now), *_visits(session, scope, now, policy)]
    return sorted(found, key=lambda one: (-one.count, one.cause, one.team))


def to_be_told(session: Session, now: datetime, policy: Policy) -> bool:
    """Whether this week's forecast is due and has not been told."""
    if not is_time(policy.mass.forecast, now):
        return False
    beat = session.get(Beat, TOLD)
    return beat is None or beat.note != monday_of(now).isoformat()


def tell(session: Session, now: datetime, policy: Policy) -> None:
    """One notice a week, from Wednesday on, if anybody will be missed."""
    monday = monday_of(now).isoformat()
    add_new(session, Beat, [{"name": TOLD, "at": now, "note": ""}])
    beat = session.get_one(Beat, TOLD, with_for_update=True, populate_existing=True)
    if beat.note == monday:
        return  # another engine was faster
    missing = forecast(session, DISTRICT, now, policy)
    many = sum(one.count for one in missing)
    if many:
        words = f"到周日有{say_count(many)}个名额要落空"
        escalations.open_escalation(
            session, now, policy, Reason.FORECAST, elder=None, about=ABOUT, words=words
        )
    beat.at, beat.note = now, monday


def _open(scope: Scope, now: datetime, kind: SlotKind) -> list[ColumnElement[bool]]:
    return [
        Slot.state == SlotState.OPEN.value,
        Slot.kind == kind.value,
        Slot.week == monday_of(now),
        scope.elders(),
    ]


def _calls(session: Session, scope: Scope, now: datetime) -> list[Missing]:
    """Calls that only a person can make, and that nobody is making."""
    no_phone = and_(Elder.phone == "", Elder.other_phone == "")
    rows = session.execute(
        select(Slot, Elder.called, Community.name, HandCall)
        .join(Elder, Elder.id == Slot.elder_id)
        .join(Community, Community.id == Elder.community_id)
        .outerjoin(HandCall, HandCall.slot_id == Slot.id)
        .where(
            *_open(scope, now, SlotKind.CALL),
            or_(Slot.next_action == NextAction.HAND_CALL.value, no_phone),
        )
        .order_by(Slot.by, Slot.id)
    )
    by_cause: dict[Cause, list[Ahead]] = {}
    for slot, called, community, line in rows:
        taken = line is not None and _rings(line, now)
        cause = of_call(Why(line.why) if line is not None else None, taken=taken)
        if cause is not None:
            by_cause.setdefault(cause, []).append(_ahead(slot, called, community))
    return [_missing(cause, "", slots) for cause, slots in by_cause.items()]


def _rings(line: HandCall, now: datetime) -> bool:
    return line.taken_at is not None and now - line.taken_at <= TAKEN_FOR


def _visits(session: Session, scope: Scope, now: datetime, policy: Policy) -> list[Missing]:
    """Visits for which nobody is there, or not enough days are left."""
    counted = session.execute(
        select(Worker.id, Worker.name, Community.id, Community.name, func.count(Slot.id))
        .select_from(Slot)
        .join(Elder, Elder.id == Slot.elder_id)
        .join(Community, Community.id == Elder.community_id)
        .outerjoin(Worker, and_(Worker.id == Elder.caseworker_id, Worker.active))
        .where(*_open(scope, now, SlotKind.VISIT))
        .group_by(Worker.id, Worker.name, Community.id, Community.name)
    ).all()
    hands = _hands(session)
    teams: dict[tuple[str, int], Team] = {}
    for worker_id, worker, community_id, community, visits in counted:
        key = ("worker", worker_id) if worker_id is not None else ("community", community_id)
        before = teams[key].visits if key in teams else 0
        teams[key] = Team(
            name=worker or community,
            hands=1 if worker_id is not None else hands.get(community_id, 0),
            visits=before + visits,
        )
    found = []
    for key, team in teams.items():
        judged = of_visits(team, policy.mass.forecast, now)
        if judged is not None:
            cause, many = judged
            slots = _last(session, scope, now, key, min(many, MOST))
            found.append(_missing(cause, team.name, slots, many))
    return found


def _hands(session: Session) -> dict[int, int]:
    """How many caseworkers work in each community."""
    rows = (
        select(Worker.community_id, func.count())
        .where(Worker.role == Role.CASEWORKER.value, Worker.active)
        .group_by(Worker.community_id)
    )
    return {row[0]: row[1] for row in session.execute(rows) if row[0] is not None}


def _last(
    session: Session, scope: Scope, now: datetime, team: tuple[str, int], many: int
) -> list[Ahead]:
    """The visits of a team that come last, and so are the ones to be missed."""
    kind, number = team
    works = select(Worker.id).where(Worker.active)
    mine = (
        Elder.caseworker_id == number
        if kind == "worker"
        else and_(
            Elder.community_id == number,
            or_(Elder.caseworker_id.is_(None), Elder.caseworker_id.not_in(works)),
        )
    )
    rows = session.execute(
        select(Slot, Elder.called, Community.name)
        .join(Elder, Elder.id == Slot.elder_id)
        .join(Community, Community.id == Elder.community_id)
        .where(*_open(scope, now, SlotKind.VISIT), mine)
        .order_by(Slot.by.desc(), Slot.id.desc())
        .limit(many)
    ).all()
    return [_ahead(*row) for row in reversed(rows)]


def _ahead(slot: Slot, called: str, community: str) -> Ahead:
    return Ahead(
        elder_id=slot.elder_id,
        called=called,
        community=community,
        kind=SlotKind(slot.kind),
        number=slot.number,
        by=slot.by,
    )


def _missing(cause: Cause, team: str, slots: Sequence[Ahead], many: int | None = None) -> Missing:
    return Missing(
        cause=cause,
        words=CAUSE_WORDS[cause],
        team=team,
        count=len(slots) if many is None else many,
        slots=tuple(slots[:MOST]),
    )
