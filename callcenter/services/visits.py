"""Home visits (上门探访): recorded with their six facts, and what they end in the ledger.

A visit ends one visit slot, never a call slot. It settles an escalation by itself only when
nothing but the missing visit was its matter; any other one is settled by saying so.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import NextAction, SlotKind, SlotState
from callcenter.domain.escalation import (
    FINDING_WORDS,
    NEEDS_WORDS,
    Finding,
    Reason,
    Standing,
    findings_of,
)
from callcenter.domain.habits import hours, thaw
from callcenter.domain.week import at, local, monday_of, sunday_of
from callcenter.policy import Policy
from callcenter.services import coverage
from callcenter.services.errors import BadVisit, FindingNeedsWords, NotFound
from callcenter.services.escalations import LEAVES, resolve
from callcenter.services.timeline import note as add_line
from callcenter.store.tables import Attempt, Elder, Escalation, Slot, Visit, Worker

VISIT_KINDS = {"home_visit": "例行探访", "emergency_visit": "应急上门"}
LONGEST = timedelta(hours=12)  # a longer one is a slip of the pen
ENTERED_WITHIN = timedelta(days=31)  # written on paper, entered later; not years later
CLOCKS_DIFFER = timedelta(minutes=2)
SEEN = frozenset({Finding.SEEN_WELL, Finding.SEEN_ILL_HELPED})
NOT_SEEN = frozenset({Finding.IN_HOSPITAL, Finding.AWAY_CONFIRMED, Finding.REFUSED})


def record_visit(
    session: Session,
    now: datetime,
    policy: Policy,
    *,
    elder_id: int,
    worker: Worker,
    kind: str,
    place: str,
    began_at: datetime,
    ended_at: datetime,
    found: Finding,
    note: str,
    settles: int | None = None,
) -> Visit:
    """Keeps a visit and ends what it ends; entering the same visit again changes nothing.

    A call that waits to be tried again waits until tomorrow: the elder has just been seen. It stays
    due, since a visit never stands in for a call.
    Ends the first unended visit slot of the week in which it began: seen means `confirmed_safe`,
    a confirmed absence or a refusal means `excused`, and a slot that hung on an escalation is
    `resolved`. One day ends at most one slot: two visits a week are on two days. `settles` names
    an escalation that this visit was made for; it is resolved with what was found.
    Raises BadVisit, FindingNeedsWords, NotFound, or what `escalations.resolve` raises.
    """
    elder = session.get(Elder, elder_id)
    if elder is None:
        raise NotFound("没有这位老人的档案。")
    _check(now, kind, place, began_at, ended_at)
    if found not in findings_of(Reason.VISIT_MISSED):
        raise BadVisit("请选择探访的结果。")
    if found in NEEDS_WORDS and not note.strip():
        raise FindingNeedsWords
    known = _entered_before(session, elder_id, worker, began_at)
    if known is not None:
        return known
    visit = Visit(
        elder_id=elder_id,
        kind=kind,
        place=place.strip()[:120],
        worker_id=worker.id,
        began_at=began_at,
        ended_at=ended_at,
        found=found.value,
        note=note.strip()[:400],
        entered_at=now,
    )
    session.add(visit)
    _tell_time_line(session, now, visit, worker)
    _end_slot(session, now, visit, worker)
    _settle(session, now, visit, worker, settles)
    if found in SEEN:
        _not_again_today(session, now, visit)
    if found in LEAVES:
        day = local(now).date()
        coverage.leave(session, now, elder_id, day, LEAVES[found], worker.name)
    session.flush()
    return visit


def due_visits(session: Session, elder_id: int, monday: date) -> Sequence[Slot]:
    """The visit slots of one elder in one week, in order."""
    return session.scalars(
        select(Slot)
        .where(Slot.elder_id == elder_id, Slot.week == monday, Slot.kind == SlotKind.VISIT.value)
        .order_by(Slot.number)
    ).all()


def _check(now: datetime, kind: str, place: str, began_at: datetime, ended_at: datetime) -> None:
    if kind not in VISIT_KINDS:
        raise BadVisit("请选择探访类型。")
    if not place.strip():
        raise BadVisit("请填写探访地点。")
    if began_at.tzinfo is None or ended_at.tzinfo is None:
        raise BadVisit
    if began_at >= ended_at:
        raise BadVisit("开始时间要早于结束时间。")
    if ended_at > now + CLOCKS_DIFFER:
        raise BadVisit("探访时间不能在将来。")
    if ended_at - began_at > LONGEST:
        raise BadVisit("一次探访不会超过12小时，请检查时间。")
    if now - began_at > ENTERED_WITHIN:
        raise BadVisit("只能补记最近31天里的探访。")


def _entered_before(
    session: Session, elder_id: int, worker: Worker, began_at: datetime
) -> Visit | None:
    """The same visit, sent twice: by a double click, or by a phone that was offline."""
    return session.scalars(
        select(Visit).where(
            Visit.elder_id == elder_id, Visit.worker_id == worker.id, Visit.began_at == began_at
        )
    ).first()


def _end_slot(session: Session, now: datetime, visit: Visit, worker: Worker) -> None:
    slot = _right_slot(session, visit)
    if slot is None:
        return
    visit.slot_id = slot.id
    found = Finding(visit.found)
    if slot.state == SlotState.ESCALATED.value:
        slot.state = SlotState.RESOLVED.value
    elif found in NOT_SEEN or found in LEAVES:
        slot.state = SlotState.EXCUSED.value
    else:
        slot.state = SlotState.CONFIRMED_SAFE.value
    slot.next_action, slot.next_at = NextAction.NOTHING.value, None
    slot.evidence, slot.evidence_text = "visit", FINDING_WORDS[found]
    slot.ended_at, slot.ended_by = now, worker.name


def _right_slot(session: Session, visit: Visit) -> Slot | None:
    """The first visit slot of that week that has not ended; none if that day ended one before."""
    slots = session.scalars(
        select(Slot)
        .where(
            Slot.elder_id == visit.elder_id,
            Slot.week == monday_of(visit.began_at),
            Slot.kind == SlotKind.VISIT.value,
        )
        .order_by(Slot.number)
        .with_for_update()
    ).all()
    midnight = at(local(visit.began_at).date(), 0)
    same_day = select(Visit.id).where(
        Visit.slot_id.in_([slot.id for slot in slots]),
        Visit.began_at >= midnight,
        Visit.began_at < midnight + timedelta(days=1),
    )
    if session.scalar(same_day.limit(1)) is not None:
        return None
    unended = (SlotState.OPEN.value, SlotState.ESCALATED.value)
    return next((slot for slot in slots if slot.state in unended), None)


def _settle(
    session: Session, now: datetime, visit: Visit, worker: Worker, settles: int | None
) -> None:
    """Resolves the escalations that this visit answers.

    Those are: the one that it was made for; one whose only matter was this missing visit; and,
    when the elder has died or moved away, every one, since nothing is left to find out.
    """
    found = Finding(visit.found)
    session.flush()
    rows = select(Escalation).where(
        Escalation.elder_id == visit.elder_id, Escalation.standing != Standing.RESOLVED.value
    )
    for one in session.scalars(rows.order_by(Escalation.id)).all():
        made_for = one.id == settles and visit.ended_at > one.opened_at
        if made_for or found in LEAVES or _only_this_visit(session, one, visit):
            resolve(session, now, one.id, worker, found, visit.note)
        elif one.id == settles:
            raise BadVisit("这次探访在预警之前就结束了，不能用来办结这条预警。")


def _only_this_visit(session: Session, one: Escalation, visit: Visit) -> bool:
    if one.reason != Reason.VISIT_MISSED.value or visit.slot_id is None:
        return False
    tied = session.scalars(select(Slot).where(Slot.escalation_id == one.id)).all()
    mine = any(slot.id == visit.slot_id for slot in tied)
    return mine and not any(slot.state == SlotState.ESCALATED.value for slot in tied)


def _not_again_today(session: Session, now: datetime, visit: Visit) -> None:
    """Calls of today that reached nobody are tried again tomorrow, if tomorrow is in their week."""
    today = local(now).date()
    if local(visit.began_at).date() != today or today >= sunday_of(monday_of(now)):
        return
    elder = session.get_one(Elder, visit.elder_id)
    window = hours(elder.window_opens, elder.window_closes, thaw(elder.habits))
    tomorrow = window.next_open(at(today + timedelta(days=1), 0))
    tried = exists().where(Attempt.slot_id == Slot.id, Attempt.state == "ended")
    rows = select(Slot).where(
        Slot.elder_id == visit.elder_id,
        Slot.week == monday_of(now),
        Slot.kind == SlotKind.CALL.value,
        Slot.state == SlotState.OPEN.value,
        Slot.next_action == NextAction.DIAL.value,
        Slot.next_at < tomorrow,
        tried,
    )
    for slot in session.scalars(rows.with_for_update()):
        slot.next_at, slot.by = tomorrow, max(slot.by, window.closing(tomorrow))
        text = "今天已经见到本人，电话改到明天再打"
        add_line(session, now, "call", text, elder_id=visit.elder_id)


def _tell_time_line(session: Session, now: datetime, visit: Visit, worker: Worker) -> None:
    began, ended = local(visit.began_at), local(visit.ended_at)
    text = (
        f"{worker.name}{VISIT_KINDS[visit.kind]}（{began.month}月{began.day}日"
        f"{began:%H:%M}到{ended:%H:%M}）：{FINDING_WORDS[Finding(visit.found)]}"
    )
    if visit.note:
        text += f"，{visit.note}"
    add_line(session, now, "visit", text, elder_id=visit.elder_id)
