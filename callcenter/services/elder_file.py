"""Everything about one elder, gathered for the page; and the search. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcenter.domain.escalation import Standing
from callcenter.services.escalation_file import (
    EscalationLine,
    TimeLine,
    contacts,
    escalation_line,
)
from callcenter.services.scope import Scope
from callcenter.store.tables import (
    Attempt,
    Community,
    Contact,
    Coverage,
    Elder,
    Escalation,
    Event,
    ServiceRequest,
    Street,
    Visit,
    Worker,
)

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class ElderLine:
    """One elder in a list."""

    id: int
    name: str
    called: str
    born_on: date
    living: str
    street: str
    community: str
    caseworker: str
    phone: str
    covered: bool
    troubled: bool  # an escalation is open


@dataclass(frozen=True, kw_only=True)
class ElderFile:
    """Everything on the page of one elder."""

    elder: Elder
    street: str
    community: str
    caseworker: str
    contacts: tuple[Contact, ...]
    coverage: tuple[Coverage, ...]
    attempts: tuple[Attempt, ...]
    visits: tuple[tuple[Visit, str], ...]  # with the worker's name
    escalations: tuple[EscalationLine, ...]
    requests: tuple[ServiceRequest, ...]
    events: tuple[TimeLine, ...]


def search(
    session: Session, scope: Scope, today: date, words: str, page: int = 1
) -> tuple[list[ElderLine], bool]:
    """Elders in sight by name, address or digits of the phone; and whether more follow."""
    covered = select(Coverage.elder_id).where(
        Coverage.entered_on <= today, or_(Coverage.left_on.is_(None), Coverage.left_on > today)
    )
    troubled = select(Escalation.elder_id).where(Escalation.standing != Standing.RESOLVED.value)
    rows = (
        select(
            Elder,
            Community.name,
            Street.name,
            Worker.name,
            Elder.id.in_(covered),
            Elder.id.in_(troubled.where(Escalation.elder_id.is_not(None))),
        )
        .join(Community, Community.id == Elder.community_id)
        .join(Street, Street.id == Community.street_id)
        .outerjoin(Worker, Worker.id == Elder.caseworker_id)
        .where(scope.elders())
        .order_by(Elder.community_id, Elder.id)
    )
    words = words.strip()[:40]
    if words:
        ways = [getattr(Elder, field).contains(words, autoescape=True) for field in _SEARCHED]
        if scope.phones and words.isdigit():
            ways.append(Elder.phone.contains(words, autoescape=True))
        rows = rows.where(or_(*ways, Community.name.contains(words, autoescape=True)))
    found = session.execute(rows.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return [_elder_line(*row) for row in found[:PAGE]], len(found) > PAGE


_SEARCHED = ("name", "called", "address")


def _elder_line(
    elder: Elder, community: str, street: str, worker: str | None, covered: bool, troubled: bool
) -> ElderLine:
    return ElderLine(
        id=elder.id,
        name=elder.name,
        called=elder.called,
        born_on=elder.born_on,
        living=elder.living,
        street=street,
        community=community,
        caseworker=worker or "",
        phone=elder.phone,
        covered=bool(covered),
        troubled=bool(troubled),
    )


def elder_file(session: Session, elder: Elder) -> ElderFile:
    """The page of one elder; the caller has made sure that the worker may see it."""
    community = session.get_one(Community, elder.community_id)
    street = session.get_one(Street, community.street_id)
    worker = session.get(Worker, elder.caseworker_id) if elder.caseworker_id else None
    visits = (
        select(Visit, Worker.name)
        .join(Worker, Worker.id == Visit.worker_id)
        .where(Visit.elder_id == elder.id)
        .order_by(Visit.began_at.desc())
        .limit(12)
    )
    return ElderFile(
        elder=elder,
        street=street.name,
        community=community.name,
        caseworker=worker.name if worker else "",
        contacts=contacts(session, elder.id),
        coverage=_latest(session, Coverage, elder.id, 6),
        attempts=_latest(session, Attempt, elder.id, 12),
        visits=tuple((visit, name) for visit, name in session.execute(visits)),
        escalations=_of_elder(session, elder.id),
        requests=_latest(session, ServiceRequest, elder.id, 12),
        events=tuple(
            TimeLine(at=one.at, kind=one.kind, text=one.text)
            for one in session.scalars(
                select(Event)
                .where(Event.elder_id == elder.id)
                .order_by(Event.at.desc(), Event.id.desc())
                .limit(60)
            )
        ),
    )


def _latest[Row: (Coverage, Attempt, ServiceRequest)](
    session: Session, table: type[Row], elder_id: int, limit: int
) -> tuple[Row, ...]:
    rows = select(table).where(table.elder_id == elder_id).order_by(table.id.desc()).limit(limit)
    return tuple(session.scalars(rows))


def _of_elder(session: Session, elder_id: int) -> tuple[EscalationLine, ...]:
    rows: Sequence[tuple[Escalation, str | None]] = [
        (one, name)
        for one, name in session.execute(
            select(Escalation, Worker.name)
            .outerjoin(Worker, Worker.id == Escalation.acknowledged_by)
            .where(Escalation.elder_id == elder_id)
            .order_by(Escalation.id.desc())
            .limit(12)
        )
    ]
    return tuple(escalation_line(one, "", name) for one, name in rows)
