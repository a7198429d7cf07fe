"""Claiming due check-in calls: many at a time, each with its intent, in one transaction.

Nothing here dials: the caller commits, and only then may the calls be placed.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from callcenter.domain.checkin import NextAction, SlotState
from callcenter.domain.dialling import (
    ByHand,
    ByPerson,
    DueCall,
    Later,
    Leave,
    LineDown,
    OffTheList,
    OnHold,
    may_leave,
)
from callcenter.domain.habits import Habits, hours, in_order, number_for, thaw
from callcenter.domain.handcall import Why, by_hand
from callcenter.domain.script import Talk
from callcenter.domain.week import at, local
from callcenter.policy import Policy
from callcenter.services import call_list, holds, line, numbers
from callcenter.services.attempts import LOOK_AFTER, freeze
from callcenter.services.coverage import covered
from callcenter.services.errors import CareError
from callcenter.services.escalations import open_escalation
from callcenter.services.line import Gate
from callcenter.services.timeline import note
from callcenter.store.tables import Attempt, Elder, Slot

log = logging.getLogger(__name__)

ODD_AGAIN = timedelta(minutes=10)  # when a slot that could not be dealt with is looked at again


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A dial that is intended and committed; now it may be placed, once."""

    attempt_id: int
    to: str  # E.164
    intended_at: datetime
    ring_seconds: int  # how long the phone rings


@dataclass(frozen=True, kw_only=True)
class _Due:
    """A slot that this transaction holds, with what is known of its elder."""

    slot: Slot
    elder: Elder
    covered: bool
    on_hold: bool
    wrong: tuple[str, ...]  # numbers of the elder that have proved wrong
    other_ended_at: datetime | None
    tries: int  # the number of the last attempt at this slot; 0: none yet

    @property
    def habits(self) -> Habits:
        """How the elder wants to be called. Raises ValueError or TypeError for what is none."""
        return thaw(self.elder.habits)

    @property
    def numbers(self) -> list[str]:
        """All numbers of the elder, the one to ring first in front."""
        return in_order(self.elder.phone, self.elder.other_phone, self.habits)

    @property
    def to(self) -> str:
        """The number that this dial rings; empty when there is none that works."""
        works = [one for one in self.numbers if one not in self.wrong]
        return number_for(works, self.tries, self.habits)


def claim_due(
    session: Session,
    now: datetime,
    policy: Policy,
    limit: int,
    allow: Callable[[int], int] = lambda wanted: wanted,
) -> list[Claim]:
    """Writes an intent for due check-in calls, at most `limit`; the caller commits, then dials.

    Slots that another engine has in hand are passed over. `allow` is asked last, and once, how
    many of so many calls may leave now; the others stay due.
    """
    due = _due(session, now, limit)
    if not due:
        return []
    busy = _Lines(session, due, line.gate(session, now, policy.mass.breaker))
    leaving = [one for one in due if _leaves(session, now, policy, one, busy)]
    leaving = leaving[: allow(len(leaving))]
    try:
        with session.begin_nested():
            return _intend(session, now, leaving)
    except IntegrityError:  # another engine has just rung one of these elders for another slot
        return list(_one_by_one(session, now, leaving))


def put_off(session: Session, now: datetime, limit: int) -> None:
    """No more calls today: due ones wait for tomorrow, and a person makes those that cannot."""
    tomorrow = at(local(now).date() + timedelta(days=1), 0)
    slots = [one.slot for one in _due(session, now, limit)]
    late = [slot for slot in slots if slot.by <= tomorrow]
    call_list.put(session, late, Why.COST_CAP, now)
    for slot in slots:
        if slot.by > tomorrow:
            slot.next_at = tomorrow


def _due(session: Session, now: datetime, limit: int) -> list[_Due]:
    other = aliased(Slot)
    ended = select(func.max(other.ended_at)).where(
        other.elder_id == Slot.elder_id,
        other.week == Slot.week,
        other.kind == Slot.kind,
        other.id != Slot.id,
    )
    tries = select(func.coalesce(func.max(Attempt.number), 0)).where(Attempt.slot_id == Slot.id)
    today = local(now).date()
    rows = (
        select(
            Slot,
            Elder,
            covered(today, today),
            holds.on_hold(today),
            numbers.wrong(Elder.phone),
            numbers.wrong(Elder.other_phone),
            ended.scalar_subquery(),
            tries.scalar_subquery(),
        )
        .join(Elder, Elder.id == Slot.elder_id)
        .where(
            Slot.next_action == NextAction.DIAL.value,
            Slot.state == SlotState.OPEN.value,
            Slot.next_at <= now,
        )
        .order_by(Slot.next_at)
        .limit(limit)
        .with_for_update(of=Slot, skip_locked=True)
    )
    return [
        _Due(
            slot=slot,
            elder=elder,
            covered=on_list,
            on_hold=bool(held),
            wrong=_chosen(elder, wrong, other_wrong),
            other_ended_at=other_ended,
            tries=number,
        )
        for slot, elder, on_list, held, wrong, other_wrong, other_ended, number in session.execute(
            rows
        )
    ]


