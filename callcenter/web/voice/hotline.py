"""The hotline: somebody rings us."""

from dataclasses import replace

from fastapi import APIRouter, Response

from callcenter import reception
from callcenter.dialogue import Then
from callcenter.reception import Answer
from callcenter.services import conversations, waiting
from callcenter.telephony import twiml
from callcenter.telephony.twiml import Speech
from callcenter.web.signed import Form, SignedForm, TheHouse
from callcenter.web.voice import relay
from callcenter.web.voice.markup import xml
from callcenter.web.voice.transfer import put_through
from callcenter.wiring import House

router = APIRouter()


@router.post("/hotline")
def hotline(form: SignedForm, house: TheHouse) -> Response:
    """Somebody rings the hotline."""
    answer = reception.welcome(
        house, key=_call_key(form), channel="phone", address=form.get("From", "")[:20]
    )
    if house.settings.hotline_mode == "relay" and answer.then is Then.LISTEN:
        return relay.begin(house, answer, form["CallSid"])
    return _hotline_next(house, answer, form)


@router.post("/hotline/relay/after")
def hotline_after_relay(form: SignedForm, house: TheHouse) -> Response:
    """The socket has ended: by our own word, by the caller, or by an error, then turn by turn."""
    answer = reception.again(house, _call_key(form))
    if answer is None or form.get("SessionStatus") == "completed":
        return xml(twiml.hang_up(house.policy.line, Speech(lines=())))
    if relay.is_over(form.get("HandoffData", "")):
        answer = replace(answer, then=Then.HANG_UP)
    return _hotline_next(house, answer, form)


@router.post("/hotline/turn")
def hotline_turn(form: SignedForm, house: TheHouse, n: int = 0) -> Response:
    """A key, words, or silence on the hotline. 0 is a person, 9 says it again."""
    key = form.get("Digits", "")[:1]
    text = relay.KEYS.get(key, key) or form.get("SpeechResult", "")
    answer = reception.hear(
        house,
        key=_call_key(form),
        channel="phone",
        text=text,
        address=form.get("From", "")[:20],
        turn=n,
    )
    return _hotline_next(house, answer, form)


@router.post("/hotline/status")
def hotline_status(form: SignedForm, house: TheHouse) -> Response:
    """A hotline call has ended."""
    if form.get("CallStatus") in ("completed", "failed", "busy", "no-answer", "canceled"):
        with house.store.work() as session:
            conversations.end(session, house.now(), _call_key(form))
            waiting.hung_up(session, house.now(), line_sid=form["CallSid"])
    return Response(status_code=204)


def _call_key(form: Form) -> str:
    return f"call:{form['CallSid']}"


def _hotline_next(house: House, answer: Answer, form: Form) -> Response:
    line = house.policy.line
    speech = Speech(lines=answer.lines, slow=answer.slow, loud=answer.slow)
    if answer.then is Then.TRANSFER and answer.handoff_id is not None:
        return put_through(house, speech, answer.handoff_id, form["CallSid"])
    if answer.then is Then.HANG_UP:
        return xml(twiml.hang_up(line, speech))
    turn = f"{house.settings.public_url}/voice/hotline/turn?n={answer.turn}"
    return xml(twiml.ask(line, speech, turn))
