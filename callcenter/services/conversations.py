"""Conversations: who is talking to us over which channel, and every word in order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcenter.services.errors import CareError, NotFound
from callcenter.store.tables import Conversation, Elder, Handoff, Message, Worker


class ConversationOver(CareError):
    """这次会话已经结束，请打电话联系。"""

    status = 409


def begin(session: Session, now: datetime, *, key: str, channel: str, address: str) -> Conversation:
    """The conversation of this key, begun if it is new. `address` is the caller's number or ''.

    A number that belongs to exactly one elder is taken as a hint, never as proof.
    """
    known = find(session, key)
    if known is not None:
        return known
    elders = session.scalars(
        select(Elder.id).where(or_(Elder.phone == address, Elder.other_phone == address)).limit(2)
    ).all()
    one = Conversation(
        key=key,
        channel=channel,
        address=address,
        elder_id=elders[0] if address and len(elders) == 1 else None,
        began_at=now,
        memory={},
    )
    session.add(one)
    session.flush()
    return one


def find(session: Session, key: str) -> Conversation | None:
    """The conversation of this key, held until the transaction ends, or None."""
    rows = select(Conversation).where(Conversation.key == key).with_for_update()
    return session.scalars(rows).one_or_none()


def add(
    session: Session,
    now: datetime,
    speaker: str,
    lines: Sequence[str],
    *,
    conversation_id: int | None = None,
    attempt_id: int | None = None,
) -> None:
    """Keeps what was said, in order; each line is cut at 1000 characters."""
    for text in lines:
        if text.strip("\0"):
            session.add(
                Message(
                    conversation_id=conversation_id,
                    attempt_id=attempt_id,
                    at=now,
                    speaker=speaker,
                    text=text.replace("\0", "")[:1000],  # PostgreSQL keeps no NUL
                )
            )


def remember(conversation: Conversation, memory: dict[str, Any]) -> None:
    """Keeps what the front door has to know at the next turn."""
    conversation.memory = memory


def end(session: Session, now: datetime, key: str) -> None:
    """The caller has hung up; ending twice is the same as once."""
    one = find(session, key)
    if one is not None and one.ended_at is None:
        one.ended_at = now


def say_as_person(
    session: Session, now: datetime, conversation_id: int, worker: Worker, text: str
) -> Message:
    """A person writes to a chat; from then on the assistant is silent there."""
    one = session.get(Conversation, conversation_id)
    if one is None:
        raise NotFound("没有这次会话。")
    if one.channel == "phone" or one.ended_at is not None:
        raise ConversationOver
    one.with_person = True
    open_ones = select(Handoff).where(
        Handoff.conversation_id == one.id, Handoff.state.in_(("waiting", "call_back"))
    )
    for handoff in session.scalars(open_ones):
        handoff.state, handoff.taken_by, handoff.taken_at = "taken", worker.id, now
    message = Message(conversation_id=one.id, at=now, speaker="person", text=text.strip()[:1000])
    session.add(message)
    session.flush()
    return message


def give_back(session: Session, conversation_id: int) -> None:
    """The person is done: the assistant answers again."""
    one = session.get(Conversation, conversation_id)
    if one is not None:
        one.with_person = False


def messages(session: Session, conversation_id: int, after: int = 0) -> Sequence[Message]:
    """What was said since message id `after`, in order."""
    return session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.id > after)
        .order_by(Message.id)
    ).all()
