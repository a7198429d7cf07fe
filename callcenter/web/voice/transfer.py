"""Transfers: operators are rung in turn, and the first who presses the key has the caller."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Response

from callcenter.domain.answers import Answer
from callcenter.domain.spoken import say_when
from callcenter.domain.waiting import AfterHours, Hold, RingRound, people
from callcenter.services import handoffs, waiting
from callcenter.services.errors import CareError
from callcenter.telephony import twiml
from callcenter.telephony.twiml import Speech
from callcenter.web.signed import Form, SignedForm, TheHouse
from callcenter.web.voice import room
from callcenter.web.voice.markup import xml
from callcenter.when import day_kind
from callcenter.wiring import House

router = APIRouter()
Told = Annotated[int, Query(ge=-1, le=1000)]
TALKED = ("completed", "answered")
FIRST = -1  # nothing has been said yet about how many are in front


def put_through(house: House, speech: Speech, handoff_id: int, line_sid: str) -> Response:
    """Says the lines, then looks for an operator."""
    return _go_on(house, speech, handoff_id, line_sid, told=FIRST)


@router.post("/transfer/{handoff_id}/next")
def transfer_next(
    handoff_id: int, form: SignedForm, house: TheHouse, told: Told = FIRST
) -> Response:
    """A round is over: they have talked, or the caller chose to be rung back, or waits on."""
    if _talked(form):
        return _after_talk(house, handoff_id)
    wish = _wish(house, handoff_id, form)
    if wish is not None:
        return wish
    if "DialCallStatus" in form:
        with house.store.work() as session:
            waiting.not_connected(session, handoff_id)
        return _go_on(house, _speech(house, "not_picked_up"), handoff_id, form["CallSid"], told)
    return _go_on(house, _who_we_are(house, form), handoff_id, form["CallSid"], told)


@router.post("/transfer/{handoff_id}/whisper")
def transfer_whisper(handoff_id: int, form: SignedForm, house: TheHouse, seat: int = 0) -> Response:
    """An operator picked up: hears what it is about, alone, and is asked for a key."""
    with house.store.look() as session:
        summary = handoffs.locked(session, handoff_id).summary
    words = house.policy.say("staff", "transfer_whisper", summary=summary[:80])
    answer = f"{_base(house, handoff_id)}/accept?seat={seat}"
    return xml(twiml.accept(house.policy.line, words, answer))


@router.post("/transfer/{handoff_id}/accept")
def transfer_accept(handoff_id: int, form: SignedForm, house: TheHouse, seat: int = 0) -> Response:
    """The operator pressed a key: the first one is connected, anybody else is thanked."""
    if form.get("Digits") != "1":
        return xml(twiml.hang_up(house.policy.line, Speech(lines=())))
    try:
        with house.store.work() as session:
            waiting.accept(session, house.now(), handoff_id, seat, form["CallSid"])
    except CareError as taken:
        return xml(twiml.hang_up(house.policy.line, Speech(lines=(str(taken),))))
    return xml(twiml.join())


def _go_on(house: House, speech: Speech, handoff_id: int, line_sid: str, told: int) -> Response:
    with house.store.work() as session:
        step = waiting.advance(session, house.now(), house.policy, handoff_id, line_sid)
        reachable = waiting.can_ring_back(handoffs.locked(session, handoff_id))
    line, base = house.policy.line, _base(house, handoff_id)
    if isinstance(step, RingRound):
        whispers = {seat.phone: f"{base}/whisper?seat={seat.worker_id}" for seat in step.seats}
        onward = f"{base}/next?told={told}"
        return xml(twiml.put_through(line, speech, whispers, onward, step.seconds))
    if isinstance(step, (Hold, AfterHours)):
        lines, told = _waiting_words(house, step, told, reachable)
        onward = f"{base}/next?told={told}"
        speech = replace(speech, lines=(*speech.lines, *lines))
        seconds = step.seconds if isinstance(step, Hold) else line.answer_seconds
        return xml(twiml.hold(line, speech, onward, seconds))
    name = "nobody_free" if reachable else "nobody_free_no_number"
    return xml(twiml.hang_up(line, Speech(lines=(*speech.lines, *_speech(house, name).lines))))


def _waiting_words(
    house: House, step: Hold | AfterHours, told: int, reachable: bool
) -> tuple[tuple[str, ...], int]:
    """What somebody who waits is told, and the number of people in front that was told."""
    if isinstance(step, AfterHours):
        return _closed_words(house, reachable), 0
    if step.ahead == told:
        return (house.policy.say("waiting", "still_waiting"),), told
    name = "ahead" if step.ahead else "next_in_line"
    words = house.policy.say("waiting", name, number=people(step.ahead))
    offer = (house.policy.say("waiting", "offer_ring_back"),) if reachable else ()
    return (words, *offer), step.ahead


def _closed_words(house: House, reachable: bool) -> tuple[str, ...]:
    opens = house.policy.hours.opens_next(house.now(), day_kind)
    when = say_when(opens, None, house.now()) if opens else ""
    name = "closed" if reachable else "closed_no_number"
    return (house.policy.say("waiting", name, when=when), house.policy.say("waiting", "danger_now"))


def _wish(house: House, handoff_id: int, form: Form) -> Response | None:
    """A key or words of somebody who waits; None when the wait simply goes on."""
    key, words = form.get("Digits", "")[:1], form.get("SpeechResult", "").strip()[:300]
    with house.store.work() as session:
        one = handoffs.locked(session, handoff_id)
        closed, reachable = one.after_hours, waiting.can_ring_back(one)
        back = False
        if words:
            back = waiting.speaks(session, house.now(), house.policy, handoff_id, words)
        if key == "1" and closed:
            waiting.urgent(session, house.now(), handoff_id)
        back = (back or key == "1") and not closed and reachable and not one.urgent
        if back:
            waiting.keep_place(session, house.now(), handoff_id)
        silent = closed and not one.urgent
    if back:
        return xml(twiml.hang_up(house.policy.line, _speech(house, "place_kept")))
    if silent:
        return xml(twiml.hang_up(house.policy.line, _speech(house, "closed_goodbye")))
    return None


def _who_we_are(house: House, form: Form) -> Speech:
    """Said to somebody who asks, while waiting, whether we are real."""
    asked = house.policy.answers.command(form.get("SpeechResult", "")[:300])
    if asked is None or asked.intent is not Answer.VERIFY:
        return Speech(lines=())
    number = house.policy.published_number
    return Speech(lines=(house.policy.say("hotline", "verify", number=number),))


def _talked(form: Form) -> bool:
    """Whether somebody was connected; a carrier that does not say so tells by the status."""
    bridged = form.get("DialBridged", "")
    return bridged == "true" or (not bridged and form.get("DialCallStatus") in TALKED)


def _after_talk(house: House, handoff_id: int) -> Response:
    """The two are apart: the talk goes on in a room, or it is over."""
    with house.store.work() as session:
        one = handoffs.locked(session, handoff_id)
        if one.joint and one.left_at is None and one.seat_sid:
            return room.enter(house, handoff_id, holds=True)
        waiting.left(session, house.now(), handoff_id)
    return xml(twiml.hang_up(house.policy.line, Speech(lines=())))


def _speech(house: House, name: str) -> Speech:
    return Speech(lines=(house.policy.say("waiting", name),) if name else ())


def _base(house: House, handoff_id: int) -> str:
    return f"{house.settings.public_url}/voice/transfer/{handoff_id}"
