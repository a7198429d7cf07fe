"""Reception: one utterance of any channel, heard by the front door and written down as a whole.

Read, decide, write: the assistant is asked between two transactions, never inside one. What needs
no assistant is heard, answered and written down in a single one.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.dialogue import (
    MAYBE_DANGER,
    SILENT_CALL,
    Caller,
    Memory,
    Reply,
    Then,
)
from callcenter.domain.escalation import Reason
from callcenter.services import conversations, handoffs, ring_in
from callcenter.services.escalations import open_escalation
from callcenter.store.tables import Conversation, Elder
from callcenter.wiring import House


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the caller gets, and what a channel needs to carry it."""

    lines: tuple[str, ...]
    then: Then
    slow: bool
    conversation_id: int
    turn: int = 0  # what the next utterance on the phone must carry
    handoff_id: int | None = None  # set when `then` is TRANSFER


def welcome(house: House, *, key: str, channel: str, address: str = "") -> Answer:
    """Begins a conversation (or finds it again) and gives the first words."""
    with house.store.work() as session:
        one = conversations.begin(session, house.now(), key=key, channel=channel, address=address)
        reply = _with_offer(session, house, one, house.door.welcome(_caller(one)))
        conversations.remember(one, reply.memory.freeze())
        conversations.add(session, house.now(), "assistant", reply.lines, conversation_id=one.id)
    return Answer(lines=reply.lines, then=reply.then, slow=False, conversation_id=one.id)


def hear(
    house: House,
    *,
    key: str,
    channel: str,
    text: str,
    address: str = "",
    turn: int | None = None,
) -> Answer:
    """The answer to one utterance.

    Certain danger is heard, answered and escalated in the one transaction that writes it down, even
    when its turn comes late or a person has the talk. Any other `turn` that is not the expected one
    is a webhook that came twice or late: what was said last is said again, and nothing changes.
    """
    danger = house.door.danger_in(text)  # may ask the assistant, so not inside the transaction
    certain = danger is not None and danger.certain
    with house.store.work() as session:
        one = conversations.begin(session, house.now(), key=key, channel=channel, address=address)
        caller, memory = _caller(one), Memory.thaw(one.memory)
        if turn is not None and turn != memory.turn and not certain:
            return _once_more(session, one, memory)
        memory = replace(memory, turn=memory.turn + 1)
        conversations.remember(one, memory.freeze())
        conversations.add(session, house.now(), "caller", [text], conversation_id=one.id)
        if one.with_person and not certain:
            return _to_person(house, caller)
        at_once = None if danger else _finished(session, house, memory, text)
        if not house.door.stays_offered(text):
            memory = replace(memory, offered=0)
        at_once = at_once or house.door.at_once(caller, memory, text, danger)
        if at_once is not None:
            return _written(session, house, one, at_once)
    reply = house.door.ask(caller, memory, text)
    with house.store.work() as session:
        again = conversations.find(session, key)
        if again is None:
            raise LookupError("a conversation vanished between two turns")
        return _written(session, house, again, reply)


def again(house: House, key: str) -> Answer | None:
    """What was said last, and where the talk stands; None when there is no such conversation."""
    with house.store.work() as session:
        one = conversations.find(session, key)
        return None if one is None else _once_more(session, one, Memory.thaw(one.memory))


def _with_offer(session: Session, house: House, one: Conversation, hello: Reply) -> Reply:
    """Who rings in while a check-in is open is offered to finish it."""
    if one.channel != "phone" or one.elder_id is None:
        return hello
    slot = ring_in.unfinished(session, house.now(), one.elder_id)
    if slot is None:
        return hello
    return house.door.offer(hello, session.get_one(Elder, one.elder_id).called, slot.id)


def _finished(session: Session, house: House, memory: Memory, text: str) -> Reply | None:
    """What the line says when these words finish the check-in that was offered; else None."""
    if not memory.offered or not text.strip():
        return None
    how = ring_in.finish(session, house.now(), house.policy, memory.offered, text.strip())
    return None if how is None else house.door.finished(memory.after(text), how.value)


def _once_more(session: Session, one: Conversation, memory: Memory) -> Answer:
    """The same words again; a transfer that still rings goes on ringing."""
    ringing = handoffs.ringing(session, conversation_id=one.id)
    return Answer(
        lines=memory.last,
        then=Then.LISTEN if ringing is None else Then.TRANSFER,
        slow=memory.slow,
        conversation_id=one.id,
        turn=memory.turn,
        handoff_id=ringing,
    )


def _to_person(house: House, caller: Caller) -> Answer:
    """A person has this chat: the assistant is silent, and the words wait for the person."""
    line = house.policy.say("hotline", "person_speaks")
    return Answer(
        lines=(line,), then=Then.LISTEN, slow=False, conversation_id=caller.conversation_id or 0
    )


def _written(session: Session, house: House, one: Conversation, reply: Reply) -> Answer:
    now = house.now()
    conversations.remember(one, reply.memory.freeze())
    conversations.add(session, now, "assistant", reply.lines, conversation_id=one.id)
    elder = session.get(Elder, one.elder_id) if one.elder_id else None
    if reply.danger is not None:
        reason = Reason.CRISIS if reply.danger.kind == "crisis" else Reason.DANGER
        open_escalation(
            session,
            now,
            house.policy,
            reason,
            elder=elder,
            words=reply.danger.words,
            phone=one.address,
            conversation_id=one.id,
            rule=reply.danger.rule,
        )
    if reply.reason == SILENT_CALL and elder is not None:
        handoffs.ask_back(
            session,
            now,
            reason=SILENT_CALL,
            summary="来电没有出声",
            conversation_id=one.id,
            elder_id=elder.id,
            phone=one.address,
        )
    return Answer(
        lines=reply.lines,
        then=reply.then,
        slow=reply.memory.slow,
        conversation_id=one.id,
        turn=reply.memory.turn,
        handoff_id=_handed_over(session, now, one, reply),
    )


def _handed_over(session: Session, now: datetime, one: Conversation, reply: Reply) -> int | None:
    if reply.then is not Then.TRANSFER:
        return None
    handoff = handoffs.open_handoff(
        session,
        now,
        reason=reply.reason,
        summary=reply.summary,
        on_line=one.channel == "phone",
        urgent=reply.danger is not None or reply.reason == MAYBE_DANGER,
        conversation_id=one.id,
        elder_id=one.elder_id,
        phone=one.address,
    )
    one.with_person = one.channel != "phone"
    return handoff.id


def _caller(one: Conversation) -> Caller:
    return Caller(
        sender=one.key,
        channel=one.channel,
        phone=one.address,
        elder_id=one.elder_id,
        conversation_id=one.id,
    )
