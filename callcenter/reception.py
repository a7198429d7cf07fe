"""Reception: one utterance of any channel, heard by the front door and written down as a whole.

Read, decide, write: the assistant is asked between two transactions, never inside one.
"""

from dataclasses import dataclass, replace

from callcenter.dialogue import Caller, Memory, Reply, Then
from callcenter.domain.escalation import Reason
from callcenter.services import conversations
from callcenter.services.escalations import open_escalation
from callcenter.services.handoffs import open_handoff
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
        reply = house.door.welcome(_caller(one))
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
    """The answer to one utterance; danger is escalated in the same breath as it is written.

    A `turn` that is not the expected one is a webhook that came twice or late: what was said
    last is said again, and nothing changes.
    """
    with house.store.work() as session:
        one = conversations.begin(session, house.now(), key=key, channel=channel, address=address)
        caller, memory, with_person = _caller(one), Memory.thaw(one.memory), one.with_person
        if turn is not None and turn != memory.turn:
            return _once_more(caller, memory)
        memory = replace(memory, turn=memory.turn + 1)
        conversations.remember(one, memory.freeze())
        conversations.add(session, house.now(), "caller", [text], conversation_id=one.id)
    if with_person:
        return _to_person(house, caller, memory, text)
    reply = house.door.hear(caller, memory, text)
    return _write(house, key, caller, reply)


def _once_more(caller: Caller, memory: Memory) -> Answer:
    return Answer(
        lines=memory.last,
        then=Then.LISTEN,
        slow=memory.slow,
        conversation_id=caller.conversation_id or 0,
        turn=memory.turn,
    )


def _to_person(house: House, caller: Caller, memory: Memory, text: str) -> Answer:
    """A person has this chat: the assistant is silent, but danger is still heard."""
    danger = house.policy.danger.find(text)
    if danger is not None:
        reply = house.door.hear(caller, memory, text)
        return _write(house, caller.sender, caller, reply)
    line = house.policy.say("hotline", "person_speaks")
    return Answer(
        lines=(line,), then=Then.LISTEN, slow=False, conversation_id=caller.conversation_id or 0
    )


def _write(house: House, key: str, caller: Caller, reply: Reply) -> Answer:
    handoff_id = None
    with house.store.work() as session:
        one = conversations.find(session, key)
        if one is None:
            raise LookupError("a conversation vanished between two turns")
        conversations.remember(one, reply.memory.freeze())
        conversations.add(session, house.now(), "assistant", reply.lines, conversation_id=one.id)
        if reply.danger is not None:
            reason = Reason.CRISIS if reply.danger.kind == "crisis" else Reason.DANGER
            open_escalation(
                session,
                house.now(),
                house.policy,
                reason,
                elder=session.get(Elder, one.elder_id) if one.elder_id else None,
                words=reply.danger.words,
                phone=one.address,
                conversation_id=one.id,
            )
        if reply.then is Then.TRANSFER:
            handoff = open_handoff(
                session,
                house.now(),
                reason=reply.reason,
                summary=reply.summary,
                on_line=one.channel == "phone",
                urgent=reply.danger is not None,
                conversation_id=one.id,
                elder_id=one.elder_id,
                phone=one.address,
            )
            handoff_id = handoff.id
            one.with_person = one.channel != "phone"
    return Answer(
        lines=reply.lines,
        then=reply.then,
        slow=reply.memory.slow,
        conversation_id=one.id,
        turn=reply.memory.turn,
        handoff_id=handoff_id,
    )


def _caller(one: Conversation) -> Caller:
    return Caller(
        sender=one.key,
        channel=one.channel,
        phone=one.address,
        elder_id=one.elder_id,
        conversation_id=one.id,
    )
