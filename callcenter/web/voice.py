"""Voice webhooks: what the carrier asks and tells us, and what the line does next (TwiML)."""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from sqlalchemy import select

from callcenter import reception
from callcenter.dialogue import AssistantSilent, Then
from callcenter.domain.call import DISPOSITION_WORDS, Disposition, Listener
from callcenter.reception import Answer
from callcenter.services import attempts, checkin_call, conversations, handoffs, notices
from callcenter.services.checkin_call import Heard, Next
from callcenter.services.errors import AlreadyAcknowledged, AlreadyResolved, CareError
from callcenter.services.escalations import acknowledge
from callcenter.store.tables import Worker
from callcenter.telephony import twiml
from callcenter.telephony.twilio import LISTENER
from callcenter.telephony.twiml import Speech
from callcenter.understanding import Understanding, understand
from callcenter.web.signed import Form, SignedForm, TheHouse, status_event
from callcenter.wiring import House

router = APIRouter(prefix="/voice")


def xml(text: str) -> Response:
    """TwiML as the carrier wants it."""
    return Response(text, media_type="application/xml")


# --- check-in calls: we ring an elder -------------------------------------------------------


@router.post("/check-in/{attempt_id}")
def check_in(attempt_id: int, form: SignedForm, house: TheHouse) -> Response:
    """Somebody picked up a check-in call."""
    with house.store.work() as session:
        after = checkin_call.open_call(
            session, house.now(), house.policy, attempt_id, form["CallSid"]
        )
    return _check_in_next(house, attempt_id, after)


@router.post("/check-in/{attempt_id}/turn")
def check_in_turn(attempt_id: int, form: SignedForm, house: TheHouse, n: int = 0) -> Response:
    """A key, words, or silence in a check-in call."""
    heard = Heard(key=form.get("Digits", "")[:1], words=form.get("SpeechResult", "").strip()[:300])
    reading = _model_reading(house, heard)
    with house.store.work() as session:
        after = checkin_call.take_turn(
            session, house.now(), house.policy, attempt_id, n, heard, reading
        )
    return _check_in_next(house, attempt_id, after)


@router.post("/check-in/{attempt_id}/status")
def check_in_status(attempt_id: int, form: SignedForm, house: TheHouse) -> Response:
    """One step in the life of a check-in call; may come twice, late, or out of order."""
    event = status_event(form)
    with house.store.work() as session:
        attempts.record(session, house.now(), house.policy, attempt_id, event)
    return Response(status_code=204)


@router.post("/check-in/{attempt_id}/machine")
def check_in_machine(attempt_id: int, form: SignedForm, house: TheHouse) -> Response:
    """Who picked up, as the carrier believes."""
    listener = LISTENER.get(form.get("AnsweredBy", ""), Listener.UNKNOWN)
    with house.store.work() as session:
        attempts.heard_by(session, attempt_id, listener)
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


def _check_in_next(house: House, attempt_id: int, after: Next) -> Response:
    line, speech = house.policy.line, Speech(lines=after.lines, slow=after.slow)
    base = f"{house.settings.public_url}/voice/check-in/{attempt_id}"
    if after.then == "ask":
        return xml(twiml.ask(line, speech, f"{base}/turn?n={after.turn}"))
    if after.then == "transfer" and after.handoff_id is not None:
        return _put_through(house, speech, after.handoff_id)
    return xml(twiml.hang_up(line, speech))


# --- the hotline: somebody rings us ---------------------------------------------------------


@router.post("/hotline")
def hotline(form: SignedForm, house: TheHouse) -> Response:
    """Somebody rings the hotline."""
    answer = reception.welcome(
        house, key=_call_key(form), channel="phone", address=form.get("From", "")[:20]
    )
    return _hotline_next(house, answer)


@router.post("/hotline/turn")
def hotline_turn(form: SignedForm, house: TheHouse, n: int = 0) -> Response:
    """A key, words, or silence on the hotline. 0 is a person, 9 says it again."""
    key = form.get("Digits", "")[:1]
    text = {"0": "转人工", "9": "再讲一遍"}.get(key, key) or form.get("SpeechResult", "")
    answer = reception.hear(
        house,
        key=_call_key(form),
        channel="phone",
        text=text,
        address=form.get("From", "")[:20],
        turn=n,
    )
    return _hotline_next(house, answer)


@router.post("/hotline/status")
def hotline_status(form: SignedForm, house: TheHouse) -> Response:
    """A hotline call has ended."""
    if form.get("CallStatus") in ("completed", "failed", "busy", "no-answer", "canceled"):
        with house.store.work() as session:
            conversations.end(session, house.now(), _call_key(form))
    return Response(status_code=204)


def _call_key(form: Form) -> str:
    return f"call:{form['CallSid']}"


def _hotline_next(house: House, answer: Answer) -> Response:
    line, speech = house.policy.line, Speech(lines=answer.lines, slow=answer.slow)
    if answer.then is Then.TRANSFER and answer.handoff_id is not None:
        return _put_through(house, speech, answer.handoff_id)
    if answer.then is Then.HANG_UP:
        return xml(twiml.hang_up(line, speech))
    turn = f"{house.settings.public_url}/voice/hotline/turn?n={answer.turn}"
    return xml(twiml.ask(line, speech, turn))


# --- transfers: a person is rung, and must press a key to accept ------------------------------


def _put_through(house: House, speech: Speech, handoff_id: int) -> Response:
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


# --- notices: a worker is told, and acknowledges by key ---------------------------------------


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
            words = house.policy.say("staff", "notice_call", text=notice.text)
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
            acknowledge(session, house.now(), notice.escalation_id, worker, "tel")
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


# --- the last resort --------------------------------------------------------------------------


@router.post("/fallback")
def fallback(form: SignedForm, house: TheHouse) -> Response:
    """When our own webhook failed: reaches a human without the database or the assistant."""
    number = house.settings.duty_number
    words = house.policy.say("hotline", "service_unavailable" if number else "nobody_on_duty")
    return xml(twiml.last_resort(house.policy.line, Speech(lines=(words,)), number))
