"""Putting people through (转人工): who is rung, who took it, and what became of a missed one.

A handoff never just ends: it is taken by a named person, or it is a call-back that is due.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain.numbers import dialable
from callcenter.domain.people import Role
from callcenter.domain.waiting import MOST_RUNG
from callcenter.services import conversations
from callcenter.services.errors import CareError, NotFound
from callcenter.services.timeline import note
from callcenter.store.tables import Handoff, Worker

ANSWER_WITHIN = timedelta(seconds=15)  # GB/T 33358-2016: answered by a person within 15 s
CALL_BACK_WITHIN = timedelta(minutes=30)
URGENT_BACK_WITHIN = timedelta(minutes=3)
RINGS_AT_MOST = timedelta(minutes=3)


class TakenByOther(CareError):
    """已由其他坐席接听。"""

    status = 409


def open_handoff(
    session: Session,
    now: datetime,
    *,
    reason: str,
    summary: str,
    on_line: bool,
    urgent: bool = False,
    conversation_id: int | None = None,
    attempt_id: int | None = None,
    elder_id: int | None = None,
    phone: str = "",
) -> Handoff:
    """Asks for a person: on the line now, or (in chat) to write back. One per talk."""
    known = _standing(session, conversation_id, attempt_id)
    if known is not None:
        known.urgent = known.urgent or urgent
        return known
    one = Handoff(
        conversation_id=conversation_id,
        attempt_id=attempt_id,
        elder_id=elder_id,
        phone=phone,
        reason=reason,
        summary=summary[:400],
        urgent=urgent,
        state="ringing" if on_line else "waiting",
        on_line=on_line,
        opened_at=now,
        due_at=now + ANSWER_WITHIN,
    )
    session.add(one)
    session.flush()
    note(session, now, "handoff", f"请求人工：{summary[:100]}", elder_id=elder_id)
    return one


def ringing(
    session: Session, *, conversation_id: int | None = None, attempt_id: int | None = None
) -> int | None:
    """The handoff of this talk that still rings somebody, if there is one."""
    one = _standing(session, conversation_id, attempt_id)
    return one.id if one is not None and one.state == "ringing" else None


def to_ring(session: Session, urgent: bool) -> Sequence[str]:
    """The phones to ring: signed-on operators; for the urgent the duty officers as well.

    A number that cannot be rung is skipped: the carrier would give up the whole transfer for it.
    """
    phones = [one.phone for one in who_answers(session, urgent)]
    return list(dict.fromkeys(phones))[:MOST_RUNG]


def who_answers(session: Session, urgent: bool) -> Sequence[Worker]:
    """Signed-on operators, then for the urgent the duty officers, as far as they have a phone."""
    rows = select(Worker).where(Worker.active, Worker.phone != "").order_by(Worker.id)
    found = list(session.scalars(rows.where(Worker.role == Role.OPERATOR.value, Worker.signed_on)))
    if urgent:
        found += session.scalars(rows.where(Worker.role == Role.DUTY_OFFICER.value))
    return [one for one in found if dialable(one.phone)]


def ask_back(
    session: Session,
    now: datetime,
    *,
    reason: str,
    summary: str,
    conversation_id: int | None,
    elder_id: int | None,
    phone: str,
    attempt_id: int | None = None,
) -> Handoff:
    """A person is to ring or write back, though nobody waits on the line; once for each talk."""
    if attempt_id is not None:
        asked = select(Handoff).where(Handoff.attempt_id == attempt_id, Handoff.reason == reason)
        if (known := session.scalars(asked.limit(1)).one_or_none()) is not None:
            return known
    one = open_handoff(
        session,
        now,
        reason=reason,
        summary=summary,
        on_line=False,
        conversation_id=conversation_id,
        attempt_id=attempt_id,
        elder_id=elder_id,
        phone=phone,
    )
    if one.state == "waiting" and one.opened_at == now:
        one.state, one.due_at = "call_back", now + CALL_BACK_WITHIN
    return one


def take(session: Session, now: datetime, handoff_id: int, worker: Worker) -> Handoff:
    """A person takes it; the first one wins. Raises TakenByOther or NotFound."""
    one = locked(session, handoff_id)
    if one.taken_by is not None and one.taken_by != worker.id:
        raise TakenByOther
    if one.taken_by is None:
        one.taken_by, one.taken_at, one.state = worker.id, now, "taken"
        note(session, now, "handoff", f"{worker.name}接听人工", elder_id=one.elder_id)
    return one


def missed(session: Session, now: datetime, handoff_id: int) -> None:
    """Nobody took the call: it becomes a call-back with a time by which it is due."""
    one = locked(session, handoff_id)
    if one.state == "ringing":
        one.state = "call_back"
        one.due_at = now + (URGENT_BACK_WITHIN if one.urgent else CALL_BACK_WITHIN)
        note(session, now, "handoff", "没有坐席接起，转为回拨", elder_id=one.elder_id)


def overdue_ringing(session: Session, now: datetime) -> int:
    """Handoffs left ringing by a call that broke off become call-backs; gives how many."""
    rows = select(Handoff.id).where(
        Handoff.state == "ringing", Handoff.opened_at <= now - RINGS_AT_MOST
    )
    ids = session.scalars(rows).all()
    for one in ids:
        missed(session, now, one)
    return len(ids)


def finish(session: Session, now: datetime, handoff_id: int, worker: Worker, words: str) -> Handoff:
    """Done, with a note of what became of it; an untaken one counts as taken by this worker."""
    one = locked(session, handoff_id)
    if one.taken_by is None:
        one.taken_by, one.taken_at = worker.id, now
    one.state, one.done_at, one.note = "done", now, words.strip()[:400]
    text = f"{worker.name}办完人工：{words.strip()[:100]}"
    note(session, now, "handoff", text, elder_id=one.elder_id)
    return one


def note_in_talk(session: Session, now: datetime, one: Handoff, words: str) -> None:
    """Writes down what was done on the line, among the words of the talk itself."""
    conversations.add(
        session,
        now,
        "note",
        [words],
        conversation_id=one.conversation_id,
        attempt_id=one.attempt_id if one.conversation_id is None else None,
    )


def locked(session: Session, handoff_id: int) -> Handoff:
    """The handoff, held until the transaction ends. Raises NotFound."""
    rows = select(Handoff).where(Handoff.id == handoff_id).with_for_update()
    one = session.scalars(rows).one_or_none()
    if one is None:
        raise NotFound("没有这条转人工记录。")
    return one


def _standing(
    session: Session, conversation_id: int | None, attempt_id: int | None
) -> Handoff | None:
    rows = select(Handoff).where(Handoff.state.in_(("ringing", "waiting")))
    if conversation_id is not None:
        rows = rows.where(Handoff.conversation_id == conversation_id)
    elif attempt_id is not None:
        rows = rows.where(Handoff.attempt_id == attempt_id)
    else:
        return None
    return session.scalars(rows.limit(1)).one_or_none()
