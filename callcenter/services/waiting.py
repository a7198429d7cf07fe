"""Callers who wait for an operator (排队): who is rung, who keeps a place, who has answered.

Everything is driven by the caller's own call: each of its webhooks asks for the next step, so a
restart loses nobody. Danger that is said while waiting goes in front of all.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from callcenter.domain.callers import shows_number
from callcenter.domain.escalation import Reason
from callcenter.domain.waiting import AfterHours, CallBack, RingRound, Seat, Step, Waiter, next_step
from callcenter.policy import Policy
from callcenter.services import conversations, handoffs
from callcenter.services.escalations import open_escalation
from callcenter.services.handoffs import CALL_BACK_WITHIN, locked
from callcenter.services.timeline import note
from callcenter.store.desk_tables import Ring
from callcenter.store.tables import Elder, Handoff, Worker
from callcenter.when import day_kind

TALKS_AT_MOST = timedelta(minutes=30)  # an end that was never told keeps nobody busy for ever
LOOKS_BACK = timedelta(days=1)  # for whose turn it is; what is older does not count
RINGS_LONGEST = timedelta(minutes=1)
RING_BACK = ("回电", "回拨", "打回来", "打给我", "回个电话")  # said instead of the key


def advance(
    session: Session, now: datetime, policy: Policy, handoff_id: int, line_sid: str
) -> Step:
    """What happens next for this caller, written down before it happens. Raises NotFound."""
    one = locked(session, handoff_id)
    one.line_sid = line_sid or one.line_sid
    _stop(session, now, handoff_id)
    if one.state == "call_back" and one.urgent:
        return CallBack()
    seats = _seats(session, now, one)
    _release(session, now, one, seats)
    step = next_step(_waiter(session, now, policy, one), seats, policy.transfer)
    if isinstance(step, RingRound):
        for seat in step.seats:
            session.add(Ring(handoff_id=one.id, worker_id=seat.worker_id, rung_at=now))
    elif isinstance(step, AfterHours):
        _until_morning(session, now, policy, one)
    elif isinstance(step, CallBack):
        handoffs.missed(session, now, handoff_id)
    return step


def keep_place(session: Session, now: datetime, handoff_id: int) -> None:
    """The caller would rather be rung back: the place counts from when a person was asked for."""
    one = locked(session, handoff_id)
    _stop(session, now, handoff_id)
    if one.state == "ringing":
        one.state, one.due_at = "call_back", one.opened_at + CALL_BACK_WITHIN
        note(session, now, "handoff", "来电人选择回电，保留位置", elder_id=one.elder_id)


def speaks(session: Session, now: datetime, policy: Policy, handoff_id: int, words: str) -> bool:
    """Words of somebody who waits. Danger makes it urgent; True when a call-back is asked for."""
    one = locked(session, handoff_id)
    conversations.add(
        session,
        now,
        "caller",
        [words],
        conversation_id=one.conversation_id,
        attempt_id=one.attempt_id if one.conversation_id is None else None,
    )
    danger = policy.danger.find(words)
    if danger is None:
        return any(wish in words for wish in RING_BACK)
    urgent(session, now, handoff_id)
    if danger.certain:
        elder = session.get(Elder, one.elder_id) if one.elder_id else None
        open_escalation(
            session,
            now,
            policy,
            Reason.CRISIS if danger.kind == "crisis" else Reason.DANGER,
            elder=elder,
            words=danger.words,
            phone=one.phone,
            conversation_id=one.conversation_id,
            rule=danger.rule,
        )
    return False


def urgent(session: Session, now: datetime, handoff_id: int) -> None:
    """There is danger: all are rung, the duty officers too, at any hour. The wait begins anew."""
    one = locked(session, handoff_id)
    if one.urgent or one.state not in ("ringing", "call_back"):
        return
    one.urgent, one.state, one.opened_at = True, "ringing", now
    one.due_at = now + handoffs.ANSWER_WITHIN
    note(session, now, "handoff", "来电人说有危险，响所有坐席和值班员", elder_id=one.elder_id)


def accept(
    session: Session, now: datetime, handoff_id: int, worker_id: int, seat_sid: str
) -> Handoff:
    """This person pressed the key and has the caller. Raises TakenByOther or NotFound."""
    worker = session.get(Worker, worker_id)
    one = locked(session, handoff_id)
    if worker is None or not worker.active or one.answered_at is not None:
        raise handoffs.TakenByOther
    handoffs.take(session, now, handoff_id, worker)
    one.answered_at, one.seat_sid = now, seat_sid
    _stop(session, now, handoff_id)
    handoffs.note_in_talk(session, now, one, f"{worker.name}按键接听")
    return one


def not_connected(session: Session, handoff_id: int) -> None:
    """The round brought nobody together: who had pressed the key is gone again."""
    one = locked(session, handoff_id)
    if one.answered_at is not None and one.left_at is None:
        one.answered_at, one.seat_sid = None, ""
        one.state, one.taken_by, one.taken_at = "ringing", None, None


def left(session: Session, now: datetime, handoff_id: int) -> Handoff:
    """The talk is over; the operator is free for the next caller."""
    one = locked(session, handoff_id)
    one.left_at = one.left_at or now
    _stop(session, now, handoff_id)
    return one


def hung_up(
    session: Session, now: datetime, *, line_sid: str = "", attempt_id: int | None = None
) -> None:
    """The caller's call has ended: who still waited is to be rung back, at once if urgent."""
    whose = Handoff.line_sid == line_sid if line_sid else Handoff.attempt_id == attempt_id
    rows = select(Handoff.id).where(
        Handoff.state != "done", Handoff.on_line, Handoff.left_at.is_(None), whose
    )
    for handoff_id in session.scalars(rows).all():
        left(session, now, handoff_id)
        handoffs.missed(session, now, handoff_id)


