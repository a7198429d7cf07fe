"""An elder who rings in while a check-in is open may finish it there: nobody rings any more then.

The number is a hint: the offer asks whether it is that elder, and closes by an answer alone.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import NextAction, SlotKind, SlotState
from callcenter.domain.escalation import Reason
from callcenter.domain.week import local, monday_of
from callcenter.policy import Policy
from callcenter.services import attempts, call_list
from callcenter.services.escalations import open_escalation
from callcenter.store.tables import Elder, Slot

KEYS = {"1": "fine", "2": "unwell"}


class Finished(StrEnum):
    """How a check-in ended that was finished on the elder's own call."""

    WELL = "finished_well"
    UNWELL = "finished_unwell"


def unfinished(session: Session, now: datetime, elder_id: int) -> Slot | None:
    """The elder's call of this week that should have been made by the end of today, if it waits.

    One that rings at this moment, or that a person has, is left alone; so is one that no machine
    may make, because this elder's word to a machine does not count.
    """
    open_ones = (
        select(Slot)
        .where(
            Slot.elder_id == elder_id,
            Slot.state == SlotState.OPEN.value,
            Slot.kind == SlotKind.CALL.value,
            Slot.next_action.in_((NextAction.DIAL.value, NextAction.HAND_CALL.value)),
            Slot.week == monday_of(now),
        )
        .order_by(Slot.due_at)
    )
    today = local(now).date()
    for one in session.scalars(open_ones):
        if local(one.due_at).date() <= today and _waits(session, one, now):
            return one
    return None


def _waits(session: Session, slot: Slot, now: datetime) -> bool:
    if slot.state == SlotState.OPEN.value and slot.next_action == NextAction.DIAL.value:
        return True
    return call_list.waits_for_the_line(session, slot, now)


def finish(
    session: Session, now: datetime, policy: Policy, slot_id: int, text: str
) -> Finished | None:
    """The answer to the offer. Well closes the slot, unwell goes to a person; else None.

    A slot that has ended or is being rung meanwhile is not touched: the call that rings asks.
    """
    means = KEYS.get(text) or policy.answers.read(text).intent
    if means not in KEYS.values():
        return None
    rows = select(Slot).where(Slot.id == slot_id).with_for_update()
    slot = session.scalars(rows).one()
    waits = _waits(session, slot, now)
    if means == "fine":
        if waits:
            attempts.told_safe(session, now, slot, "key" if text in KEYS else "words", text)
        return Finished.WELL
    elder = session.get_one(Elder, slot.elder_id)
    tied = slot if waits else None
    open_escalation(session, now, policy, Reason.UNWELL, elder=elder, words=text, slot=tied)
    return Finished.UNWELL
