"""Transfers: people are rung, and the first who presses the key has the caller."""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from sqlalchemy import select

from callcenter.services import handoffs
from callcenter.services.errors import CareError
from callcenter.store.tables import Worker
from callcenter.telephony import twiml
from callcenter.telephony.twiml import Speech
from callcenter.web.signed import SignedForm, TheHouse
from callcenter.web.voice.markup import xml
from callcenter.wiring import House

router = APIRouter()


def put_through(house: House, speech: Speech, handoff_id: int) -> Response:
    with house.store.look() as session:
        urgent = handoffs.locked(session, handoff_id).urgent
        phones: Sequence[str] = handoffs.to_ring(session, urgent)
    base = f"{house.settings.public_url}/voice/transfer/{handoff_id}"
    return xml(
        twiml.put_through(house.policy.line, speech, phones, f"{base}/whisper", f"{base}/done")
    )


@router.post("/transfer/{handoff_id}/whisper")
def transfer_whisper(handoff_id: int, form: SignedForm, house: TheHouse) -> Response:
    """An operator picked up: hears what it is about, alone, and is asked for a key."""
    with house.store.look() as session:
        summary = handoffs.locked(session, handoff_id).summary
    words = house.policy.say("staff", "transfer_whisper", summary=summary[:80])
    answer = f"{house.settings.public_url}/voice/transfer/{handoff_id}/accept"
    return xml(twiml.accept(house.policy.line, words, answer))


@router.post("/transfer/{handoff_id}/accept")
def transfer_accept(handoff_id: int, form: SignedForm, house: TheHouse) -> Response:
    """The operator pressed a key: the first one is connected, anybody else is thanked."""
    if form.get("Digits") != "1":
        return xml(twiml.hang_up(house.policy.line, Speech(lines=())))
    try:
        with house.store.work() as session:
            worker = session.scalars(
                select(Worker).where(Worker.phone == form.get("To", ""), Worker.active).limit(1)
            ).one_or_none()
            if worker is not None:
                handoffs.take(session, house.now(), handoff_id, worker)
    except CareError as taken:
        return xml(twiml.hang_up(house.policy.line, Speech(lines=(str(taken),))))
    return xml(twiml.join())


@router.post("/transfer/{handoff_id}/done")
def transfer_done(handoff_id: int, form: SignedForm, house: TheHouse) -> Response:
    """The transfer is over: somebody talked with the caller, or it becomes a call-back."""
    with house.store.work() as session:
        one = handoffs.locked(session, handoff_id)
        taken = one.taken_by is not None or form.get("DialBridged") == "true"
        if not taken:
            handoffs.missed(session, house.now(), handoff_id)
    lines = () if taken else (house.policy.say("hotline", "nobody_free"),)
    return xml(twiml.hang_up(house.policy.line, Speech(lines=lines)))
