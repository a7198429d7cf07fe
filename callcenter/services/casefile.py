"""Everything about one escalation or one elder, gathered for a page; and the lists of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from callcenter.domain.escalation import (
    FINDING_WORDS,
    REASON_WORDS,
    URGENT,
    Finding,
    Reason,
    Standing,
)
from callcenter.services.errors import NotFound
from callcenter.services.escalations import thaw
from callcenter.services.notices import WAYS
from callcenter.services.scope import Scope
from callcenter.store.tables import (
    Attempt,
    Community,
    Contact,
    Conversation,
    Coverage,
    Elder,
    Escalation,
    Event,
    Notice,
    ServiceRequest,
    Slot,
    Street,
    Visit,
    Worker,
)

PAGE = 50
NOTICE_WORDS = {
    "due": "待发出",
    "going": "正在发出",
    "sent": "已发出",
    "delivered": "已送达",
    "failed": "没有送达",
    "stopped": "已停止",
}
TALK_BEFORE = timedelta(hours=1)  # a talk begun so long before an escalation may have led to it


@dataclass(frozen=True, kw_only=True)
class EscalationLine:
    """One escalation in a list."""

    id: int
    about: str
    place: str
    reason: str  # in words
    urgent: bool
    words: str  # what was said
    opened_at: datetime
    standing: Standing
    told: str  # the rung that is being told, in words
    owner: str  # who acknowledged
    next_at: datetime | None
    finding: str  # in words; empty while open
    resolved_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Told:
    """One notice: who was told, over which channel, when, and whether it arrived."""

    name: str
    way: str
    state: str
    words: str  # of the state
    trouble: str
    at: datetime
    round: int


@dataclass(frozen=True, kw_only=True)
class RungView:
    """One step of the frozen ladder, with everybody who was told on it."""

    title: str
    people: tuple[str, ...]
    wait: timedelta
    current: bool
    reached: bool
    told: tuple[Told, ...]


@dataclass(frozen=True, kw_only=True)
class TimeLine:
    """One line of the time line."""

    at: datetime
    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class TalkLink:
    """A talk whose words were kept: a check-in call or a conversation."""

    at: datetime
    words: str
    href: str


@dataclass(frozen=True, kw_only=True)
class EscalationFile:
    """Everything on the page of one escalation."""

    line: EscalationLine
    elder: Elder | None
    phone: str
    acknowledged_by: int | None
    acknowledged_at: datetime | None
    over: str
    resolver: str
    finding: Finding | None
    note: str
    rungs: tuple[RungView, ...]
    events: tuple[TimeLine, ...]
    talks: tuple[TalkLink, ...]
    contacts: tuple[Contact, ...]
    community: str


def escalation_lines(
    session: Session, scope: Scope, *, resolved: bool, page: int = 1
) -> tuple[list[EscalationLine], bool]:
    """Open ones by urgency and time left, resolved ones newest first; and whether more follow."""
    rows = (
        select(Escalation, Community.name, Worker.name)
        .outerjoin(Elder, Elder.id == Escalation.elder_id)
        .outerjoin(Community, Community.id == Elder.community_id)
        .outerjoin(Worker, Worker.id == Escalation.acknowledged_by)
        .where(scope.escalations())
    )
    if resolved:
        rows = rows.where(Escalation.standing == Standing.RESOLVED.value)
        rows = rows.order_by(Escalation.resolved_at.desc())
    else:
        urgent = Escalation.reason.in_([one.value for one in URGENT])
        rows = rows.where(Escalation.standing != Standing.RESOLVED.value)
        rows = rows.order_by(urgent.desc(), Escalation.standing.desc(), Escalation.next_at)
    found = session.execute(rows.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    lines = [_line(one, place, owner) for one, place, owner in found]
    return lines[:PAGE], len(lines) > PAGE


def escalation_file(session: Session, scope: Scope, escalation_id: int) -> EscalationFile:
    """The page of one escalation. Raises NotFound also when it is out of sight."""
    rows = select(Escalation).where(Escalation.id == escalation_id, scope.escalations())
    one = session.scalars(rows).one_or_none()
    if one is None:
        raise NotFound("没有这条预警，或者不在您负责的范围里。")
    elder = session.get(Elder, one.elder_id) if one.elder_id else None
    community = session.get(Community, elder.community_id) if elder else None
    names = _names(session, one)
    finding = Finding(one.finding) if one.finding else None
    return EscalationFile(
        line=_line(one, community.name if community else "", names.get(one.acknowledged_by or 0)),
        elder=elder,
        phone=one.phone,
        acknowledged_by=one.acknowledged_by,
        acknowledged_at=one.acknowledged_at,
        over=WAYS.get(one.acknowledged_over, "工作台"),
        resolver=names.get(one.resolved_by or 0, ""),
        finding=finding,
        note=one.finding_note,
        rungs=_rungs(session, one, names),
        events=_events(session, one),
        talks=_talks(session, one),
        contacts=contacts(session, elder.id) if elder else (),
        community=community.name if community else "",
    )


def contacts(session: Session, elder_id: int) -> tuple[Contact, ...]:
    """The emergency contacts in the order in which they were given."""
    rows = select(Contact).where(Contact.elder_id == elder_id).order_by(Contact.id)
    return tuple(session.scalars(rows))


def _line(one: Escalation, place: str | None, owner: str | None) -> EscalationLine:
    rungs = one.ladder.get("rungs", [])
    return EscalationLine(
        id=one.id,
        about=one.about,
        place=place or "",
        reason=REASON_WORDS[Reason(one.reason)],
        urgent=Reason(one.reason) in URGENT,
        words=one.words,
        opened_at=one.opened_at,
        standing=Standing(one.standing),
        told=rungs[one.rung]["title"] if one.rung < len(rungs) else "",
        owner=owner or "",
        next_at=one.next_at,
        finding=FINDING_WORDS[Finding(one.finding)] if one.finding else "",
        resolved_at=one.resolved_at,
    )


def _names(session: Session, one: Escalation) -> dict[int, str]:
    people = {worker for rung in thaw(one.ladder).rungs for worker in rung.workers}
    people |= {number for number in (one.acknowledged_by, one.resolved_by) if number}
    rows = session.execute(select(Worker.id, Worker.name).where(Worker.id.in_(people)))
    return {row.id: row.name for row in rows}


def _rungs(session: Session, one: Escalation, names: dict[int, str]) -> tuple[RungView, ...]:
    rows = select(Notice).where(Notice.escalation_id == one.id).order_by(Notice.round, Notice.id)
    notices = session.scalars(rows).all()
    views = []
    for number, rung in enumerate(thaw(one.ladder).rungs):
        views.append(
            RungView(
                title=rung.title,
                people=tuple(names.get(worker, "") for worker in rung.workers),
                wait=rung.wait,
                current=number == one.rung and one.standing == Standing.RINGING.value,
                reached=number <= one.rung,
                told=tuple(_told(each, names) for each in notices if each.worker_id in rung.workers)
                if number <= one.rung
                else (),
            )
        )
    return tuple(views)


def _told(notice: Notice, names: dict[int, str]) -> Told:
    return Told(
        name=names.get(notice.worker_id, ""),
        way=WAYS[notice.address.partition(":")[0]],
        state=notice.state,
        words=NOTICE_WORDS.get(notice.state, notice.state),
        trouble=notice.trouble,
        at=notice.sent_at or notice.due_at,
        round=notice.round,
    )


def _events(session: Session, one: Escalation) -> tuple[TimeLine, ...]:
    rows = select(Event).where(Event.escalation_id == one.id).order_by(Event.at, Event.id)
    return tuple(TimeLine(at=e.at, kind=e.kind, text=e.text) for e in session.scalars(rows))


def _talks(session: Session, one: Escalation) -> tuple[TalkLink, ...]:
    calls = session.scalars(
        select(Attempt)
        .join(Slot, Slot.id == Attempt.slot_id)
        .where(Slot.escalation_id == one.id)
        .order_by(Attempt.intended_at)
    )
    links = [
        TalkLink(at=each.intended_at, words="平安问候电话", href=f"/console/attempts/{each.id}")
        for each in calls
    ]
    who = [Conversation.address == one.phone] if one.phone else []
    if one.elder_id is not None:
        who.append(Conversation.elder_id == one.elder_id)
    if not who:
        return tuple(links)
    talks = session.scalars(
        select(Conversation)
        .where(
            or_(*who),
            Conversation.began_at <= one.opened_at,
            Conversation.began_at >= one.opened_at - TALK_BEFORE,
        )
        .order_by(Conversation.began_at)
    )
    links += [
        TalkLink(at=each.began_at, words="热线会话", href=f"/console/conversations/{each.id}")
        for each in talks
    ]
    return tuple(links)


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
            for one in _latest(session, Event, elder.id, 60)
        ),
    )


def _latest[Row: (Coverage, Attempt, ServiceRequest, Event)](
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
    return tuple(_line(one, "", name) for one, name in rows)


def open_talks(session: Session, limit: int = 50) -> Sequence[Conversation]:
    """The newest conversations, those still going on first."""
    going = func.coalesce(Conversation.ended_at.is_(None), False)
    rows = select(Conversation).order_by(going.desc(), Conversation.id.desc()).limit(limit)
    return session.scalars(rows).all()
