"""Attempts (拨打): intended before the dial, told by the carrier's events, closed by the rules.

Nothing here dials. The engine claims, dials between two transactions, and reports back.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from callcenter.domain import script
from callcenter.domain.call import CallEvent, Disposition, Listener, Progress, moves
from callcenter.domain.checkin import (
    OUTCOME_WORDS,
    Closed,
    Dial,
    Ended,
    NextAction,
    Outcome,
    SlotKind,
    SlotState,
    next_step,
)
from callcenter.domain.escalation import Reason
from callcenter.domain.script import At, Talk
from callcenter.domain.week import Window, at, local
from callcenter.policy import Policy
from callcenter.services import coverage
from callcenter.services.errors import CareError, NotFound
from callcenter.services.escalations import open_escalation
from callcenter.services.timeline import note
from callcenter.store.tables import Attempt, Elder, Slot

log = logging.getLogger(__name__)

LOOK_AFTER = timedelta(minutes=2)  # how long the carrier may be silent before it is asked
GIVE_UP_LOOKING = timedelta(minutes=30)  # then a person has to find out
BETWEEN_CALLS = timedelta(hours=20)
LATE_WORDS = "没能在约定的时间里打通"
FRESH = timedelta(seconds=60)  # an intent older than this is not dialled any more, only looked up

REASON_OF = {
    Outcome.UNWELL: Reason.UNWELL,
    Outcome.DANGER: Reason.DANGER,
    Outcome.ASKED_FOR_HUMAN: Reason.ASKED_FOR_HUMAN,
    Outcome.SILENT: Reason.NO_RESPONSE,
    Outcome.NOT_UNDERSTOOD: Reason.NO_RESPONSE,
    Outcome.HUNG_UP: Reason.NO_RESPONSE,
    Outcome.OTHER_PERSON: Reason.OTHER_PERSON,
    Outcome.CALL_LATER: Reason.MISSED,
    Outcome.REFUSED: Reason.REFUSED,
    Outcome.IN_HOSPITAL: Reason.SAID_AWAY,
    Outcome.MOVED: Reason.SAID_AWAY,
    Outcome.DECEASED: Reason.SAID_AWAY,
    Outcome.MACHINE: Reason.MISSED,
    Outcome.UNCERTAIN: Reason.UNCERTAIN,
}
DIAL_REASON = {
    Disposition.INVALID_NUMBER: Reason.NUMBER_INVALID,
    Disposition.NOT_PERMITTED: Reason.LINE_TROUBLE,
    Disposition.NEVER_PLACED: Reason.LINE_TROUBLE,
}


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A dial that is intended and committed; now it may be placed, once."""

    attempt_id: int
    to: str  # E.164
    intended_at: datetime


