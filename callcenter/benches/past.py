"""Past weeks of a bench's district: everything that a year leaves behind, written in bulk.

Each elder's week is over: two calls answered, two visits made. One elder in ten had an
escalation that was resolved, with its notices and a talk on the hotline.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from callcenter.benches.district import COMMUNITY, fill, tidy
from callcenter.domain.script import Talk
from callcenter.domain.week import at
from callcenter.services.attempts import freeze
from callcenter.store.tables import (
    Attempt,
    Conversation,
    Escalation,
    Event,
    Handoff,
    Message,
    Notice,
    Slot,
    Visit,
)

TROUBLED = 10  # one elder in so many had an escalation
CALL_AT, VISIT_AT = 10 * 60, 14 * 60  # minutes of the day
LADDER = {"rungs": [], "find_within_seconds": 3600}
Rows = Iterator[dict[str, object]]


def settle_past(engine: Engine, elders: int, monday: date, weeks: int) -> None:
    """Writes so many weeks before the one that begins on `monday`."""
    for back in range(weeks, 0, -1):
        week = _Week(monday - timedelta(weeks=back), elders, weeks - back)
        with engine.begin() as connection:
            week.write(connection)
    tidy(engine)


class _Week:
    """One week that is over. `number` counts from 0 and keeps the ids of weeks apart."""

    def __init__(self, monday: date, elders: int, number: int) -> None:
        self._monday, self._elders, self._number = monday, elders, number

    def write(self, connection: Connection) -> None:
        """Writes it, each table after those that it refers to."""
        fill(connection, Conversation, self._troubled(self._conversation))
        fill(connection, Escalation, self._troubled(self._escalation))
        fill(connection, Slot, self._everybody(self._slots))
        fill(connection, Attempt, self._everybody(self._attempts))
        fill(connection, Visit, self._everybody(self._visits))
        fill(connection, Event, self._everybody(self._events))
        fill(connection, Message, self._everybody(self._messages))
        fill(connection, Notice, self._troubled(self._notice))
        fill(connection, Handoff, self._troubled(self._handoff))

    def _everybody(self, rows: Callable[[int], Rows]) -> Rows:
        for elder in range(1, self._elders + 1):
            yield from rows(elder)

    def _troubled(self, row: Callable[[int, int], dict[str, object]]) -> Rows:
        each = range(TROUBLED, self._elders + 1, TROUBLED)
        for order, elder in enumerate(each, start=1):
            yield row(elder, self._number * len(each) + order)

    def _first_id(self, elder: int, each: int) -> int:
        """The first of `each` ids that belong to this elder's week."""
        return (self._number * self._elders + elder - 1) * each + 1

    def _on(self, day: int, minute: int) -> datetime:
        return at(self._monday + timedelta(days=day), minute)

    def _slots(self, elder: int) -> Rows:
        first = self._first_id(elder, 4)
        calls = [("call", number, self._on(3 * number - 3, CALL_AT)) for number in (1, 2)]
        visits = [("visit", number, self._on(3 * number - 2, VISIT_AT)) for number in (1, 2)]
        for order, (kind, number, moment) in enumerate((*calls, *visits)):
            yield {
                "id": first + order,
                "elder_id": elder,
                "week": self._monday,
                "kind": kind,
                "number": number,
                "state": "confirmed_safe",
                "due_at": moment,
                "by": moment + timedelta(hours=7),
                "next_action": "nothing",
                "evidence": "key" if kind == "call" else "visit",
                "evidence_text": "1",
                "ended_at": moment,
                "ended_by": "本人",
            }

    def _attempts(self, elder: int) -> Rows:
        first, slot = self._first_id(elder, 2), self._first_id(elder, 4)
        for order in (0, 1):
            moment = self._on(3 * order, CALL_AT)
            yield {
                "id": first + order,
                "slot_id": slot + order,
                "elder_id": elder,
                "number": 1,
                "to_phone": f"+86101{elder:08d}",
                "state": "ended",
                "live": False,
                "intended_at": moment,
                "call_sid": f"CA{first + order:032d}",
                "progress": "ended",
                "sequence": 3,
                "disposition": "answered",
                "outcome": "safe",
                "ended_at": moment,
                "talk": freeze(Talk()),
            }

    def _visits(self, elder: int) -> Rows:
        slot = self._first_id(elder, 4) + 2
        for order in (0, 1):
            moment = self._on(3 * order + 1, VISIT_AT)
            yield {
                "slot_id": slot + order,
                "elder_id": elder,
                "kind": "home_visit",
                "place": f"量测路{elder}号",
                "worker_id": (elder - 1) // COMMUNITY + 1,
                "began_at": moment,
                "ended_at": moment + timedelta(minutes=20),
                "found": "seen_well",
                "entered_at": moment,
            }

    def _events(self, elder: int) -> Rows:
        for order in range(8):
            moment = self._on(order % 7, CALL_AT)
            yield {"at": moment, "elder_id": elder, "kind": "call", "text": "平安问候：报了平安"}

    def _messages(self, elder: int) -> Rows:
        for order in (0, 1):
            attempt = self._first_id(elder, 2) + order
            for speaker in ("assistant", "assistant", "caller", "assistant", "assistant"):
                yield {
                    "attempt_id": attempt,
                    "at": self._on(3 * order, CALL_AT),
                    "speaker": speaker,
                    "text": "您今天身体好不好？好的请按1，不舒服请按2。",
                }

    def _conversation(self, elder: int, number: int) -> dict[str, object]:
        began = self._on(2, CALL_AT)
        return {
            "id": number,
            "key": f"call:CB{number:032d}",
            "channel": "phone",
            "address": f"+86101{elder:08d}",
            "elder_id": elder,
            "began_at": began,
            "ended_at": began + timedelta(minutes=3),
        }

    def _escalation(self, elder: int, number: int) -> dict[str, object]:
        opened = self._on(2, CALL_AT)
        return {
            "id": number,
            "elder_id": elder,
            "conversation_id": number,
            "about": "阿婆",
            "reason": "unwell",
            "opened_at": opened,
            "standing": "resolved",
            "ladder": LADDER,
            "acknowledged_by": (elder - 1) // COMMUNITY + 1,
            "acknowledged_at": opened,
            "finding": "seen_well",
            "resolved_by": (elder - 1) // COMMUNITY + 1,
            "resolved_at": opened + timedelta(hours=1),
        }

    def _notice(self, elder: int, number: int) -> dict[str, object]:
        return {
            "escalation_id": number,
            "worker_id": (elder - 1) // COMMUNITY + 1,
            "address": "tel:+8610900000001",
            "round": 1,
            "text": "有一条预警",
            "state": "delivered",
            "due_at": self._on(2, CALL_AT),
        }

    def _handoff(self, elder: int, number: int) -> dict[str, object]:
        opened = self._on(2, CALL_AT)
        return {
            "conversation_id": number,
            "elder_id": elder,
            "reason": "human",
            "state": "done",
            "opened_at": opened,
            "due_at": opened,
            "done_at": opened,
        }
