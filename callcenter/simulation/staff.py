"""The people who work: they visit, acknowledge, find out, and call back, or do not.

Everything goes through the services and the exchange, at the time that the wall clock shows.
What somebody does about one thing depends on the seed and on that thing, not on the order of work.
"""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from callcenter.domain import handcall as hand
from callcenter.domain.checkin import NextAction, SlotKind, SlotState
from callcenter.domain.escalation import NEEDS_WORDS, OF_THE_HOUSE, Finding, Reason, Standing
from callcenter.domain.hold import HoldReason
from callcenter.domain.week import at, local
from callcenter.exchange.core import Exchange
from callcenter.services import call_list, escalations, handoffs, holds, visits
from callcenter.services.errors import AlreadyAcknowledged, AlreadyResolved
from callcenter.simulation.district import HOTLINE, District, Habit
from callcenter.store.tables import Elder, Escalation, HandCall, Handoff, Hold, Notice, Slot, Worker
from callcenter.wiring import House

Rows = Sequence[Any]
TOLD = ("sent", "delivered")
TOGETHER = 50  # visits that are entered in one transaction
CALL_BACK = ("waiting", "call_back")
FOUND = (
    (Finding.SEEN_WELL, 88.0),
    (Finding.AWAY_CONFIRMED, 6.0),
    (Finding.IN_HOSPITAL, 4.0),
    (Finding.REFUSED, 1.0),
    (Finding.MOVED, 0.5),
    (Finding.DECEASED, 0.5),
)
FOUND_ILL = (
    (Finding.SEEN_ILL_HELPED, 80.0),
    (Finding.IN_HOSPITAL, 10.0),
    (Finding.SEEN_WELL, 10.0),
)
RUNG: tuple[tuple[hand.Found, float], ...] = (
    (hand.Found.WELL, 80.0),
    (hand.Found.NOT_REACHED, 12.0),
    (hand.Found.UNWELL, 3.0),
    (hand.Found.AWAY, 4.0),
    (hand.Found.NUMBER_WRONG, 1.0),
)
ILL = ("danger", "crisis", "unwell")
VISITED, ON_PAPER = 0.94, 0.97  # entered the same day · entered a day later · the rest: never


DUE_TODAY = select(Slot.id, Slot.due_at).where(
    Slot.kind == SlotKind.VISIT.value,
    Slot.state == SlotState.OPEN.value,
    Slot.due_at >= bindparam("midnight"),
    Slot.due_at < bindparam("next_midnight"),
)
RINGING = (
    select(Notice.id, Notice.escalation_id, Notice.worker_id, Notice.sent_at)
    .join(Escalation, Escalation.id == Notice.escalation_id)
    .where(Escalation.standing == Standing.RINGING.value, Notice.state.in_(TOLD))
    .order_by(Notice.id)
)
ACKNOWLEDGED = select(
    Escalation.id, Escalation.acknowledged_by, Escalation.acknowledged_at, Escalation.reason
).where(Escalation.standing == Standing.ACKNOWLEDGED.value)
ON_CALL_LIST = (
    select(Slot.id, Slot.elder_id, HandCall.put_at, HandCall.tries)
    .join(HandCall, HandCall.slot_id == Slot.id)
    .where(
        Slot.next_action == NextAction.HAND_CALL.value,
        Slot.state == SlotState.OPEN.value,
    )
    .order_by(Slot.id)
)
HELD = (
    select(Hold.id, Hold.elder_id)
    .where(*holds.UNCHECKED, Hold.last_day <= bindparam("today"))
    .order_by(Hold.id)
)
TO_RING_BACK = select(Handoff.id, Handoff.opened_at).where(Handoff.state.in_(CALL_BACK))


@dataclass(order=True, frozen=True, kw_only=True)
class Round:
    """A home visit that somebody will enter."""

    at: datetime  # when it is entered
    slot_id: int
    ended_at: datetime
    minutes: int


