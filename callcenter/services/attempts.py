"""Attempts (拨打): intended before the dial, told by the carrier's events, closed by the rules.

Nothing here dials. The engine claims, dials between two transactions, and reports back.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from sqlalchemy import Row, bindparam, event, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from callcenter.domain import script
from callcenter.domain.breaker import FAILING
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
from callcenter.domain.habits import hours
from callcenter.domain.habits import thaw as thaw_habits
from callcenter.domain.handcall import Why
from callcenter.domain.script import At, Talk
from callcenter.policy import Policy
from callcenter.services import call_list, line, numbers, waiting
from callcenter.services.errors import NotFound
from callcenter.services.escalations import open_escalation
from callcenter.services.timeline import note
from callcenter.store.tables import Attempt, Elder, Slot

log = logging.getLogger(__name__)

LOOK_AFTER = timedelta(minutes=2)  # how long the carrier may be silent before it is asked
GIVE_UP_LOOKING = timedelta(minutes=30)  # then a person has to find out
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
OUTWEIGHS = (
    Outcome.DANGER,
    Outcome.UNWELL,
    Outcome.OTHER_PERSON,
    Outcome.IN_HOSPITAL,
    Outcome.MOVED,
    Outcome.DECEASED,
)  # said after "safe" in the same call
DIAL_REASON = {
    Disposition.INVALID_NUMBER: Reason.NUMBER_INVALID,
    Disposition.NOT_PERMITTED: Reason.NOT_PERMITTED,
    Disposition.NEVER_PLACED: Reason.LINE_TROUBLE,
}

NOT_SO = (Reason.REFUSED, Reason.NUMBER_INVALID)  # called in another way, still the same call
BY_HAND = {Reason.NOT_PERMITTED: Why.NOT_PERMITTED}  # the alarm for all is the breaker's


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


def all_placed(session: Session, now: datetime, sids: Mapping[int, str]) -> list[str]:
    """The carrier took all these calls (by attempt id); gives those that must be ended."""
    hold(session, list(sids))
    return [sid for id_, sid in sids.items() if not placed(session, now, id_, sid)]


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
    """The carrier could not be asked; after GIVE_UP_LOOKING a person has to find out.

    While the line is known to be down it is asked on, as long as the slot has time.
    """
    attempt = locked(session, attempt_id)
    if attempt.state == "ended":
        return
    gives_up = now - attempt.intended_at > GIVE_UP_LOOKING
    if gives_up and not _while_down(session, now, policy, attempt):
        attempt.talk = freeze(replace(thaw(attempt), outcome=Outcome.UNCERTAIN))
        _end(session, now, policy, attempt, Disposition.ANSWERED)
    else:
        attempt.look_at = now + LOOK_AFTER


def record(
    session: Session, now: datetime, policy: Policy, attempt_id: int, told: CallEvent
) -> None:
    """One event of the carrier; may come twice, late, out of order. A final state stays final."""
    attempt = locked(session, attempt_id)
    if attempt.call_sid is None and attempt.state != "ended":
        attempt.call_sid, attempt.state = told.sid, "placed"
    if attempt.call_sid != told.sid or attempt.state == "ended":
        return
    known = Progress(attempt.progress) if attempt.progress else None
    if not moves(known, attempt.sequence, told):
        attempt.look_at = now + LOOK_AFTER
        return
    attempt.progress = told.progress.value
    attempt.sequence = max(attempt.sequence, told.sequence)
    attempt.look_at = now + LOOK_AFTER
    if told.progress is Progress.ENDED:
        _end(session, now, policy, attempt, told.disposition or Disposition.FAILED)


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

    `over` is "key" or "words". A slot that has ended is never opened again by a late webhook; what
    is said later in the same call outweighs "safe", and puts the slot into a person's hands.
    """
    was = thaw(attempt).outcome
    attempt.talk = freeze(talk)
    attempt.look_at = now + LOOK_AFTER
    slot = session.get_one(Slot, attempt.slot_id)
    elder = session.get_one(Elder, attempt.elder_id)
    if talk.outcome is Outcome.SAFE and slot.state == SlotState.OPEN.value:
        _close(session, now, slot, elder, over, talk.evidence)
    elif was is Outcome.SAFE and talk.outcome in OUTWEIGHS:
        slot.evidence, slot.evidence_text, slot.ended_at, slot.ended_by = "", "", None, ""
        _at_once(session, now, policy, elder, talk, slot)
    elif talk.outcome in (Outcome.DANGER, Outcome.UNWELL, Outcome.NOT_UNDERSTOOD):
        tied = slot if slot.state == SlotState.OPEN.value else None
        if tied is not None or talk.outcome is Outcome.DANGER:
            _at_once(session, now, policy, elder, talk, tied)
    if talk.outcome is Outcome.REFUSED:
        elder.ai_voice = False  # a person calls from now on; the slot stays due


def _at_once(
    session: Session, now: datetime, policy: Policy, elder: Elder, talk: Talk, slot: Slot | None
) -> None:
    """A person is told while the call still goes on."""
    reason = REASON_OF[talk.outcome or Outcome.SILENT]
    danger = policy.danger.find(talk.evidence)
    if reason is Reason.DANGER and danger is not None and danger.kind == "crisis":
        reason = Reason.CRISIS
    rule = danger.rule if danger else "model" if reason is Reason.DANGER else ""
    open_escalation(
        session, now, policy, reason, elder=elder, words=talk.evidence, slot=slot, rule=rule
    )


