"""Check-in calls: we ring an elder."""

from fastapi import APIRouter, Response

from callcenter.assistant import AssistantSilent
from callcenter.domain.call import Listener
from callcenter.services import attempts, checkin_call
from callcenter.services.checkin_call import Heard, Next
from callcenter.telephony import twiml
from callcenter.telephony.twiml import Speech
from callcenter.telephony.words import carrier_words
from callcenter.understanding import Understanding, understand
from callcenter.web.signed import SignedForm, TheHouse, status_event
from callcenter.web.voice.markup import xml
from callcenter.web.voice.transfer import put_through
from callcenter.wiring import House

router = APIRouter()


@router.post("/check-in/{attempt_id}")
def check_in(attempt_id: int, form: SignedForm, house: TheHouse) -> Response:
    """Somebody picked up a check-in call."""
    after = house.store.together(
        attempt_id,
        attempts.hold,
        lambda work: checkin_call.open_call(
            work, house.now(), house.policy, attempt_id, form["CallSid"]
        ),
    )
    return _check_in_next(house, attempt_id, after, form["CallSid"])


@router.post("/check-in/{attempt_id}/turn")
def check_in_turn(attempt_id: int, form: SignedForm, house: TheHouse, n: int = 0) -> Response:
    """A key, words, or silence in a check-in call."""
    heard = Heard(key=form.get("Digits", "")[:1], words=form.get("SpeechResult", "").strip()[:300])
    reading = _model_reading(house, heard)
    after = house.store.together(
        attempt_id,
        attempts.hold,
        lambda work: checkin_call.take_turn(
            work, house.now(), house.policy, attempt_id, n, heard, reading
        ),
    )
    return _check_in_next(house, attempt_id, after, form["CallSid"])


@router.post("/check-in/{attempt_id}/status")
def check_in_status(attempt_id: int, form: SignedForm, house: TheHouse) -> Response:
    """One step in the life of a check-in call; may come twice, late, or out of order."""
    event = status_event(form)
    house.store.together(
        attempt_id,
        attempts.hold,
        lambda work: attempts.record(work, house.now(), house.policy, attempt_id, event),
    )
    return Response(status_code=204)


@router.post("/check-in/{attempt_id}/machine")
def check_in_machine(attempt_id: int, form: SignedForm, house: TheHouse) -> Response:
    """Who picked up, as the carrier believes."""
    listener = carrier_words().listener.get(form.get("AnsweredBy", ""), Listener.UNKNOWN)
    house.store.together(
        attempt_id,
        attempts.hold,
        lambda work: attempts.heard_by(work, attempt_id, listener),
    )
    return Response(status_code=204)


def _model_reading(house: House, heard: Heard) -> str:
    """The model's reading of words that the rules cannot read; empty when it is not to be had."""
    if not heard.words or house.assistant is None:
        return ""
    if house.policy.danger.find(heard.words) is not None:
        return ""  # danger does not wait for a model
    if house.policy.answers.read(heard.words).intent != "unclear":
        return ""
    try:
        read = _understood(house, heard.words)
    except (AssistantSilent, LookupError, TypeError, ValueError):
        return ""  # an odd answer of the model is no answer
    return read.intent if read.danger or read.confidence >= 0.8 else "unclear"


def _understood(house: House, words: str) -> Understanding:
    assert house.assistant is not None  # noqa: S101
    return understand(words, "check_in", house.assistant.parse, house.policy.danger.find)


def _check_in_next(house: House, attempt_id: int, after: Next, call_sid: str) -> Response:
    line = house.policy.line
    speech = Speech(lines=after.lines, slow=after.slow, loud=after.loud, pause=after.pause)
    base = f"{house.settings.public_url}/voice/check-in/{attempt_id}"
    if after.then == "ask":
        return xml(twiml.ask(line, speech, f"{base}/turn?n={after.turn}"))
    if after.then == "transfer" and after.handoff_id is not None:
        return put_through(house, speech, after.handoff_id, call_sid)
    return xml(twiml.hang_up(line, speech))