def can_ring_back(one: Handoff) -> bool:
    """Whether we know a number to ring back."""
    return shows_number(one.phone) or one.elder_id is not None


def _stop(session: Session, now: datetime, handoff_id: int) -> None:
    session.execute(
        update(Ring)
        .where(Ring.handoff_id == handoff_id, Ring.ended_at.is_(None))
        .values(ended_at=now)
    )


def _release(session: Session, now: datetime, one: Handoff, seats: Sequence[Seat]) -> None:
    """Who took it in the console and did not pick up, or cannot, has it no longer."""
    if one.taken_by is None or one.answered_at is not None:
        return
    rung = select(Ring.id).where(
        Ring.handoff_id == one.id, Ring.worker_id == one.taken_by, Ring.rung_at >= one.taken_at
    )
    reachable = any(seat.worker_id == one.taken_by for seat in seats)
    if not reachable or session.scalar(rung.limit(1)) is not None:
        one.state, one.taken_by, one.taken_at = "ringing", None, None


def _until_morning(session: Session, now: datetime, policy: Policy, one: Handoff) -> None:
    if one.state == "ringing":
        opens = policy.hours.opens_next(now, day_kind) or now
        one.state, one.after_hours, one.due_at = "call_back", True, opens + CALL_BACK_WITHIN
        note(session, now, "handoff", "下班时间来电，上班后回电", elder_id=one.elder_id)


def _waiter(session: Session, now: datetime, policy: Policy, one: Handoff) -> Waiter:
    earlier = select(Handoff.id).where(
        Handoff.state == "ringing",
        Handoff.on_line,
        Handoff.id != one.id,
        (Handoff.opened_at < one.opened_at) | Handoff.urgent,
    )
    ahead = set(session.scalars(earlier))
    going = select(Ring.handoff_id).where(Ring.ended_at.is_(None), Ring.handoff_id.in_(ahead))
    return Waiter(
        waited=now - one.opened_at,
        urgent=one.urgent,
        open=policy.hours.is_open(one.opened_at, day_kind),  # who came in time is served
        ahead=len(ahead),
        unserved=len(ahead - set(session.scalars(going))),
        taken_by=one.taken_by,
    )


def _seats(session: Session, now: datetime, one: Handoff) -> list[Seat]:
    """Who may be rung for this caller, and who of them is busy."""
    staff = handoffs.who_answers(session, one.urgent)
    ids = [worker.id for worker in staff]
    last = select(Ring.worker_id, func.max(Ring.rung_at)).where(
        Ring.worker_id.in_(ids), Ring.rung_at > now - LOOKS_BACK
    )
    last_rung = {row[0]: row[1] for row in session.execute(last.group_by(Ring.worker_id))}
    mine = select(Ring.worker_id, func.count()).where(Ring.handoff_id == one.id)
    rung = {row[0]: row[1] for row in session.execute(mine.group_by(Ring.worker_id))}
    busy = busy_workers(session, now)
    return [
        Seat(
            worker_id=worker.id,
            phone=worker.phone,
            busy=worker.id in busy,
            rung=rung.get(worker.id, 0),
            last_rung=last_rung.get(worker.id),
        )
        for worker in staff
    ]


def busy_workers(session: Session, now: datetime) -> set[int | None]:
    """Who talks with a caller, or is being rung for one."""
    talking = select(Handoff.taken_by).where(
        Handoff.state == "taken",
        Handoff.left_at.is_(None),
        Handoff.answered_at > now - TALKS_AT_MOST,
    )
    ringing = select(Ring.worker_id).where(
        Ring.ended_at.is_(None), Ring.rung_at > now - RINGS_LONGEST
    )
    return {*session.scalars(talking), *session.scalars(ringing)}