def hold(session: Session, attempt_ids: Sequence[int]) -> None:
    """Locks these attempts until the transaction ends, in one question, with slot and elder.

    Those that do not exist are left out; `locked` names them.
    """
    rows = session.execute(HOLD, {"ids": sorted(set(attempt_ids))}).all()
    if not _held(session):
        event.listen(session, "before_flush", _written_alike)
    _held(session).update({row[0].id: row for row in rows})


def _written_alike(session: Session, *_: object) -> None:
    """Changed attempts are written with the same columns, and so by one statement for all of them.

    Nothing of others is overwritten: the rows are locked, and were read under the lock.
    """
    held = _held(session)
    for one in session.dirty:
        if isinstance(one, Attempt) and one.id in held:
            for column in CHANGES:
                flag_modified(one, column)


CHANGES = (
    "call_sid",
    "disposition",
    "ended_at",
    "live",
    "look_at",
    "outcome",
    "progress",
    "sequence",
    "state",
    "talk",
)


HOLD = (
    select(Attempt, Slot, Elder)
    .join(Slot, Slot.id == Attempt.slot_id)
    .join(Elder, Elder.id == Attempt.elder_id)
    .where(Attempt.id.in_(bindparam("ids", expanding=True)))
    .order_by(Attempt.id)
    .with_for_update(of=Attempt)
    .execution_options(populate_existing=True)
)


def _held(session: Session) -> dict[int, Row[Attempt, Slot, Elder]]:
    """What this transaction holds. Keeps the rows in the session: it forgets what nobody has."""
    held: dict[int, Row[Attempt, Slot, Elder]] = session.info.setdefault("held", {})
    return held


def locked(session: Session, attempt_id: int) -> Attempt:
    """The attempt, held until the transaction ends. Raises NotFound."""
    if attempt_id not in _held(session):
        hold(session, [attempt_id])
    row = _held(session).get(attempt_id)
    if row is None:
        raise NotFound("没有这次拨打。")
    return row[0]


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
            "asking": tuple(raw.get("asking", ())),
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
        waiting.hung_up(session, now, attempt_id=attempt.id)
    attempt.talk, attempt.outcome = freeze(talk), outcome.value
    slot = session.get_one(Slot, attempt.slot_id)
    if slot.state == SlotState.OPEN.value:
        _what_next(session, now, policy, slot, talk, attempt.to_phone)


def _what_next(
    session: Session, now: datetime, policy: Policy, slot: Slot, talk: Talk, to_phone: str
) -> None:
    elder = session.get_one(Elder, slot.elder_id)
    habits = thaw_habits(elder.habits)
    window = hours(elder.window_opens, elder.window_closes, habits)
    history = _history(session, slot)
    step = next_step(history, policy.retries, window, slot.by, ring_twice=habits.ring_twice)
    last = history[-1]
    if last.disposition is Disposition.INVALID_NUMBER:
        numbers.proved_wrong(session, now, elder, to_phone)
    text = f"平安问候：{OUTCOME_WORDS[last.outcome]}"
    note(session, now, "call", text, elder_id=elder.id)
    if isinstance(step, Closed):
        _close(session, now, slot, elder, "words", talk.evidence)
    elif isinstance(step, Dial):
        slot.next_action, slot.next_at = NextAction.DIAL.value, step.at
    elif len(history) < policy.retries.attempts and _line_failed(session, last):
        slot.next_action, slot.next_at = NextAction.DIAL.value, now  # claims.claim_due holds it
    else:
        _to_person(session, now, policy, slot, elder, last, talk.evidence)


def _line_failed(session: Session, last: Ended) -> bool:
    """Whether the line failed, and is known to: no reason yet to look for the elder."""
    return last.disposition in FAILING and line.standing(session) is not None


def _while_down(session: Session, now: datetime, policy: Policy, attempt: Attempt) -> bool:
    slot = session.get_one(Slot, attempt.slot_id)
    in_time = now < slot.by - policy.mass.breaker.hand_over
    return in_time and attempt.state == "uncertain" and line.standing(session) is not None


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


def told_safe(session: Session, now: datetime, slot: Slot, evidence: str, words: str) -> None:
    """The elder said so on a call of their own: the slot is closed, and nobody rings any more."""
    _close(session, now, slot, session.get_one(Elder, slot.elder_id), evidence, words)


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
    last: Ended,
    words: str,
) -> None:
    """Somebody finds out. Where only machine or number was wrong the next claim sees to it.

    It rings another number of the elder, or puts the slot on the human call list.
    """
    reason = REASON_OF.get(last.outcome, Reason.MISSED)
    if last.disposition is not None:
        reason = DIAL_REASON.get(last.disposition, reason)
    by_hand = BY_HAND.get(reason)
    unclear = last.outcome is Outcome.UNCERTAIN and line.standing(session) is not None
    if by_hand is None and (unclear or _line_failed(session, last)):
        by_hand = Why.LINE_DOWN
    if reason in NOT_SO:
        slot.next_action, slot.next_at = NextAction.DIAL.value, now
    elif by_hand is not None:
        slot.next_action = NextAction.DIAL.value  # no call is going on any more
        call_list.put(session, [slot], by_hand, now)
    else:
        open_escalation(session, now, policy, reason, elder=elder, words=words, slot=slot)
