"""What a chat page shows of its own conversation: the lines, and who is answering."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain.week import local
from callcenter.services.outbox import NOT_TAKEN
from callcenter.store.tables import Conversation, Handoff, Message

MOST = 200  # lines of one page; older ones stay on record


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing said, as it is shown."""

    id: int
    who: str  # caller, assistant, person
    text: str
    at: str  # such as 9点05分
    unseen: bool  # ours, and not shown on any page yet


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A conversation as its page shows it."""

    id: int
    lines: tuple[Line, ...]  # those after the one that the page has already
    with_person: bool  # a person answers, or was asked to
    waiting: bool  # a person was asked for, and nobody has come yet
    urgent: bool  # there was talk of danger


def view(session: Session, key: str, after: int = 0) -> Talk | None:
    """The conversation of a page since line `after`; None when there is none, or it is over."""
    one = session.scalars(select(Conversation).where(Conversation.key == key)).one_or_none()
    if one is None or one.ended_at is not None:
        return None
    newest = session.scalars(
        select(Message)
        .where(Message.conversation_id == one.id, Message.id > after)
        .order_by(Message.id.desc())
        .limit(MOST)
    ).all()
    handoffs = session.scalars(
        select(Handoff).where(Handoff.conversation_id == one.id, Handoff.state != "done")
    ).all()
    return Talk(
        id=one.id,
        lines=tuple(_line(message) for message in reversed(newest)),
        with_person=one.with_person,
        waiting=any(handoff.state in NOT_TAKEN for handoff in handoffs),
        urgent=any(handoff.urgent for handoff in handoffs),
    )


def seen(session: Session, now: datetime, conversation_id: int) -> None:
    """The page has shown everything: what we said has reached the chat."""
    rows = select(Message).where(
        Message.conversation_id == conversation_id,
        Message.speaker != "caller",
        Message.delivered_at.is_(None),
    )
    for one in session.scalars(rows):
        one.delivered_at = now


def _line(message: Message) -> Line:
    wall = local(message.at)
    return Line(
        id=message.id,
        who=message.speaker,
        text=message.text,
        at=f"{wall.hour}点{wall.minute:02d}分",
        unseen=message.speaker != "caller" and message.delivered_at is None,
    )
