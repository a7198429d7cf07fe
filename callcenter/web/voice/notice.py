"""Notices: a worker is told on the phone, and acknowledges by key."""

from fastapi import APIRouter, Response

from callcenter.domain.call import DISPOSITION_WORDS, Disposition
from callcenter.services import bundles, notices
from callcenter.services.acknowledging import acknowledge_together
from callcenter.services.errors import AlreadyAcknowledged, AlreadyResolved
from callcenter.store.tables import Worker
from callcenter.telephony import twiml
from callcenter.telephony.twiml import Speech
from callcenter.web.signed import SignedForm, TheHouse, status_event
from callcenter.web.voice.markup import xml
from callcenter.wiring import House

router = APIRouter()


@router.post("/notice/{notice_id}")
def notice_call(notice_id: int, form: SignedForm, house: TheHouse) -> Response:
    """Somebody picked up a notice call: nothing of the elder is said before a key is pressed."""
    with house.store.look() as session:
        notices.locked(session, notice_id)  # an unknown notice is a 404
    return _notice_ask(house, notice_id, house.policy.say("staff", "notice_hello"), heard=0)


@router.post("/notice/{notice_id}/turn")
def notice_turn(notice_id: int, form: SignedForm, house: TheHouse, heard: int = 0) -> Response:
    """First a key to hear it, then 1 acknowledges and 9 says it again; else the ladder goes on."""
    key = form.get("Digits", "")
    if key == "9" or (key == "1" and not heard):
        with house.store.work() as session:
            notice = notices.locked(session, notice_id)
            notices.delivered(session, notice_id)
            text = bundles.words(session, house.policy, notice)
            words = house.policy.say("staff", "notice_call", text=text)
        return _notice_ask(house, notice_id, words, heard=1)
    name = "notice_no_answer"
    values: dict[str, str] = {}
    if key == "1":
        name, values = _acknowledge_by_phone(house, notice_id)
    words = house.policy.say("staff", name, **values)
    return xml(twiml.hang_up(house.policy.line, Speech(lines=(words,))))


def _acknowledge_by_phone(house: House, notice_id: int) -> tuple[str, dict[str, str]]:
    try:
        with house.store.work() as session:
            notice = notices.locked(session, notice_id)
            worker = session.get_one(Worker, notice.worker_id)
            if not worker.active:
                return "notice_no_answer", {}
            acknowledge_together(session, house.now(), notice.escalation_id, worker, "tel")
    except AlreadyResolved:
        return "notice_over", {}
    except AlreadyAcknowledged as taken:
        return "notice_taken_by_other", {"name": taken.owner}
    return "notice_taken", {}


def _notice_ask(house: House, notice_id: int, words: str, heard: int) -> Response:
    answer = f"{house.settings.public_url}/voice/notice/{notice_id}/turn?heard={heard}"
    speech = Speech(lines=(words,))
    return xml(twiml.ask_key(house.policy.line, speech, answer))


@router.post("/notice/{notice_id}/status")
def notice_status(notice_id: int, form: SignedForm, house: TheHouse) -> Response:
    """How a notice call went; one that nobody picked up is tried again while that makes sense."""
    event = status_event(form)
    if event.disposition is None:
        return Response(status_code=204)
    with house.store.work() as session:
        why = DISPOSITION_WORDS[event.disposition]
        if event.disposition is Disposition.ANSWERED:
            why = "没有按键"  # a voicemail picks up as well; a key has said `delivered` before
        notices.failed(session, house.now(), notice_id, why, again=True)
    return Response(status_code=204)
