"""The engine: tick(house, now) does what is due, step by step. Rows are the truth.

Nothing is kept in memory between ticks; an engine may be killed anywhere and another goes on.
Each step claims in one transaction, acts outside of any, and records in another.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from callcenter import duty_phones, weekclose
from callcenter.dialler import dial, end_call
from callcenter.domain.call import CallEvent, Disposition, Progress
from callcenter.domain.checkin import NextAction, SlotState
from callcenter.domain.escalation import Reason
from callcenter.notify import Notifier
from callcenter.services import (
    attempts,
    breaker,
    call_list,
    callbacks,
    coverage,
    escalations,
    forecast,
    handoffs,
    holds,
    notices,
    numbers,
    weekplan,
)
from callcenter.services.due import ENGINE, KEPT, Step, due_steps
from callcenter.services.due import next_due as first_due
from callcenter.store.bulk import add_new
from callcenter.store.tables import Attempt, Beat, Elder, Slot
from callcenter.telephony.port import CarrierCall, CarrierError
from callcenter.wiring import House

log = logging.getLogger(__name__)

BATCH = 50
NOTICES = 10  # sent one after the other; a hanging carrier must not hold up the other steps
QUEUED_AT_MOST = timedelta(minutes=5)
TALKS_AT_MOST = timedelta(hours=2)
NOT_TOLD = CarrierCall(
    sid="", to="", progress=Progress.QUEUED, disposition=None, started_at=None, seconds=0
)


def tick(house: House, notifier: Notifier, now: datetime) -> None:
    """Everything that is due at `now`. A step that breaks is logged and stops no other.

    What one step makes due is done in the same tick when its own step comes later.
    """
    steps: dict[Step, Callable[[], object]] = {
        Step.KEEP: lambda: keep(house, now),
        Step.LINE: lambda: look_at_line(house, now),
        Step.DIAL: lambda: dial(house, now),
        Step.RECONCILE: lambda: reconcile(house, now),
        Step.VISITS: lambda: overdue_visits(house, now),
        Step.HAND_CALLS: lambda: overdue_hand_calls(house, now),
        Step.ESCALATE: lambda: escalate(house, now),
        Step.TIDY: lambda: tidy(house, now),
        Step.DELIVER: lambda: deliver(house, notifier, now),
        Step.BEAT: lambda: beat(house, now),
    }
    wanted: set[Step] = set()
    _try(lambda: wanted.update(_due_steps(house, now)))
    for step, do in steps.items():
        if step in wanted:
            _try(do)
            _try(lambda: wanted.update(_due_steps(house, now)))


def _try(do: Callable[[], object]) -> None:
    try:
        do()
    except Exception as broken:  # noqa: BLE001  the engine's step is an edge: the others go on
        log.error("a step of the engine failed: %s", type(broken).__name__)


def _due_steps(house: House, now: datetime) -> set[Step]:
    with house.store.look() as session:
        return due_steps(session, now)


def next_due(house: House) -> datetime | None:
    """When the rows say that something is due next; None when nothing is planned at all."""
    with house.store.look() as session:
        return first_due(session)


def keep(house: House, now: datetime) -> None:
    """What no single moment makes due: who is new on the list, and whom the last resort rings."""
    _try(lambda: roster(house, now))
    _try(lambda: _plan_if_changed(house, now))
    _try(lambda: weekclose.draw_due(house.store, now))
    _try(lambda: foresee(house, now))
    file = house.settings.duty_phones_file
    if file is not None:
        with house.store.look() as session:
            phones = handoffs.to_ring(session, urgent=True)
        duty_phones.keep(file, phones)
    beat(house, now, name=KEPT)


def roster(house: House, now: datetime) -> None:
    """A few times a day: who turns 80 enters the list, who has left it is not rung up any more."""
    with house.store.look() as session:
        if coverage.looked_lately(session, now):
            return
    with house.store.work() as session:
        coverage.look(session, now)


def foresee(house: House, now: datetime) -> None:
    """On Wednesday supervisors are told once who will be missed by Sunday."""
    with house.store.look() as session:
        if not forecast.to_be_told(session, now, house.policy):
            return
    with house.store.work() as session:
        forecast.tell(session, now, house.policy)


def plan(house: House, now: datetime, batch: int = weekplan.BATCH) -> None:
    """Gives every covered elder the slots of this week, a batch of elders at a time."""
    with house.store.look() as session:
        first = weekplan.first_unplanned(session, now)
    while first is not None:
        with house.store.look() as session:
            last = weekplan.reach(session, first - 1, batch)
        if last is None:
            return
        with house.store.work() as session:
            weekplan.plan_between(session, now, first, last)
        first = last + 1


def _plan_if_changed(house: House, now: datetime) -> None:
    with house.store.look() as session:
        if weekplan.looked_lately(session, now):
            return
    plan(house, now)
    with house.store.work() as session:
        weekplan.looked(session, now)


def look_at_line(house: House, now: datetime) -> None:
    """Trips or closes the breaker, by what became of the latest dials."""
    with house.store.work() as session:
        breaker.look(session, now, house.policy)


def reconcile(house: House, now: datetime) -> None:
    """Asks the carrier about attempts it has been silent on, so that lost callbacks converge."""
    with house.store.look() as session:
        silent = attempts.to_look_up(session, now)
    for attempt in silent:
        try:
            call = _look(house, attempt)
        except (CarrierError, LookupError, ValueError):  # not to be asked, or an odd answer
            call = NOT_TOLD
        early = call is None and now - attempt.intended_at < attempts.LOOK_AFTER
        if call is NOT_TOLD or early or _stuck(house, call, now - attempt.intended_at):
            with house.store.work() as session:
                attempts.looked_in_vain(session, now, house.policy, attempt.id)
            continue
        with house.store.work() as session:
            if call is None:
                attempts.not_placed(
                    session, now, house.policy, attempt.id, Disposition.NEVER_PLACED
                )
            else:
                attempts.record(session, now, house.policy, attempt.id, _event(call))


def _stuck(house: House, call: CarrierCall | None, age: timedelta) -> bool:
    """A call that never ends is a person's task; one that only queues is taken back."""
    if call is None or call.progress is Progress.ENDED:
        return False
    if call.progress is Progress.QUEUED and age > QUEUED_AT_MOST:
        end_call(house, call.sid)
    return age > TALKS_AT_MOST


