"""Everything an operator needs to know of one caller before the voice joins. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcenter.domain.escalation import Standing
from callcenter.services import lists, three_way
from callcenter.services.escalation_file import contacts
from callcenter.services.lists import HandoffLine
from callcenter.services.waiting import RINGS_LONGEST, TALKS_AT_MOST
from callcenter.store.desk_tables import Joining, Ring
from callcenter.store.tables import Contact, Elder, Escalation, Handoff, Message, Worker


@dataclass(frozen=True, kw_only=True)
class HandoffFile:
    """One caller on the operator's screen."""

    line: HandoffLine
    elder: Elder | None  # whom the number belongs to: a hint, never proof
    contacts: Sequence[Contact]
    dangers: Sequence[Escalation]  # open, of this talk or of this elder
    messages: Sequence[Message]  # what was said so far
    joinings: Sequence[Joining]
    colleagues: Sequence[Worker]  # who may be asked in
    talking: bool  # this worker has the caller on the line


def handoff_file(session: Session, handoff_id: int, me: int) -> HandoffFile:
    """Raises NotFound."""
    line = lists.handoff(session, handoff_id)
    one = line.row
    elder = session.get(Elder, one.elder_id) if one.elder_id else None
    on_line = one.answered_at is not None and one.left_at is None
    return HandoffFile(
        line=line,
        elder=elder,
        contacts=contacts(session, elder.id) if elder else (),
        dangers=_dangers(session, one),
        messages=_messages(session, one),
        joinings=three_way.joinings(session, one.id),
        colleagues=three_way.colleagues(session, one, me),
        talking=on_line and one.taken_by == me,
    )


def on_my_phone(session: Session, worker_id: int, now: datetime) -> HandoffLine | None:
    """Who rings at this worker's phone, or talks with this worker; the newest of them."""
    rung = select(Ring.handoff_id).where(
        Ring.worker_id == worker_id, Ring.ended_at.is_(None), Ring.rung_at > now - RINGS_LONGEST
    )
    found = session.scalar(rung.order_by(Ring.rung_at.desc()).limit(1))
    if found is None:
        talks = select(Handoff.id).where(
            Handoff.state == "taken",
            Handoff.taken_by == worker_id,
            Handoff.left_at.is_(None),
            Handoff.answered_at > now - TALKS_AT_MOST,
        )
        found = session.scalar(talks.order_by(Handoff.answered_at.desc()).limit(1))
    return lists.handoff(session, found) if found is not None else None


def _dangers(session: Session, one: Handoff) -> Sequence[Escalation]:
    whose = []
    if one.conversation_id is not None:
        whose.append(Escalation.conversation_id == one.conversation_id)
    if one.elder_id is not None:
        whose.append(Escalation.elder_id == one.elder_id)
    if not whose:
        return ()
    rows = select(Escalation).where(or_(*whose), Escalation.standing != Standing.RESOLVED.value)
    return session.scalars(rows.order_by(Escalation.id.desc())).all()


def _messages(session: Session, one: Handoff) -> Sequence[Message]:
    if one.conversation_id is not None:
        rows = select(Message).where(Message.conversation_id == one.conversation_id)
    elif one.attempt_id is not None:
        rows = select(Message).where(Message.attempt_id == one.attempt_id)
    else:
        return ()
    return session.scalars(rows.order_by(Message.id)).all()
