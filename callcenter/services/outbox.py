"""What waits to reach a Telegram chat: every word on record that is not the caller's own.

Sent once it is marked so; until then it is pending, whatever happens to the process that sends.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session

from callcenter.services import conversations
from callcenter.services.timeline import note
from callcenter.store.tables import Conversation, Handoff, Message

NOT_TAKEN = ("ringing", "waiting", "call_back")
OURS = text("messages.speaker <> 'caller'")  # literal, as a partial index has it


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One thing on record that has to reach a chat."""

    message_id: int
    chat: str  # Telegram's number of the chat
    text: str
    by_person: bool  # a person wrote it, not the assistant


def key_of(chat: str) -> str:
    """The key of a chat's conversation."""
    return f"telegram:{chat}"


def pending(session: Session, limit: int = 200) -> list[Outgoing]:
    """What has to go out now, oldest first. Chats that are gone have nothing pending."""
    rows = session.execute(
        select(Message, Conversation.key)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.channel == "telegram", Conversation.ended_at.is_(None))
        .where(Message.delivered_at.is_(None), OURS, Message.conversation_id.is_not(None))
        .order_by(Message.id)
        .limit(limit)
    )
    return [
        Outgoing(
            message_id=one.id,
            chat=key.removeprefix("telegram:"),
            text=one.text,
            by_person=one.speaker == "person",
        )
        for one, key in rows
    ]


def done(session: Session, now: datetime, message_id: int) -> None:
    """It reached the chat; saying so twice is the same as once."""
    one = session.get(Message, message_id)
    if one is not None and one.delivered_at is None:
        one.delivered_at = now


def lost(session: Session, now: datetime, message_id: int) -> None:
    """Telegram refuses it for good: no longer pending, and the time line says so."""
    one = session.get(Message, message_id)
    if one is None or one.delivered_at is not None:
        return
    one.delivered_at = now
    talk = session.get(Conversation, one.conversation_id) if one.conversation_id else None
    elder = talk.elder_id if talk else None
    note(session, now, "chat", "有一条 Telegram 消息没能送到", elder_id=elder)


def gone(session: Session, now: datetime, chat: str) -> None:
    """The person has blocked the bot: staff see that this talk is over and use the phone."""
    conversations.end(session, now, key_of(chat))


def back(session: Session, chat: str) -> bool:
    """The person writes: a talk that was over goes on. False when there never was one."""
    one = conversations.find(session, key_of(chat))
    if one is None:
        return False
    one.ended_at = None
    return True


def still_waiting(session: Session, conversation_id: int) -> bool:
    """True while the caller's last words have no answer and nobody has taken the talk yet."""
    last = session.scalars(
        select(Message.speaker)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.id.desc())
        .limit(1)
    ).one_or_none()
    untaken = exists().where(
        Handoff.conversation_id == conversation_id, Handoff.state.in_(NOT_TAKEN)
    )
    return last == "caller" and bool(session.scalar(select(untaken)))