def _look(house: House, attempt: Attempt) -> CarrierCall | None:
    """The call of this attempt as the carrier knows it; None when it was never placed."""
    if attempt.call_sid is not None:
        return house.carrier.fetch(attempt.call_sid)
    since = attempt.intended_at - timedelta(seconds=5)
    for call in house.carrier.calls_to(attempt.to_phone, since):
        with house.store.look() as session:
            known = select(Attempt.id).where(Attempt.call_sid == call.sid)
            if session.scalar(known) is None:
                return call
    return None


def _event(call: CarrierCall) -> CallEvent:
    ended = call.progress is Progress.ENDED
    return CallEvent(
        sid=call.sid,
        progress=call.progress,
        sequence=-1,
        disposition=(call.disposition or Disposition.FAILED) if ended else None,
        seconds=call.seconds,
    )


def overdue_visits(house: House, now: datetime) -> None:
    """A home visit without a record by its time goes up the ladder."""
    with house.store.work() as session:
        rows = session.scalars(
            select(Slot)
            .where(
                Slot.next_action == NextAction.VISIT.value,
                Slot.state == SlotState.OPEN.value,
                Slot.next_at <= now,
            )
            .order_by(Slot.next_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for slot in rows:
            elder = session.get_one(Elder, slot.elder_id)
            escalations.open_escalation(
                session, now, house.policy, Reason.VISIT_MISSED, elder=elder, slot=slot
            )


def overdue_hand_calls(house: House, now: datetime) -> None:
    """What a person should have done by now goes up the ladder: a call, a check."""
    with house.store.work() as session:
        call_list.escalate_overdue(session, now, house.policy)
        numbers.escalate_overdue(session, now, house.policy)
        holds.escalate_overdue(session, now, house.policy)


def escalate(house: House, now: datetime) -> None:
    """Takes escalations that nobody acknowledged, or nobody resolved, one rung up.

    An urgent call-back that nobody made in time becomes one.
    """
    with house.store.work() as session:
        callbacks.escalate_overdue(session, now, house.policy)
        callbacks.follow(session, now)
        escalations.advance(session, now, house.policy)


def deliver(house: House, notifier: Notifier, now: datetime) -> None:
    """Sends the notices that are due, over every channel."""
    with house.store.work() as session:
        claimed = notices.claim_due(session, now, house.policy, NOTICES)
    for one in claimed:
        went = notifier.send(one)
        with house.store.work() as session:
            if went.sid is None:
                notices.failed(
                    session, house.now(), one.notice_id, went.trouble, went.again, went.seconds
                )
            else:
                notices.sent(session, house.now(), one.notice_id, went.sid)


def tidy(house: House, now: datetime) -> None:
    """What a broken-off call or a killed process left half done."""
    with house.store.work() as session:
        handoffs.overdue_ringing(session, now)
        notices.left_going(session, now)


def beat(house: House, now: datetime, name: str = ENGINE, note: str = "") -> None:
    """Says that this process has just done its work."""
    with house.store.work() as session:
        row = session.get(Beat, name)
        if row is None:  # the engines of a new house come up at the same moment
            add_new(session, Beat, [{"name": name, "at": now, "note": note}])
        else:
            row.at, row.note = now, note
