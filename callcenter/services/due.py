"""What is due, by the rows: one question to the database, asked very often, so it is cheap.

The statement is built once, and each part of it is the first entry of an index. An engine with
nothing to do asks this and nothing else.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnExpressionArgument, ScalarSelect, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from callcenter.domain.checkin import NextAction, SlotState
from callcenter.domain.escalation import Standing
from callcenter.services import breaker
from callcenter.services.handoffs import RINGS_AT_MOST, URGENT_BACK_WITHIN
from callcenter.services.holds import UNCHECKED
from callcenter.services.notices import SENT_WITHIN
from callcenter.store.tables import (
    Attempt,
    Beat,
    Escalation,
    Handoff,
    Hold,
    Notice,
    NumberCheck,
    Slot,
)

NOTHING = timedelta(0)


class Step(StrEnum):
    """The steps of an engine, by what makes each one due."""

    LINE = "line"  # how the line stands: looked at before anything is dialled
    DIAL = "dial"
    RECONCILE = "reconcile"
    VISITS = "visits"
    HAND_CALLS = "hand_calls"
    ESCALATE = "escalate"
    DELIVER = "deliver"
    TIDY = "tidy"
    KEEP = "keep"  # what has no moment of its own: who is new on the list, whom to ring at last
    BEAT = "beat"


KEPT_EVERY = timedelta(minutes=1)
BEATS_EVERY = timedelta(seconds=10)
KEPT, ENGINE = "kept", "engine"  # names of beats: the steps that go by time since the last one


def _first(
    moment: InstrumentedAttribute[Any], *where: ColumnExpressionArgument[bool]
) -> ScalarSelect[Any]:
    return select(moment).where(*where).order_by(moment).limit(1).scalar_subquery()


def _slot(action: NextAction) -> ScalarSelect[Any]:
    return _first(
        Slot.next_at, Slot.next_action == action.value, Slot.state == SlotState.OPEN.value
    )


def _promised(state: str) -> ScalarSelect[Any]:
    """Urgent call-backs that no escalation has taken over (services.callbacks)."""
    untold = Handoff.escalation_id.is_(None)
    return _first(Handoff.due_at, Handoff.state == state, Handoff.urgent, untold)


# what is due, and how long after the moment that the row names
PARTS: tuple[tuple[Step, ScalarSelect[Any], timedelta], ...] = (
    (Step.DIAL, _slot(NextAction.DIAL), NOTHING),
    (Step.VISITS, _slot(NextAction.VISIT), NOTHING),
    (Step.HAND_CALLS, _slot(NextAction.HAND_CALL), NOTHING),
    (Step.HAND_CALLS, _first(Hold.check_by, *UNCHECKED), NOTHING),
    (Step.HAND_CALLS, _first(NumberCheck.due_at, NumberCheck.closed_at.is_(None)), NOTHING),
    (Step.RECONCILE, _first(Attempt.look_at, Attempt.live), NOTHING),
    (
        Step.ESCALATE,
        _first(Escalation.next_at, Escalation.standing != Standing.RESOLVED.value),
        NOTHING,
    ),
    (Step.ESCALATE, _promised("call_back"), NOTHING),
    (Step.ESCALATE, _promised("waiting"), URGENT_BACK_WITHIN),
    (Step.DELIVER, _first(Notice.due_at, Notice.state == "due"), NOTHING),
    (Step.TIDY, _first(Notice.due_at, Notice.state == "going"), SENT_WITHIN),
    (Step.TIDY, _first(Handoff.opened_at, Handoff.state == "ringing"), RINGS_AT_MOST),
)
BY_TIME = (
    (Step.KEEP, KEPT, KEPT_EVERY),
    (Step.LINE, breaker.LOOK, breaker.LOOKS_EVERY),
    (Step.BEAT, ENGINE, BEATS_EVERY),
)
LAST_BEATS = tuple(
    select(Beat.at).where(Beat.name == name).scalar_subquery() for _, name, _ in BY_TIME
)
STATEMENT = select(*(part for _, part, _ in PARTS), *LAST_BEATS)


def due_steps(session: Session, now: datetime) -> set[Step]:
    """The steps that have something to do at `now`."""
    row = session.execute(STATEMENT).one()
    found = {step for step, moment in _moments(row) if moment <= now}
    for (step, _, every), last in zip(BY_TIME, row[len(PARTS) :], strict=True):
        if last is None or not last <= now < last + every:  # a clock set back counts as well
            found.add(step)
    return found


def next_due(session: Session) -> datetime | None:
    """When a row makes something due next; None when nothing is planned at all."""
    moments = (moment for _, moment in _moments(session.execute(STATEMENT).one()))
    return min(moments, default=None)


def _moments(row: Any) -> Iterator[tuple[Step, datetime]]:
    for (step, _, after), moment in zip(PARTS, row, strict=False):
        if moment is not None:
            yield step, moment + after
