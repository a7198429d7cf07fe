"""Three on the line (三方通话): an operator brings 110, 119, 120 or a colleague into a talk.

Always somebody's explicit act, never automatic; each act and how it went is written among the words
of the talk and in the elder's time line. Nothing here dials: see callcenter.switchboard.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcenter.domain.call import DISPOSITION_WORDS, CallEvent, Disposition
from callcenter.domain.numbers import dialable
from callcenter.domain.people import Role
from callcenter.services import handoffs, waiting
from callcenter.services.errors import CareError, NotFound
from callcenter.services.timeline import note
from callcenter.store.desk_tables import Joining
from callcenter.store.tables import Elder, Handoff, Worker

NOT_PLACED = "not_placed"
LEFT = "left"


class NotYourCall(CareError):
    """只有正在和来电人通话的坐席才能请别人加入。"""

    status = 409


class AlreadyAsked(CareError):
    """已经在拨了，请等一等。"""

    status = 409


class CouldNotJoin(CareError):
    """没有接进来，请再试一次，或者用别的电话打。"""

    status = 409


def ask(
    session: Session, now: datetime, handoff_id: int, worker: Worker, who: str, phone: str
) -> Joining:
    """This worker wants somebody in the talk; written before the phone rings there.

    Raises NotYourCall, AlreadyAsked or NotFound.
    """
    one = handoffs.locked(session, handoff_id)
    has_it = one.answered_at is not None and one.left_at is None and one.seat_sid
    if not has_it or one.taken_by != worker.id:
        raise NotYourCall
    if any(each.phone == phone and each.ended_at is None for each in joinings(session, one.id)):
        raise AlreadyAsked
    joining = Joining(handoff_id=one.id, worker_id=worker.id, who=who, phone=phone, asked_at=now)
    session.add(joining)
    session.flush()
    _write(session, now, one, f"{worker.name}请{who}加入通话")
    return joining


def not_in_room(session: Session, handoff_id: int) -> str:
    """After all the talk is not in a room; gives the caller's call."""
    one = handoffs.locked(session, handoff_id)
    one.joint = False
    return one.line_sid


def placed(session: Session, joining_id: int, sid: str) -> None:
    """The carrier rings them; this is their call."""
    one = locked(session, joining_id)
    one.sid = one.sid or sid


def not_placed(session: Session, now: datetime, joining_id: int) -> None:
    """Their phone never rang."""
    _end(session, now, locked(session, joining_id), NOT_PLACED, "没有拨出去")


def told(session: Session, now: datetime, joining_id: int, event: CallEvent) -> None:
    """One step in the life of their call; may come twice, late, or before `placed`."""
    one = locked(session, joining_id)
    one.sid = one.sid or event.sid
    if event.disposition is None or one.ended_at is not None:
        return
    words = DISPOSITION_WORDS[event.disposition]
    if event.disposition is Disposition.ANSWERED:
        words = "已离开通话" if one.answered_at is not None else "没有按键加入"
    _end(session, now, one, event.disposition.value, words)


def joins(session: Session, now: datetime, joining_id: int) -> int:
    """They are on the line and enter the room; gives the handoff. Raises NotYourCall if over."""
    one = locked(session, joining_id)
    handoff = handoffs.locked(session, one.handoff_id)
    if handoff.left_at is not None:
        raise NotYourCall
    if one.answered_at is None:
        one.answered_at = now
        _write(session, now, handoff, f"{one.who}已加入通话")
    return handoff.id


def leaves(session: Session, now: datetime, handoff_id: int, sid: str) -> str | None:
    """Somebody has left the room. Gives the caller's call when nobody else is left in it."""
    one = handoffs.locked(session, handoff_id)
    if sid == one.line_sid:
        waiting.left(session, now, handoff_id)
        return None
    if sid == one.seat_sid:
        one.seat_sid = ""
        _write(session, now, one, "坐席已离开通话")
    others = joinings(session, handoff_id)
    for each in others:
        if each.sid == sid and each.ended_at is None:
            _end(session, now, each, LEFT, "已离开通话")
    alone = not one.seat_sid and all(each.ended_at is not None for each in others)
    return one.line_sid if alone and one.left_at is None else None


def joinings(session: Session, handoff_id: int) -> Sequence[Joining]:
    """Everybody who was asked into this talk, in order."""
    rows = select(Joining).where(Joining.handoff_id == handoff_id).order_by(Joining.id)
    return session.scalars(rows).all()


def colleagues(session: Session, one: Handoff, me: int) -> list[Worker]:
    """Who may be asked in besides the emergency services: the desk, the duty, the caseworker."""
    elder = session.get(Elder, one.elder_id) if one.elder_id else None
    desk = Worker.role == Role.OPERATOR.value
    rows = select(Worker).where(
        Worker.active,
        Worker.id != me,
        or_(
            desk & Worker.signed_on,
            Worker.role == Role.DUTY_OFFICER.value,
            Worker.id == (elder.caseworker_id if elder else None),
        ),
    )
    return [one for one in session.scalars(rows.order_by(Worker.id)) if dialable(one.phone)]


def locked(session: Session, joining_id: int) -> Joining:
    """The joining, held until the transaction ends. Raises NotFound."""
    rows = select(Joining).where(Joining.id == joining_id).with_for_update()
    one = session.scalars(rows).one_or_none()
    if one is None:
        raise NotFound("没有这条三方通话记录。")
    return one


def _end(session: Session, now: datetime, one: Joining, ending: str, words: str) -> None:
    one.ended_at, one.ending = now, ending
    _write(session, now, handoffs.locked(session, one.handoff_id), f"{one.who}{words}")


def _write(session: Session, now: datetime, one: Handoff, words: str) -> None:
    handoffs.note_in_talk(session, now, one, words)
    note(session, now, "handoff", words, elder_id=one.elder_id)