@dataclass(kw_only=True)
class Staff:
    """Everybody who works in the district."""

    house: House  # as their console has it
    exchange: Exchange
    district: District
    seed: int
    rounds: list[Round] = field(default_factory=list)
    read: set[int] = field(default_factory=set)  # notices dealt with by text, chat or screen

    def begin_day(self) -> None:
        """Who is to be visited today, and when that will be entered."""
        now = self.house.now()
        midnight = at(local(now).date(), 0)
        with self.house.store.look() as session:
            days = {"midnight": midnight, "next_midnight": midnight + timedelta(days=1)}
            due = session.execute(DUE_TODAY, days).all()
        for slot_id, due_at in due:
            one = self._round(slot_id, max(due_at, now))
            if one is not None:
                heapq.heappush(self.rounds, one)

    def work(self) -> bool:
        """Everything that people do about now; False when there was nothing to do."""
        now = self.house.now()
        with self.house.store.look() as session:
            ringing = session.execute(RINGING).all()
            acknowledged = session.execute(ACKNOWLEDGED).all()
            to_ring_back = session.execute(TO_RING_BACK).all()
            by_hand = session.execute(ON_CALL_LIST).all()
            away = session.execute(HELD, {"today": local(now).date()}).all()
        waits = ringing or acknowledged or to_ring_back or by_hand or away
        if not (waits or self._visits_wait(now)):
            return False
        self._visit(now)
        self._acknowledge(now, ringing)
        self._find_out(now, acknowledged)
        self._call_back(now, to_ring_back)
        self._ring_by_hand(now, by_hand)
        self._ask_back(now, away)
        return True

    def _visits_wait(self, now: datetime) -> bool:
        return bool(self.rounds) and self.rounds[0].at <= now

    def _chance(self, *about: object) -> Random:
        return Random(f"{self.seed}:staff:{about}")  # noqa: S311  not for secrets

    def _round(self, slot_id: int, opens: datetime) -> Round | None:
        chance = self._chance("visit", slot_id)
        roll = chance.random()
        if roll > ON_PAPER:
            return None
        ended = opens + timedelta(minutes=chance.randint(30, 420))
        entered = ended + timedelta(minutes=chance.randint(1, 20))
        if roll > VISITED:
            entered = ended + timedelta(hours=chance.randint(16, 24))
        return Round(at=entered, slot_id=slot_id, ended_at=ended, minutes=chance.randint(10, 28))

    def _visit(self, now: datetime) -> None:
        while self._visits_wait(now):
            some: list[Round] = []
            while self._visits_wait(now) and len(some) < TOGETHER:
                some.append(heapq.heappop(self.rounds))
            try:
                with self.house.store.work() as session:
                    for one in some:
                        self._enter(session, now, one)
            except BaseException:
                for one in some:
                    heapq.heappush(self.rounds, one)
                raise

    def _enter(self, session: Session, now: datetime, one: Round) -> None:
        slot = session.get_one(Slot, one.slot_id)
        elder = session.get_one(Elder, slot.elder_id)
        worker = self._visitor(session, elder)
        found = self._found(self._chance("found", one.slot_id), FOUND)
        visits.record_visit(
            session,
            now,
            self.house.policy,
            elder_id=elder.id,
            worker=worker,
            kind="home_visit",
            place=elder.address,
            began_at=one.ended_at - timedelta(minutes=one.minutes),
            ended_at=one.ended_at,
            found=found,
            note="邻居证实" if found in NEEDS_WORDS else "",
        )
        if found in (Finding.IN_HOSPITAL, Finding.AWAY_CONFIRMED):
            self._hold(session, now, elder, worker, one.slot_id)

    def _hold(
        self, session: Session, now: datetime, elder: Elder, worker: Worker, slot_id: int
    ) -> None:
        """Somebody says until when the elder is away."""
        days = self._chance("holds", slot_id).randint(1, 5)
        tomorrow = local(now).date() + timedelta(days=1)
        with suppress(holds.OverlappingHold):
            holds.hold(
                session,
                now,
                elder,
                worker,
                reason=HoldReason.HOSPITAL,
                first=tomorrow,
                last=tomorrow + timedelta(days=days),
                said_by="邻居",
            )

    def _ask_back(self, now: datetime, rows: Rows) -> None:
        """On the last day of a hold most are asked about: back, or away for longer; some never."""
        for hold_id, elder_id in rows:
            chance = self._chance("asks back", hold_id)
            roll = chance.random()
            if roll > 0.8 or now.minute < chance.randint(0, 50):
                continue
            with self.house.store.work() as session, suppress(holds.AlreadyChecked):
                worker = self._visitor(session, session.get_one(Elder, elder_id))
                if roll < 0.6:
                    holds.back(session, now, hold_id, worker)
                else:
                    last = local(now).date() + timedelta(days=2)
                    holds.prolong(session, now, hold_id, worker, last=last, said_by="邻居")

    def _visitor(self, session: Session, elder: Elder) -> Worker:
        if elder.caseworker_id is not None:
            return session.get_one(Worker, elder.caseworker_id)
        rows = select(Worker).where(Worker.community_id == elder.community_id)
        return session.scalars(rows.limit(1)).one()

    def _found(self, chance: Random, among: Sequence[tuple[Finding, float]]) -> Finding:
        findings, weights = zip(*among, strict=True)
        return Finding(chance.choices(findings, weights)[0])

    def _acknowledge(self, now: datetime, rows: Rows) -> None:
        """Those who read, rather than pick up, deal with what has reached them."""
        for notice_id, escalation_id, worker_id, sent_at in rows:
            habit = self.district.habits[worker_id]
            if habit in (Habit.KEYS, Habit.NEVER) or notice_id in self.read:
                continue
            chance = self._chance("reads", notice_id)
            if sent_at is None or now < sent_at + timedelta(minutes=chance.randint(1, 12)):
                continue
            self.read.add(notice_id)
            if chance.random() < 0.9:
                self._takes(now, escalation_id, worker_id, habit)

    def _takes(self, now: datetime, escalation_id: int, worker_id: int, habit: Habit) -> None:
        if habit is Habit.TEXTS:
            self.exchange.text(self.district.phones[worker_id], HOTLINE, f"{escalation_id}")
            return
        over = "telegram" if habit is Habit.CHATS else "console"
        try:
            with self.house.store.work() as session:
                worker = session.get_one(Worker, worker_id)
                escalations.acknowledge(session, now, escalation_id, worker, over)
        except (AlreadyAcknowledged, AlreadyResolved):
            return  # somebody else was faster, and the page says so

    def _find_out(self, now: datetime, rows: Rows) -> None:
        """Most who acknowledged write down in time what they found, some late, some never."""
        for one, worker_id, acknowledged_at, reason in rows:
            chance = self._chance("finds", one, acknowledged_at)
            if chance.random() < 0.06:
                continue  # never: it will ring again, and somebody else looks
            late = chance.random() < 0.1
            minutes = chance.randint(90, 300) if late else chance.randint(8, 55)
            if now < acknowledged_at + timedelta(minutes=minutes):
                continue
            found = self._found(chance, FOUND_ILL if reason in ILL else FOUND)
            if Reason(reason) in OF_THE_HOUSE:
                found = Finding.SETTLED
            words = "已陪同就医" if reason in ILL else "邻居证实"
            with self.house.store.work() as session, suppress(AlreadyResolved):
                worker = session.get_one(Worker, worker_id)
                escalations.resolve(session, now, one, worker, found, words)

    def _ring_by_hand(self, now: datetime, rows: Rows) -> None:
        """Caseworkers ring whom no machine may ring; some lines nobody rings in time."""
        for slot_id, elder_id, put_at, tries in rows:
            chance = self._chance("rings", slot_id, tries)
            if chance.random() < 0.1:
                continue  # never: it goes up the ladder at its deadline
            if now < put_at + timedelta(minutes=chance.randint(20, 200) * (tries + 1)):
                continue
            choice = chance.choices([one for one, _ in RUNG], [share for _, share in RUNG])[0]
            with self.house.store.work() as session, suppress(call_list.OffTheCallList):
                worker = self._visitor(session, session.get_one(Elder, elder_id))
                call_list.record(
                    session, now, self.house.policy, slot_id, worker, choice, "本人或邻居说的"
                )

    def _call_back(self, now: datetime, rows: Rows) -> None:
        """Operators ring back whoever could not be put through."""
        waiting: dict[int, list[int]] = defaultdict(list)
        for one, opened_at in rows:
            chance = self._chance("rings back", one)
            if now >= opened_at + timedelta(minutes=chance.randint(2, 15)):
                waiting[chance.choice(self.district.operators)].append(one)
        for worker_id, some in waiting.items():
            with self.house.store.work() as session:
                worker = session.get_one(Worker, worker_id)
                for one in some:
                    handoffs.finish(session, now, one, worker, "已回电")