def _chosen(elder: Elder, wrong: bool, other_wrong: bool) -> tuple[str, ...]:
    known = ((elder.phone, wrong), (elder.other_phone, other_wrong))
    return tuple(phone for phone, is_wrong in known if phone and is_wrong)


class _Lines:
    """Which elders and phones are in a call, those claimed here included, and what can be called.

    While the line is down a few calls try it, and the others wait.
    """

    def __init__(self, session: Session, due: Sequence[_Due], gate: Gate) -> None:
        self._down, self._probes = gate.down, gate.probes
        elders = {one.elder.id for one in due}
        phones = {one.to for one in due} - {""}
        rows = select(Attempt.elder_id, Attempt.to_phone).where(
            Attempt.live, or_(Attempt.elder_id.in_(elders), Attempt.to_phone.in_(phones))
        )
        self._in_use: set[int | str] = set()
        for row in session.execute(rows):
            self._in_use.update(row)

    def in_use(self, due: _Due) -> bool:
        """True when this elder, or the phone that is to be rung, is in a call."""
        return due.elder.id in self._in_use or due.to in self._in_use

    def down(self) -> LineDown | None:
        """Set when the next call is not carried."""
        return None if self._probes > 0 else self._down

    def take(self, due: _Due) -> None:
        """From now on this elder and this phone are."""
        self._in_use |= {due.elder.id, due.to}
        self._probes -= 1


def _leaves(session: Session, now: datetime, policy: Policy, due: _Due, busy: _Lines) -> bool:
    """Whether this call leaves now; when it does not, what happens instead is written down."""
    try:
        what = may_leave(_call(due, busy), now)
        if isinstance(what, Leave):
            busy.take(due)
            return True
        with session.begin_nested():
            _instead(session, now, policy, due, what)
    except (
        ValueError,
        TypeError,
        LookupError,
        CareError,
    ) as odd:  # one bad row must not stop the others
        log.error("slot %d cannot be dialled: %s", due.slot.id, type(odd).__name__)
        due.slot.next_at = now + ODD_AGAIN
    return False


def _call(due: _Due, busy: _Lines) -> DueCall:
    elder = due.elder
    return DueCall(
        week=due.slot.week,
        by=due.slot.by,
        window=hours(elder.window_opens, elder.window_closes, due.habits),
        covered=due.covered,
        on_hold=due.on_hold,
        by_hand=by_hand(
            ai_voice=elder.ai_voice, habits=due.habits, numbers=due.numbers, wrong=due.wrong
        ),
        in_use=busy.in_use(due),
        other_ended_at=due.other_ended_at,
        line=busy.down(),
    )


def _instead(
    session: Session,
    now: datetime,
    policy: Policy,
    due: _Due,
    what: Later | OffTheList | OnHold | ByHand | ByPerson,
) -> None:
    slot = due.slot
    if isinstance(what, Later):
        slot.next_at, slot.by = what.at, what.by
    elif isinstance(what, OnHold):
        holds.excuse_today(session, now, slot)
    elif isinstance(what, ByHand):
        call_list.put(session, [slot], what.why, now)
    elif isinstance(what, ByPerson):
        open_escalation(
            session, now, policy, what.reason, elder=due.elder, words=what.words, slot=slot
        )
    else:
        slot.state, slot.next_action, slot.next_at = "excused", NextAction.NOTHING.value, None
        slot.evidence_text, slot.ended_at, slot.ended_by = "已不在名册", now, "名册"


def _intend(session: Session, now: datetime, leaving: Sequence[_Due]) -> list[Claim]:
    intents = [_intent(now, one) for one in leaving]
    session.add_all(intents)
    session.flush()
    for intent in intents:
        words = f"拨打平安问候电话（第{intent.number}次）"
        note(session, now, "dial", words, elder_id=intent.elder_id)
    return [
        Claim(
            attempt_id=intent.id,
            to=intent.to_phone,
            intended_at=now,
            ring_seconds=one.habits.ring_seconds,
        )
        for one, intent in zip(leaving, intents, strict=True)
    ]


def _intent(now: datetime, due: _Due) -> Attempt:
    due.slot.next_action, due.slot.next_at = NextAction.CALLING.value, now + LOOK_AFTER
    return Attempt(
        slot_id=due.slot.id,
        elder_id=due.elder.id,
        number=due.tries + 1,
        to_phone=due.to,
        state="intended",
        intended_at=now,
        look_at=now + LOOK_AFTER,
        talk=freeze(Talk(slow=due.habits.slow, loud=due.habits.slow)),
    )


def _one_by_one(session: Session, now: datetime, leaving: Sequence[_Due]) -> Iterator[Claim]:
    for one in leaving:
        try:
            with session.begin_nested():
                yield from _intend(session, now, [one])
        except IntegrityError:
            one.slot.next_action, one.slot.next_at = NextAction.DIAL.value, now + ODD_AGAIN
