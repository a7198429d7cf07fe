"""Escalations (预警): opened, told rung by rung, acknowledged, resolved. Who is told: ladders."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import NextAction, SlotState
from callcenter.domain.escalation import (
    FINDING_WORDS,
    NEEDS_WORDS,
    OF_THE_HOUSE,
    REASON_WORDS,
    URGENT,
    Finding,
    Ladder,
    Reason,
    Standing,
    findings_of,
    first_rung,
    joins,
    next_rung,
)
from callcenter.domain.people import Leaving
from callcenter.domain.week import local
from callcenter.policy import Policy
from callcenter.services import bundles, coverage, line
from callcenter.services.errors import (
    AlreadyAcknowledged,
    AlreadyResolved,
    FindingNeedsWords,
    NotFound,
    WrongFinding,
)
from callcenter.services.ladders import (
    NOBODY,
    LadderGap,
    NobodyToTell,
    find_within,
    freeze,
    ladder_of,
    mended,
    stop_notices,
    tell,
)
from callcenter.services.timeline import note
from callcenter.store.mass_tables import Outage
from callcenter.store.tables import Elder, Escalation, Slot, Worker

LOOK_AGAIN = timedelta(minutes=1)  # how soon an escalation that could tell nobody tries again
OPEN = (Standing.RINGING.value, Standing.ACKNOWLEDGED.value)
LEAVES = {Finding.MOVED: Leaving.MOVED, Finding.DECEASED: Leaving.DECEASED}
_OVER = {"tel": "电话", "sms": "短信", "telegram": "Telegram", "console": "工作台"}


def open_escalation(
    session: Session,
    now: datetime,
    policy: Policy,
    reason: Reason,
    *,
    elder: Elder | None,
    words: str = "",
    phone: str = "",
    slot: Slot | None = None,
    conversation_id: int | None = None,
    rule: str = "",
    about: str = "",
) -> Escalation:
    """Puts a need into named people's hands, and tells the first rung.

    `rule` is the danger rule that raised it, `model` or `key`; empty for other reasons. `about`
    names what it is about when it is of no person.

    An elder, or a caller of whom only the conversation is known, who has an unresolved escalation
    at least as urgent keeps that one: the new reason is added to its time line, and the slot is
    tied to it, so that nobody is told twice of one matter.
    """
    known = _standing_one(session, elder, conversation_id, reason)
    if known is None:
        known = _new(session, now, policy, reason, elder, words, phone, about)
        known.conversation_id, known.rule = conversation_id, rule
        text = f"发出预警：{REASON_WORDS[reason]}"
    else:
        text = f"预警处理中又发生：{REASON_WORDS[reason]}"
        known.rule = known.rule or rule
        _worse(session, now, policy, known, reason, words)
    if words:
        text += f"（“{words}”）"
    note(session, now, "escalation", text, elder_id=known.elder_id, escalation_id=known.id)
    if slot is not None:
        tie(slot, known)
    return known


def tie(slot: Slot, escalation: Escalation) -> None:
    """From now on a named person has this slot."""
    slot.state = SlotState.ESCALATED.value
    slot.escalation_id = escalation.id
    slot.next_action = NextAction.PERSON.value
    slot.next_at = escalation.next_at


def advance(session: Session, now: datetime, policy: Policy, limit: int = 100) -> int:
    """Takes every escalation whose time is up one step further; gives how many."""
    due = session.scalars(
        select(Escalation)
        .where(Escalation.standing != Standing.RESOLVED.value, Escalation.next_at <= now)
        .order_by(Escalation.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    outage = line.standing(session)
    for one in due:
        if outage is not None and _paused(session, now, policy, one, outage):
            continue
        try:
            _one_step(session, now, policy, one)
        except NobodyToTell:  # the auditor shows it; others are not held up
            one.next_at = now + LOOK_AGAIN
    return len(due)


def acknowledge(
    session: Session, now: datetime, escalation_id: int, worker: Worker, over: str
) -> Escalation:
    """接警: the first one wins and stops the others. The same worker may say it again.

    Raises NotFound, AlreadyAcknowledged (naming who has it) or AlreadyResolved.
    """
    one = _locked(session, escalation_id)
    if one.standing == Standing.RESOLVED.value:
        raise AlreadyResolved
    if one.standing == Standing.ACKNOWLEDGED.value:
        if one.acknowledged_by == worker.id:
            return one
        owner = session.get_one(Worker, one.acknowledged_by)
        raise AlreadyAcknowledged(owner.name)
    one.standing = Standing.ACKNOWLEDGED.value
    one.acknowledged_by, one.acknowledged_at, one.acknowledged_over = worker.id, now, over
    one.next_at = now + find_within(one.ladder)
    stop_notices(session, one.id)
    note(
        session,
        now,
        "acknowledged",
        f"{worker.name}接警（{_OVER.get(over, over)}）",
        elder_id=one.elder_id,
        escalation_id=one.id,
    )
    return one


def resolve(
    session: Session,
    now: datetime,
    escalation_id: int,
    worker: Worker,
    finding: Finding,
    words: str = "",
) -> Escalation:
    """办结: a named person has found out how the elder is. Ends every slot that hung on it.

    Raises NotFound, AlreadyResolved, WrongFinding for one that does not fit the matter, or
    FindingNeedsWords for one that has to say by whom.
    """
    one = _locked(session, escalation_id)
    if one.standing == Standing.RESOLVED.value:
        raise AlreadyResolved
    if finding not in findings_of(Reason(one.reason)):
        raise WrongFinding
    if finding in NEEDS_WORDS and not words.strip():
        raise FindingNeedsWords
    one.standing, one.next_at = Standing.RESOLVED.value, None
    one.finding, one.finding_note = finding.value, words.strip()[:400]
    one.resolved_by, one.resolved_at = worker.id, now
    stop_notices(session, one.id)
    _end_slots(session, now, one, worker)
    if finding in LEAVES and one.elder_id is not None:
        day = local(now).date()
        coverage.leave(session, now, one.elder_id, day, LEAVES[finding], worker.name)
    text = f"{worker.name}办结：{FINDING_WORDS[finding]}" + (f"，{words.strip()}" if words else "")
    note(session, now, "resolved", text, elder_id=one.elder_id, escalation_id=one.id)
    return one


def over(session: Session, now: datetime, escalation_id: int, words: str) -> None:
    """A matter of the house itself has ended without anybody's doing, such as a line that is back.

    Never used for an elder: there a named person has to find out.
    """
    one = _locked(session, escalation_id)
    if one.standing == Standing.RESOLVED.value or Reason(one.reason) not in OF_THE_HOUSE:
        return
    one.standing, one.next_at = Standing.RESOLVED.value, None
    one.finding, one.finding_note = Finding.SETTLED.value, words
    one.resolved_at = now
    stop_notices(session, one.id)
    note(session, now, "resolved", words, escalation_id=one.id)


def _standing_one(
    session: Session, elder: Elder | None, conversation_id: int | None, reason: Reason
) -> Escalation | None:
    if elder is not None:
        same = Escalation.elder_id == elder.id
    elif conversation_id is not None:
        same = Escalation.conversation_id == conversation_id
    else:
        return None
    rows = (
        select(Escalation)
        .where(same, Escalation.standing.in_(OPEN))
        .order_by(Escalation.opened_at.desc())
        .with_for_update()
    )
    for row in session.scalars(rows):
        if joins(reason, Reason(row.reason)):
            return row
    return None


def _new(
    session: Session,
    now: datetime,
    policy: Policy,
    reason: Reason,
    elder: Elder | None,
    words: str,
    phone: str,
    about: str,
) -> Escalation:
    ladder: Ladder | None
    gap: LadderGap | NobodyToTell | None
    try:
        ladder, gap = ladder_of(session, policy, reason, elder)
    except NobodyToTell as nobody:  # it stands all the same, told when anybody comes
        ladder, gap = None, nobody
    one = Escalation(
        elder_id=elder.id if elder else None,
        about=about or (elder.called if elder else "来电人"),
        phone=phone or (elder.phone if elder else ""),
        reason=reason.value,
        words=words[:200],
        opened_at=now,
        standing=Standing.RINGING.value,
        ladder=freeze(ladder) if ladder else NOBODY,
        next_at=first_rung(ladder, now).again if ladder else now + LOOK_AGAIN,
    )
    session.add(one)
    session.flush()
    if gap is not None:
        note(session, now, "escalation", str(gap), elder_id=one.elder_id, escalation_id=one.id)
    if ladder is not None:
        told = bundles.told_at_first(session, policy.mass.bundling, ladder, reason)
        tell(session, now, policy, one, told)
    return one


def _worse(
    session: Session,
    now: datetime,
    policy: Policy,
    known: Escalation,
    reason: Reason,
    words: str,
) -> None:
    """Danger that comes again, or illness on top of a mere absence, is told anew at once."""
    was = Reason(known.reason)
    ill = reason is Reason.UNWELL and was not in URGENT and was is not Reason.UNWELL
    again = reason in URGENT and known.standing == Standing.ACKNOWLEDGED.value
    if not (ill or again):
        return
    known.reason, known.words = reason.value, (words or known.words)[:200]
    known.standing = Standing.RINGING.value
    try:
        known.next_at = now + mended(session, policy, known).rungs[known.rung].wait
        tell(session, now, policy, known, (known.rung,))
    except NobodyToTell:
        known.next_at = now + LOOK_AGAIN


def _one_step(session: Session, now: datetime, policy: Policy, one: Escalation) -> None:
    ladder = mended(session, policy, one)
    step = next_rung(ladder, one.rung, now)
    told: tuple[int, ...] = (step.rung,)
    text = f"还没有人接警，通知{ladder.rungs[step.rung].title}"
    if one.standing == Standing.ACKNOWLEDGED.value:
        told = (one.rung, step.rung)
        one.standing = Standing.RINGING.value
        text = "接警后没有登记结果，重新通知"
    one.rung = step.rung
    _next_at(session, one, step.again)
    note(session, now, "escalation", text, elder_id=one.elder_id, escalation_id=one.id)
    tell(session, now, policy, one, told)


def _paused(
    session: Session, now: datetime, policy: Policy, one: Escalation, outage: Outage
) -> bool:
    """What only the line has caused is not told higher and higher while everybody knows of it."""
    rule = policy.mass.breaker
    if not line.caused(session, one, outage, rule):
        return False
    until = line.waits_until(session, now, one, outage, rule)
    if until <= now:
        return False
    _next_at(session, one, until)
    return True


def _next_at(session: Session, one: Escalation, moment: datetime) -> None:
    one.next_at = moment
    for slot in session.scalars(select(Slot).where(Slot.escalation_id == one.id)):
        if slot.state == SlotState.ESCALATED.value:
            slot.next_at = moment


def _locked(session: Session, escalation_id: int) -> Escalation:
    one = session.scalars(
        select(Escalation).where(Escalation.id == escalation_id).with_for_update()
    ).one_or_none()
    if one is None:
        raise NotFound("没有这条预警。")
    return one


def _end_slots(session: Session, now: datetime, one: Escalation, worker: Worker) -> None:
    for slot in session.scalars(select(Slot).where(Slot.escalation_id == one.id)):
        if slot.state != SlotState.ESCALATED.value:
            continue
        slot.state, slot.next_action, slot.next_at = "resolved", NextAction.NOTHING.value, None
        slot.evidence, slot.evidence_text = "finding", FINDING_WORDS[Finding(one.finding or "")]
        slot.ended_at, slot.ended_by = now, worker.name
