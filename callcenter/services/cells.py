"""The cells of the week board: how one slot stands, on what that rests, and what happens next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import NEXT_WORDS, SLOT_WORDS, NextAction, SlotKind, SlotState
from callcenter.store.tables import Escalation, Slot, Worker

PLACES = (("call", 1), ("call", 2), ("visit", 1), ("visit", 2))  # the four columns, never fewer
LATE_AFTER = timedelta(minutes=5)
BLANK = "blank"  # the state of a cell without a slot, or without anything that happens next


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One slot as the board shows it."""

    kind: SlotKind
    number: int
    state: str  # a value of SlotState, or BLANK
    words: str  # of the state
    evidence: str  # what the state rests on, in words
    ended_at: datetime | None
    ended_by: str
    next_words: str  # what happens next; empty when the slot has ended
    next_at: datetime | None
    until: bool  # a person has until next_at; False: the house itself acts at that time
    by: datetime | None  # the latest moment for the slot's own means
    late: bool  # the next step should have been made
    escalation_id: int | None


def elder_week(session: Session, now: datetime, elder_id: int, monday: date) -> tuple[Cell, ...]:
    """The four slots of one elder in one week."""
    slots = select(Slot).where(Slot.week == monday, Slot.elder_id == elder_id)
    rows = session.scalars(slots).all()
    return cells_of(now, {(one.kind, one.number): one for one in rows}, hands_of(session, rows))


def hands_of(session: Session, slots: Sequence[Slot]) -> dict[int, tuple[Escalation, str]]:
    """The escalations that these slots hang on, each with the name of whoever has it."""
    ids = {slot.escalation_id for slot in slots if slot.escalation_id is not None}
    rows = session.execute(
        select(Escalation, Worker.name)
        .outerjoin(Worker, Worker.id == Escalation.acknowledged_by)
        .where(Escalation.id.in_(ids))
    )
    return {one.id: (one, name or "") for one, name in rows}


def cells_of(
    now: datetime,
    slots: dict[tuple[str, int], Slot],
    hands: dict[int, tuple[Escalation, str]],
) -> tuple[Cell, ...]:
    """The four cells of an elder; a slot that is missing is a blank, never left out."""
    return tuple(
        _cell(now, slots[place], hands) if place in slots else _blank(place) for place in PLACES
    )


def _cell(now: datetime, slot: Slot, hands: dict[int, tuple[Escalation, str]]) -> Cell:
    state, action = SlotState(slot.state), NextAction(slot.next_action)
    idle = state is SlotState.OPEN and slot.next_at is None
    return Cell(
        kind=SlotKind(slot.kind),
        number=slot.number,
        state=BLANK if idle else state.value,
        words="空白" if idle else SLOT_WORDS[state],
        evidence=evidence_words(slot.evidence, slot.evidence_text),
        ended_at=slot.ended_at,
        ended_by=slot.ended_by,
        next_words=_who_next(slot, hands) or NEXT_WORDS[action],
        next_at=slot.next_at,
        until=action in (NextAction.VISIT, NextAction.HAND_CALL),
        by=slot.by,
        late=slot.next_at is not None and now > slot.next_at + LATE_AFTER,
        escalation_id=slot.escalation_id,
    )


def _blank(place: tuple[str, int]) -> Cell:
    return Cell(
        kind=SlotKind(place[0]),
        number=place[1],
        state=BLANK,
        words="空白",
        evidence="",
        ended_at=None,
        ended_by="",
        next_words="没有安排，请告诉主管",
        next_at=None,
        until=False,
        by=None,
        late=True,
        escalation_id=None,
    )


def _who_next(slot: Slot, hands: dict[int, tuple[Escalation, str]]) -> str:
    """Who has an escalated slot: the person who acknowledged, or the rung that is being told."""
    if slot.state != SlotState.ESCALATED.value or slot.escalation_id not in hands:
        return ""
    one, name = hands[slot.escalation_id]
    if one.standing == "acknowledged":
        return f"{name}已接警，去核实"
    return f"正在通知{one.ladder['rungs'][one.rung]['title']}"


def evidence_words(evidence: str, text: str) -> str:
    """What a slot's end rests on, in words."""
    if evidence == "key":
        return f"按键{text}"
    if evidence == "words":
        return f"原话“{text}”" if text else "亲口说的"
    before = {"voice": "听到本人", "visit": "上门", "finding": "核实"}.get(evidence, "")
    return f"{before}：{text}" if before and text else before or text
