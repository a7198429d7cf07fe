"""What the chat tests ask of the house: what is on record, and a person who answers."""

from sqlalchemy import select

from callcenter.services import conversations
from callcenter.store.tables import Conversation, Escalation, Handoff, Message, Worker
from callcenter.wiring import House


def said(house: House, speaker: str) -> list[str]:
    """What is on record of one side: caller, assistant or person."""
    with house.store.look() as session:
        rows = select(Message.text).where(Message.speaker == speaker).order_by(Message.id)
        return list(session.scalars(rows))


def reasons(house: House) -> list[str]:
    """Why escalations were opened."""
    with house.store.look() as session:
        return list(session.scalars(select(Escalation.reason).order_by(Escalation.id)))


def handoffs(house: House) -> list[str]:
    """How the wishes for a person stand."""
    with house.store.look() as session:
        return list(session.scalars(select(Handoff.state).order_by(Handoff.id)))


def talks(house: House) -> list[int]:
    """The conversations, oldest first."""
    with house.store.look() as session:
        return list(session.scalars(select(Conversation.id).order_by(Conversation.id)))


def answer_as_person(house: House, words: str) -> None:
    """The caseworker writes at the console, in the latest talk."""
    talk = talks(house)[-1]
    with house.store.work() as session:
        worker = session.get_one(Worker, 1)
        conversations.say_as_person(session, house.now(), talk, worker, words)
