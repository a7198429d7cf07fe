"""Everything about one escalation, gathered for its page; and the list of them. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcenter.domain.escalation import (
    FINDING_WORDS,
    OF_THE_HOUSE,
    REASON_WORDS,
    URGENT,
    Finding,
    Reason,
    Rung,
    Standing,
)
from callcenter.services import judgements
from callcenter.services.errors import NotFound
from callcenter.services.ladders import thaw
from callcenter.services.notices import WAYS
from callcenter.services.scope import Scope
from callcenter.store.tables import (
    Attempt,
    Community,
    Contact,
    Conversation,
    Elder,
    Escalation,
    Event,
    Notice,
    Slot,
    Worker,
)

PAGE = 50
LOOKS_BACK = timedelta(weeks=12)
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
    owner: str  # who has it; empty while it rings, also when it rings again
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
    of_the_house: bool  # of no person: the line, for instance
    danger: bool  # raised by words, so that it can be a false alarm
    rule: str  # which danger rule raised it, in words
    verdict: judgements.Verdict | None  # the latest judgement


def escalation_lines(
    session: Session, scope: Scope, now: datetime, *, resolved: bool, page: int = 1
) -> tuple[list[EscalationLine], bool]:
    """Open ones by urgency and time left, resolved ones newest first; and whether more follow.

    Resolved ones of the last LOOKS_BACK are listed; older ones stand on the page of their elder.
    """
    rows = (
        select(Escalation, Community.name, Worker.name)
        .outerjoin(Elder, Elder.id == Escalation.elder_id)
        .outerjoin(Community, Community.id == Elder.community_id)
        .outerjoin(Worker, Worker.id == Escalation.acknowledged_by)
        .where(scope.escalations())
    )
    if resolved:
        rows = rows.where(Escalation.standing == Standing.RESOLVED.value)
        rows = rows.where(Escalation.resolved_at >= now - LOOKS_BACK)
        rows = rows.order_by(Escalation.resolved_at.desc())
    else:
        urgent = Escalation.reason.in_([one.value for one in URGENT])
        rows = rows.where(Escalation.standing != Standing.RESOLVED.value)
        rows = rows.order_by(urgent.desc(), Escalation.standing.desc(), Escalation.next_at)
    found = session.execute(rows.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    lines = [escalation_line(one, place, owner) for one, place, owner in found]
    return lines[:PAGE], len(lines) > PAGE


def escalation_file(session: Session, scope: Scope, escalation_id: int) -> EscalationFile:
    """The page of one escalation. Raises NotFound also when it is out of sight."""
    rows = select(Escalation).where(Escalation.id == escalation_id, scope.escalations())
    one = session.scalars(rows).one_or_none()
    if one is None:
        raise NotFound("没有这条预警，或者不在您负责的范围里。")
    elder = session.get(Elder, one.elder_id) if one.elder_id else None
    community = session.get(Community, elder.community_id) if elder else None
    place = community.name if community else ""
    names = _names(session, one)
    finding = Finding(one.finding) if one.finding else None
    return EscalationFile(
        line=escalation_line(
            one, community.name if community else "", names.get(one.acknowledged_by or 0)
        ),
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
        community=place,
        of_the_house=Reason(one.reason) in OF_THE_HOUSE,
        danger=judgements.is_danger(one),
        rule=judgements.rule_words(one.rule),
        verdict=judgements.verdict_of(session, one.id),
    )


def contacts(session: Session, elder_id: int) -> tuple[Contact, ...]:
    """The emergency contacts in the order in which they were given."""
    rows = select(Contact).where(Contact.elder_id == elder_id).order_by(Contact.id)
    return tuple(session.scalars(rows))


def escalation_line(one: Escalation, place: str | None, owner: str | None) -> EscalationLine:
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
        owner=(owner or "") if one.standing != Standing.RINGING.value else "",
        next_at=one.next_at,
        finding=FINDING_WORDS[Finding(one.finding)] if one.finding else "",
        resolved_at=one.resolved_at,
    )


def _ladder(one: Escalation) -> tuple[Rung, ...]:
    """The frozen rungs; none when the ladder is empty, which the page then says."""
    try:
        return thaw(one.ladder).rungs
    except (KeyError, TypeError, ValueError):
        return ()


def _names(session: Session, one: Escalation) -> dict[int, str]:
    people = {worker for rung in _ladder(one) for worker in rung.workers}
    people |= {number for number in (one.acknowledged_by, one.resolved_by) if number}
    rows = session.execute(select(Worker.id, Worker.name).where(Worker.id.in_(people)))
    return {row.id: row.name for row in rows}


def _rungs(session: Session, one: Escalation, names: dict[int, str]) -> tuple[RungView, ...]:
    rows = select(Notice).where(Notice.escalation_id == one.id).order_by(Notice.round, Notice.id)
    notices = session.scalars(rows).all()
    views = []
    for number, rung in enumerate(_ladder(one)):
        views.append(
            RungView(
                title=rung.title,
                people=tuple(names.get(worker, "已删除的人员") for worker in rung.workers),
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
