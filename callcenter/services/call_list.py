"""The human call list (人工拨打名单): slots that a person rings, what they found, and the deadline.

A slot on the list is open, never blank: its next action is a call by hand, its time the deadline.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callcenter.domain import handcall
from callcenter.domain.checkin import NextAction, SlotKind, SlotState
from callcenter.domain.escalation import Reason
from callcenter.domain.habits import thaw
from callcenter.domain.handcall import FOUND_WORDS, WHY_WORDS, Ends, Escalates, Found, Why
from callcenter.domain.week import local
from callcenter.policy import Policy
from callcenter.services import numbers
from callcenter.services.coverage import situation
from callcenter.services.errors import CareError, NotFound
from callcenter.services.escalations import open_escalation
from callcenter.services.timeline import note
from callcenter.store.bulk import add_new
from callcenter.store.tables import Elder, Escalation, HandCall, Slot, Worker

BATCH = 50
TROUBLE = (Reason.DANGER.value, Reason.CRISIS.value, Reason.UNWELL.value)
TROUBLED_FOR = timedelta(days=14)  # so long danger or illness puts an elder further up


class TakenByOther(CareError):
    """这个电话已由别人在打。"""

    status = 409

    def __init__(self, name: str) -> None:
        super().__init__(f"这个电话{name}正在打。")


class OffTheCallList(CareError):
    """这个电话已经不在人工拨打名单上。"""

    status = 409


class SayWhoSaidSo(CareError):
    """请写明是谁说的、怎么回事，再登记。"""


def put(session: Session, slots: Sequence[Slot], why: Why, now: datetime) -> int:
    """Puts open calls on the list, for `why`; gives how many. The caller holds their rows.

    A call that is going on, and a slot that is no open call, is left as it is. A line that lies on
    the list already gets the new reason, and its deadline is never made earlier or later by it.
    """
    taken = [one for one in slots if _may_lie(one)]
    elders = _elders(session, taken)
    troubled = _troubled(session, now, list(elders))
    day = local(now).date()
    lines = []
    for slot in taken:
        elder = elders[slot.elder_id]
        risk = handcall.risk(
            situation(elder), thaw(elder.habits), day, troubled=elder.id in troubled
        )
        lines.append(
            {"slot_id": slot.id, "why": why.value, "risk": risk, "put_at": now, "tries": 0}
        )
        if slot.next_action != NextAction.HAND_CALL.value:
            slot.next_action = NextAction.HAND_CALL.value
            slot.next_at = handcall.deadline(slot.by, now)
        note(session, now, "hand_call", f"由人打电话：{WHY_WORDS[why]}", elder_id=slot.elder_id)
    session.flush()
    known = HandCall.slot_id.in_([slot.id for slot in taken])
    session.execute(delete(HandCall).where(known))
    add_new(session, HandCall, lines)
    return len(taken)


def take_back(session: Session, slots: Sequence[Slot], now: datetime) -> int:
    """Gives lines that nobody is ringing back to the machine, at once; gives how many.

    A slot whose own time is up stays on the list: the machine would come too late.
    """
    lines = {one.slot_id: one for one in _lines_of(session, slots)}
    back = 0
    for slot in slots:
        line = lines.get(slot.id)
        if line is None or not _on_list(slot) or _holder(line, now) is not None or slot.by <= now:
            continue
        slot.next_action, slot.next_at = NextAction.DIAL.value, max(now, slot.due_at)
        back += 1
    return back


def line_is_back(session: Session, now: datetime) -> int:
    """What lies on the list for the line alone goes back to the machine; gives how many."""
    lines = select(HandCall.slot_id).where(HandCall.why == Why.LINE_DOWN.value)
    rows = (
        select(Slot)
        .where(
            Slot.next_action == NextAction.HAND_CALL.value,
            Slot.state == SlotState.OPEN.value,
            Slot.id.in_(lines),
        )
        .with_for_update(skip_locked=True)
    )
    slots = session.scalars(rows).all()
    return sum(take_back(session, slots[n : n + BATCH], now) for n in range(0, len(slots), BATCH))


def waits_for_the_line(session: Session, slot: Slot, now: datetime) -> bool:
    """Whether it lies on the list only because the line is down, and nobody is ringing."""
    line = session.get(HandCall, slot.id)
    if line is None or not _on_list(slot) or line.why != Why.LINE_DOWN.value:
        return False
    return _holder(line, now) is None


def take(session: Session, now: datetime, slot_id: int, worker: Worker) -> HandCall:
    """我来打: the first one wins, for TAKEN_FOR. Raises TakenByOther, OffTheCallList, NotFound."""
    _, line = _held(session, now, slot_id, worker)
    line.taken_by, line.taken_at = worker.id, now
    return line


def record(
    session: Session,
    now: datetime,
    policy: Policy,
    slot_id: int,
    worker: Worker,
    found: Found,
    words: str = "",
) -> Slot:
    """Keeps what a person found who rang, and does what follows from it, in that person's name.

    Raises TakenByOther, OffTheCallList, NotFound, or SayWhoSaidSo when words are needed.
    """
    slot, line = _held(session, now, slot_id, worker)
    if found in handcall.NEEDS_WORDS and not words.strip():
        raise SayWhoSaidSo
    elder = session.get_one(Elder, slot.elder_id)
    said = words.strip()
    line.tries += found is Found.NOT_REACHED
    line.taken_by, line.taken_at = None, None
    text = f"{worker.name}打电话：{FOUND_WORDS[found]}" + (f"，{said}" if said else "")
    note(session, now, "hand_call", text, elder_id=elder.id)
    if found is Found.NUMBER_WRONG:
        numbers.proved_wrong(session, now, elder, elder.phone)
    what = handcall.follows(found, line.tries)
    if isinstance(what, Ends):
        slot.state = what.state.value
        slot.next_action, slot.next_at = NextAction.NOTHING.value, None
        slot.evidence = what.evidence
        slot.evidence_text = f"{FOUND_WORDS[found]}{f'，{said}' if said else ''}"[:200]
        slot.ended_at, slot.ended_by = now, worker.name
    elif isinstance(what, Escalates):
        open_escalation(session, now, policy, what.reason, elder=elder, words=said, slot=slot)
    return slot


def escalate_overdue(session: Session, now: datetime, policy: Policy) -> int:
    """Lines that nobody has brought to an end by their deadline go up the ladder; how many."""
    rows = session.scalars(
        select(Slot)
        .where(
            Slot.next_action == NextAction.HAND_CALL.value,
            Slot.state == SlotState.OPEN.value,
            Slot.next_at <= now,
        )
        .order_by(Slot.next_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    lines = {one.slot_id: one for one in _lines_of(session, rows)}
    for slot in rows:
        elder = session.get_one(Elder, slot.elder_id)
        reason = _in_vain(lines.get(slot.id))
        open_escalation(session, now, policy, reason, elder=elder, slot=slot)
    return len(rows)


def _in_vain(line: HandCall | None) -> Reason:
    """What is told when a line has come to its deadline."""
    if line is not None and line.tries:
        return Reason.MISSED
    no_phone = line is not None and line.why == Why.NO_PHONE.value
    return Reason.NO_PHONE if no_phone else Reason.HAND_CALL


def _may_lie(slot: Slot) -> bool:
    waits = slot.next_action in (NextAction.DIAL.value, NextAction.HAND_CALL.value)
    return waits and slot.state == SlotState.OPEN.value and slot.kind == SlotKind.CALL.value


def _on_list(slot: Slot) -> bool:
    on_list = slot.next_action == NextAction.HAND_CALL.value
    return on_list and slot.state == SlotState.OPEN.value


def _lines_of(session: Session, slots: Sequence[Slot]) -> Sequence[HandCall]:
    known = HandCall.slot_id.in_([slot.id for slot in slots])
    return session.scalars(select(HandCall).where(known)).all()


def _held(session: Session, now: datetime, slot_id: int, worker: Worker) -> tuple[Slot, HandCall]:
    """Slot and line, held until the transaction ends, unless somebody else is ringing."""
    rows = select(Slot).where(Slot.id == slot_id).with_for_update()
    slot = session.scalars(rows.execution_options(populate_existing=True)).one_or_none()
    line = session.get(HandCall, slot_id, populate_existing=True)
    if slot is None or line is None:
        raise NotFound("没有这个要打的电话。")
    if not _on_list(slot):
        raise OffTheCallList
    holder = _holder(line, now)
    if holder is not None and holder != worker.id:
        raise TakenByOther(session.get_one(Worker, holder).name)
    return slot, line


def _holder(line: HandCall, now: datetime) -> int | None:
    """Who is ringing; nobody for longer than TAKEN_FOR."""
    if line.taken_at is None or now - line.taken_at > handcall.TAKEN_FOR:
        return None
    return line.taken_by


def _elders(session: Session, slots: Sequence[Slot]) -> dict[int, Elder]:
    rows = select(Elder).where(Elder.id.in_({slot.elder_id for slot in slots}))
    return {one.id: one for one in session.scalars(rows)}


def _troubled(session: Session, now: datetime, elders: Sequence[int]) -> set[int]:
    """Those of the elders of whom danger or illness was told lately."""
    rows = select(Escalation.elder_id).where(
        Escalation.elder_id.in_(elders),
        Escalation.reason.in_(TROUBLE),
        Escalation.opened_at > now - TROUBLED_FOR,
    )
    return {one for one in session.scalars(rows) if one is not None}
