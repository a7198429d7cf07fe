"""Counts what happened: dials as the exchange saw them, slots as the ledger has them.

Nothing here asks the house whether it did well. A call is known by the address of its script,
which carries the id of the attempt it was placed for.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import SlotState
from callcenter.domain.habits import hours, thaw
from callcenter.exchange.board import Board
from callcenter.exchange.call import Call
from callcenter.simulation.trap import SteppingClock
from callcenter.store.tables import Attempt, Elder, Escalation, Slot

CHECK_IN = re.compile(r"/voice/check-in/(\d+)$")


@dataclass(slots=True, kw_only=True)
class Dialled:
    """One call to an elder as the exchange saw it; moments are true time."""

    attempt_id: int
    number: str
    left: datetime  # when it left the exchange
    rang: datetime | None = None  # when the phone began to ring; None: it never did


@dataclass
class Line:
    """Listens at the exchange to every check-in call."""

    board: Board
    calls: dict[str, Dialled] = field(default_factory=dict)  # by the exchange's id of the call
    at_once: int = 0  # calls that left while another one to the same number was going on
    _going: Counter[str] = field(default_factory=Counter)

    def hears(self, call: Call, event: str) -> None:
        """One step in the life of a call."""
        if event == "initiated":
            self._left(call)
        elif call.sid in self.calls:
            if event == "ringing":
                self.calls[call.sid].rang = self.board.now
            elif event == "completed":
                self._going[call.phone] -= 1

    def _left(self, call: Call) -> None:
        found = CHECK_IN.search(call.orders.script.url) if call.orders.script else None
        if found is None or call.direction != "outbound-api" or call.dispatched is None:
            return
        one = Dialled(attempt_id=int(found[1]), number=call.phone, left=call.dispatched)
        self.calls[call.sid] = one
        if self._going[call.phone] > 0:
            self.at_once += 1
        self._going[call.phone] += 1


@dataclass(frozen=True, kw_only=True)
class Dials:
    """What the exchange's list says about the calls to elders."""

    dials: int
    double_dials: int
    outside_window: int


def count_dials(session: Session, line: Line, clock: SteppingClock) -> Dials:
    """Doubled: two calls at once to one phone, a second call for one attempt or a call for none,
    and a call for a slot that had ended before it was intended. Outside: began to ring when the
    elder's window was closed. All by true time; rows carry what the clock showed."""
    rows = session.execute(
        select(
            Attempt.id,
            Attempt.intended_at,
            Slot.ended_at,
            Elder.window_opens,
            Elder.window_closes,
            Elder.habits,
        )
        .join(Slot, Slot.id == Attempt.slot_id)
        .join(Elder, Elder.id == Attempt.elder_id)
    )
    known = {row[0]: row[1:] for row in rows}
    seen: set[int] = set()
    doubled, outside = line.at_once, 0
    for one in line.calls.values():
        if one.attempt_id not in known or one.attempt_id in seen:
            doubled += 1
            continue
        seen.add(one.attempt_id)
        intended_at, ended_at, opens, closes, habits = known[one.attempt_id]
        doubled += ended_at is not None and _before(clock, ended_at, intended_at)
        window = hours(opens, closes, thaw(habits))
        outside += one.rang is not None and not window.holds(one.rang)
    return Dials(dials=len(line.calls), double_dials=doubled, outside_window=outside)


def _before(clock: SteppingClock, one: datetime, other: datetime) -> bool:
    """Whether what carries the first moment really came before what carries the other.

    A clock that was set back in a call makes it end, by the rows, before it began.
    """
    true_one, true_other = clock.showed(one), clock.showed(other)
    if not true_one or not true_other:
        return one < other
    return max(true_one) < min(true_other)


def count_slots(session: Session, first: date, until: date) -> Counter[SlotState]:
    """Slots of the weeks from the Monday `first` to the day before `until`, by how they stand."""
    rows = session.execute(
        select(Slot.state, func.count())
        .where(Slot.week >= first, Slot.week < until)
        .group_by(Slot.state)
    )
    return Counter({SlotState(state): many for state, many in rows})


def count_escalations(session: Session) -> int:
    """All that were ever opened."""
    return session.scalar(select(func.count()).select_from(Escalation)) or 0
