"""The room of a talk of three: the operator, the caller, and whoever was asked in."""

from fastapi import APIRouter, Response

from callcenter import switchboard
from callcenter.services import handoffs, three_way, waiting
from callcenter.services.errors import CareError
from callcenter.store.tables import Worker
from callcenter.telephony import twiml
from callcenter.telephony.twiml import Speech
from callcenter.web.signed import SignedForm, TheHouse, status_event
from callcenter.web.voice.markup import xml
from callcenter.wiring import House

router = APIRouter()


def enter(house: House, handoff_id: int, *, holds: bool = False) -> Response:
    """Into the room; with the caller, who `holds` it, the talk ends."""
    base = f"{house.settings.public_url}/voice/room/{handoff_id}"
    return xml(
        twiml.room(
            f"handoff-{handoff_id}",
            left_url=f"{base}/over",
            event_url=f"{base}/left",
            holds=holds,
        )
    )


@router.post("/room/{handoff_id}")
def operator_enters(handoff_id: int, form: SignedForm, house: TheHouse) -> Response:
    """The operator's call is sent here; the caller's follows by itself."""
    return enter(house, handoff_id)


@router.post("/room/{handoff_id}/left")
def somebody_left(handoff_id: int, form: SignedForm, house: TheHouse) -> Response:
    """Somebody has left the room; a caller who is alone in it is told so."""
    with house.store.work() as session:
        line_sid = three_way.leaves(session, house.now(), handoff_id, form["CallSid"])
    if line_sid:
        switchboard.alone(house, handoff_id, line_sid)
    return Response(status_code=204)


@router.post("/room/{handoff_id}/over")
def room_over(handoff_id: int, form: SignedForm, house: TheHouse) -> Response:
    """Whoever is still on the line hears that the talk is over."""
    with house.store.work() as session:
        if handoffs.locked(session, handoff_id).line_sid == form["CallSid"]:
            waiting.left(session, house.now(), handoff_id)
    words = house.policy.say("waiting", "talk_over")
    return xml(twiml.hang_up(house.policy.line, Speech(lines=(words,))))


@router.post("/join/{joining_id}")
def third_picks_up(joining_id: int, form: SignedForm, house: TheHouse) -> Response:
    """An emergency service is let in at once; a colleague hears what it is about and presses 1."""
    with house.store.look() as session:
        one = three_way.locked(session, joining_id)
        summary = handoffs.locked(session, one.handoff_id).summary
        by = session.get_one(Worker, one.worker_id).name
        service = any(helper.phone == one.phone for helper in house.policy.transfer.helpers)
    if service:
        return _lets_in(house, joining_id)
    words = house.policy.say("staff", "join_whisper", name=by, summary=summary[:80])
    answer = f"{house.settings.public_url}/voice/join/{joining_id}/accept"
    return xml(twiml.accept(house.policy.line, words, answer))


@router.post("/join/{joining_id}/accept")
def third_accepts(joining_id: int, form: SignedForm, house: TheHouse) -> Response:
    """The key decides: a voicemail presses none."""
    if form.get("Digits") != "1":
        return xml(twiml.hang_up(house.policy.line, Speech(lines=())))
    return _lets_in(house, joining_id)


@router.post("/join/{joining_id}/status")
def third_status(joining_id: int, form: SignedForm, house: TheHouse) -> Response:
    """How their call goes; may come twice, late or out of order."""
    event = status_event(form)
    with house.store.work() as session:
        three_way.told(session, house.now(), joining_id, event)
    return Response(status_code=204)


def _lets_in(house: House, joining_id: int) -> Response:
    try:
        with house.store.work() as session:
            handoff_id = three_way.joins(session, house.now(), joining_id)
    except CareError:
        words = house.policy.say("waiting", "talk_over")
        return xml(twiml.hang_up(house.policy.line, Speech(lines=(words,))))
    return enter(house, handoff_id)
