"""What happens in the district before somebody opens a page of the console."""

from sqlalchemy import select

from callcenter.domain.escalation import Reason
from callcenter.services import conversations, escalations, handoffs, requests
from callcenter.services.requests import Wish
from callcenter.store.tables import Slot
from tests.district import District


def escalate(
    town: District, called: str | None, reason: Reason = Reason.DANGER, words: str = "我摔倒了"
) -> int:
    """An escalation of an elder, or of an unknown caller."""
    with town.house.store.work() as session:
        elder = town.elder(session, called) if called else None
        slot = None
        if elder is not None:
            rows = select(Slot).where(Slot.elder_id == elder.id, Slot.kind == "call")
            slot = session.scalars(rows).first()
        now, policy = town.house.now(), town.house.policy
        return escalations.open_escalation(
            session,
            now,
            policy,
            reason,
            elder=elder,
            words=words,
            slot=slot,
            phone="" if elder else "+8613800000000",
        ).id


def order(town: District, called: str = "王阿婆") -> int:
    """A service request that an elder made by telephone."""
    with town.house.store.work() as session:
        talk = conversations.begin(
            session, town.house.now(), key="call:CA1", channel="phone", address=""
        )
        conversations.add(
            session, town.house.now(), "caller", ["我要订午饭"], conversation_id=talk.id
        )
        elder = town.elder(session, called)
        return requests.open_request(
            session,
            town.house.now(),
            Wish(service="meal", wanted="软一点的饭", when_words="明天中午", place="柳巷1号101室"),
            channel="phone",
            phone=elder.phone,
            elder_id=elder.id,
            conversation_id=talk.id,
        ).id


def wants_person(town: District, *, on_line: bool = False, urgent: bool = False) -> int:
    """Somebody in a web chat, or on the line, wants a person."""
    with town.house.store.work() as session:
        talk = conversations.begin(
            session, town.house.now(), key="web:1", channel="web", address=""
        )
        conversations.add(
            session, town.house.now(), "caller", ["我要找人"], conversation_id=talk.id
        )
        return handoffs.open_handoff(
            session,
            town.house.now(),
            reason="asked",
            summary="问长护险",
            on_line=on_line,
            urgent=urgent,
            conversation_id=talk.id,
        ).id