def claim_due(session: Session, now: datetime, policy: Policy, limit: int) -> list[Claim]:
    """Writes an intent for due check-in calls, at most `limit`; the caller commits, then dials."""
    slots = session.scalars(
        select(Slot)
        .where(
            Slot.next_action == NextAction.DIAL.value,
            Slot.state == SlotState.OPEN.value,
            Slot.next_at <= now,
        )
        .order_by(Slot.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    claims = []
    for slot in slots:
        try:
            with session.begin_nested():
                claims.append(_claim(session, now, policy, slot))
        except (ValueError, LookupError, CareError) as odd:  # one bad row must not stop the others
            log.error("slot %d cannot be dialled: %s", slot.id, type(odd).__name__)
            slot.next_at = now + timedelta(minutes=10)
    return [claim for claim in claims if claim is not None]


def _claim(session: Session, now: datetime, policy: Policy, slot: Slot) -> Claim | None:
    elder = session.get_one(Elder, slot.elder_id)
    if not coverage.covers(session, elder.id, local(now).date()):
        slot.state, slot.next_action, slot.next_at = "excused", NextAction.NOTHING.value, None
        slot.evidence_text, slot.ended_at, slot.ended_by = "已不在名册", now, "名册"
        return None
    if not elder.ai_voice:
        _to_person(session, now, policy, slot, elder, Reason.REFUSED, "")
        return None
    if not elder.phone:
        _to_person(session, now, policy, slot, elder, Reason.NO_PHONE, "")
        return None
    if now > slot.by:  # the engine was off: an old day is not rung up afterwards
        _to_person(session, now, policy, slot, elder, Reason.MISSED, LATE_WORDS)
        return None
    window = Window(opens=elder.window_opens, closes=elder.window_closes)
    if not window.holds(now):
        _wait_for_window(session, now, policy, slot, elder, window)
        return None
    same_line = or_(Attempt.elder_id == elder.id, Attempt.to_phone == elder.phone)
    if session.scalar(select(exists().where(same_line, Attempt.live))):
        slot.next_at = now + timedelta(minutes=5)  # this phone (a couple may share it) is in a call
        return None
    rested = _rested(session, slot, window)
    if rested is not None and rested > now:
        slot.next_at = rested
        return None
    return _intend(session, now, slot, elder)


def _rested(session: Session, slot: Slot, window: Window) -> datetime | None:
    """When an elder may be asked again after the other call of the week, if that was just now.

    Two calls a week lie about a day apart; near the end of the week the later one comes anyway.
    """
    ended = session.scalar(
        select(func.max(Slot.ended_at)).where(
            Slot.elder_id == slot.elder_id,
            Slot.week == slot.week,
            Slot.kind == slot.kind,
            Slot.id != slot.id,
        )
    )
    if ended is None:
        return None
    then = window.next_open(ended + BETWEEN_CALLS)
    last = min(window.closing(then), at(slot.week + timedelta(days=6), window.closes))
    if then >= last:
        return None
    slot.by = max(slot.by, last)
    return then


def _wait_for_window(
    session: Session, now: datetime, policy: Policy, slot: Slot, elder: Elder, window: Window
) -> None:
    """No call leaves outside the elder's hours because it queued."""
    opens = window.next_open(now)
    if opens > slot.by:
        _to_person(session, now, policy, slot, elder, Reason.MISSED, LATE_WORDS)
    else:
        slot.next_at = opens


def _intend(session: Session, now: datetime, slot: Slot, elder: Elder) -> Claim:
    tries = len(session.scalars(select(Attempt.id).where(Attempt.slot_id == slot.id)).all())
    attempt = Attempt(
        slot_id=slot.id,
        elder_id=elder.id,
        number=tries + 1,
        to_phone=elder.phone,
        state="intended",
        intended_at=now,
        look_at=now + LOOK_AFTER,
        talk=freeze(Talk()),
    )
    session.add(attempt)
    slot.next_action, slot.next_at = NextAction.CALLING.value, attempt.look_at
    session.flush()
    note(session, now, "dial", f"拨打平安问候电话（第{tries + 1}次）", elder_id=elder.id)
    return Claim(attempt_id=attempt.id, to=attempt.to_phone, intended_at=now)


def put_back(session: Session, attempt_id: int, again: datetime) -> None:
    """The carrier asked to wait, and nothing was placed: as if this dial had not been tried."""
    attempt = locked(session, attempt_id)
    if attempt.state != "intended" or attempt.call_sid is not None:
        return
    slot = session.get_one(Slot, attempt.slot_id)
    slot.next_action, slot.next_at = NextAction.DIAL.value, again
    session.delete(attempt)


def placed(session: Session, now: datetime, attempt_id: int, sid: str) -> bool:
    """The carrier took the call. False when it must be ended: it was given up meanwhile."""
    attempt = locked(session, attempt_id)
    if attempt.call_sid == sid:
        return True  # its webhook was faster
    if attempt.call_sid is not None or attempt.state == "ended":
        return False
    attempt.call_sid, attempt.state = sid, "placed"
    return True


def not_placed(
    session: Session, now: datetime, policy: Policy, attempt_id: int, why: Disposition
) -> None:
    """The carrier said no for good: the attempt ends here, and the rules say what is next."""
    attempt = locked(session, attempt_id)
    if attempt.state != "ended" and attempt.call_sid is None:
        _end(session, now, policy, attempt, why)


def unclear(session: Session, now: datetime, attempt_id: int) -> None:
    """Nobody can say whether the phone rings: looked up soon, never dialled again."""
    attempt = locked(session, attempt_id)
    if attempt.state == "intended" and attempt.call_sid is None:
        attempt.state, attempt.look_at = "uncertain", now + timedelta(seconds=20)


def to_look_up(session: Session, now: datetime, limit: int = 50) -> Sequence[Attempt]:
    """Live attempts about which the carrier has been silent for too long."""
    return session.scalars(
        select(Attempt)
        .where(Attempt.live, Attempt.look_at <= now)
        .order_by(Attempt.look_at)
        .limit(limit)
    ).all()


def looked_in_vain(session: Session, now: datetime, policy: Policy, attempt_id: int) -> None:
    """The carrier could not be asked; after GIVE_UP_LOOKING a person has to find out."""
    attempt = locked(session, attempt_id)
    if attempt.state == "ended":
        return
    if now - attempt.intended_at > GIVE_UP_LOOKING:
        attempt.talk = freeze(replace(thaw(attempt), outcome=Outcome.UNCERTAIN))
        _end(session, now, policy, attempt, Disposition.ANSWERED)
    else:
        attempt.look_at = now + LOOK_AFTER


def record(
    session: Session, now: datetime, policy: Policy, attempt_id: int, event: CallEvent
) -> None:
    """One event of the carrier; may come twice, late, out of order. A final state stays final."""
    attempt = locked(session, attempt_id)
    if attempt.call_sid is None and attempt.state != "ended":
        attempt.call_sid, attempt.state = event.sid, "placed"
    if attempt.call_sid != event.sid or attempt.state == "ended":
        return
    known = Progress(attempt.progress) if attempt.progress else None
    if not moves(known, attempt.sequence, event):
        attempt.look_at = now + LOOK_AFTER
        return
    attempt.progress = event.progress.value
    attempt.sequence = max(attempt.sequence, event.sequence)
    attempt.look_at = now + LOOK_AFTER
    if event.progress is Progress.ENDED:
        _end(session, now, policy, attempt, event.disposition or Disposition.FAILED)


def heard_by(session: Session, attempt_id: int, listener: Listener) -> None:
    """Who picked up, as the carrier believes; a key or words override it whenever they come."""
    attempt = locked(session, attempt_id)
    talk = thaw(attempt)
    if not talk.spoke:
        attempt.talk = freeze(replace(talk, listener=listener))


def after_turn(
    session: Session, now: datetime, policy: Policy, attempt: Attempt, talk: Talk, over: str
) -> None:
    """Writes what a turn of the talk brought. Safety closes the slot; trouble is told at once.

    `over` is "key" or "words". A slot that has ended is never opened again by a late webhook.
    """
    attempt.talk = freeze(talk)
    attempt.look_at = now + LOOK_AFTER
    slot = session.get_one(Slot, attempt.slot_id)
    elder = session.get_one(Elder, attempt.elder_id)
    if talk.outcome is Outcome.SAFE and slot.state == SlotState.OPEN.value:
        _close(session, now, slot, elder, over, talk.evidence)
    elif talk.outcome in (Outcome.DANGER, Outcome.UNWELL, Outcome.NOT_UNDERSTOOD):
        tied = slot if slot.state == SlotState.OPEN.value else None
        reason = REASON_OF[talk.outcome]
        danger = policy.danger.find(talk.evidence)
        if reason is Reason.DANGER and danger is not None and danger.kind == "crisis":
            reason = Reason.CRISIS
        rule = danger.rule if danger else "model" if reason is Reason.DANGER else ""
        if tied is not None or reason is Reason.DANGER:
            open_escalation(
                session, now, policy, reason, elder=elder, words=talk.evidence, slot=tied, rule=rule
            )
    if talk.outcome is Outcome.REFUSED:
        elder.ai_voice = False  # a person calls from now on; the slot stays due


def locked(session: Session, attempt_id: int) -> Attempt:
    """The attempt, held until the transaction ends. Raises NotFound."""
    rows = select(Attempt).where(Attempt.id == attempt_id).with_for_update()
    one = session.scalars(rows).one_or_none()
    if one is None:
        raise NotFound("没有这次拨打。")
    return one


def freeze(talk: Talk) -> dict[str, object]:
    """A talk as the database keeps it."""
    return asdict(talk)


def thaw(attempt: Attempt) -> Talk:
    """The talk of an attempt."""
    raw = dict(attempt.talk)
    outcome = raw.get("outcome")
    return Talk(
        **{
            **raw,
            "at": At(raw["at"]),
            "listener": Listener(raw["listener"]),
            "outcome": Outcome(outcome) if outcome else None,
        }
    )


def _end(
    session: Session, now: datetime, policy: Policy, attempt: Attempt, why: Disposition
) -> None:
    attempt.state, attempt.live, attempt.look_at = "ended", False, None
    attempt.progress, attempt.disposition = Progress.ENDED.value, why.value
    attempt.ended_at = now
    talk = thaw(attempt)
    outcome = Outcome.NOT_REACHED
    if why is Disposition.ANSWERED or talk.outcome is not None:
        talk = script.hung_up(talk)
        outcome = talk.outcome or Outcome.SILENT
    attempt.talk, attempt.outcome = freeze(talk), outcome.value
    session.flush()
    slot = session.get_one(Slot, attempt.slot_id)
    if slot.state == SlotState.OPEN.value:
        _what_next(session, now, policy, slot, talk)


def _what_next(session: Session, now: datetime, policy: Policy, slot: Slot, talk: Talk) -> None:
    elder = session.get_one(Elder, slot.elder_id)
    window = Window(opens=elder.window_opens, closes=elder.window_closes)
    history = _history(session, slot)
    step = next_step(history, policy.retries, window, slot.by)
    last = history[-1]
    text = f"平安问候：{OUTCOME_WORDS[last.outcome]}"
    note(session, now, "call", text, elder_id=elder.id)
    if isinstance(step, Closed):
        _close(session, now, slot, elder, "words", talk.evidence)
    elif isinstance(step, Dial):
        slot.next_action, slot.next_at = NextAction.DIAL.value, step.at
    else:
        reason = REASON_OF.get(last.outcome, Reason.MISSED)
        if last.disposition is not None:
            reason = DIAL_REASON.get(last.disposition, reason)
        _to_person(session, now, policy, slot, elder, reason, talk.evidence)


def _history(session: Session, slot: Slot) -> list[Ended]:
    rows = session.scalars(
        select(Attempt)
        .where(Attempt.slot_id == slot.id, Attempt.state == "ended")
        .order_by(Attempt.number)
    )
    return [
        Ended(
            outcome=Outcome(row.outcome or Outcome.SILENT),
            disposition=Disposition(row.disposition) if row.disposition else None,
            at=row.ended_at or row.intended_at,
        )
        for row in rows
    ]


def _close(
    session: Session, now: datetime, slot: Slot, elder: Elder, evidence: str, words: str
) -> None:
    assert slot.kind == SlotKind.CALL.value  # noqa: S101  a call never stands in for a visit
    slot.state, slot.next_action, slot.next_at = "confirmed_safe", NextAction.NOTHING.value, None
    slot.evidence, slot.evidence_text = evidence, words[:200]
    slot.ended_at, slot.ended_by = now, "本人"
    means = f"按了{words}" if evidence == "key" else f"“{words}”"
    note(session, now, "safe", f"本人报平安（{means}）", elder_id=elder.id)


def _to_person(
    session: Session,
    now: datetime,
    policy: Policy,
    slot: Slot,
    elder: Elder,
    reason: Reason,
    words: str,
) -> None:
    open_escalation(session, now, policy, reason, elder=elder, words=words, slot=slot)
