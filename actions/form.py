"""The request form: begin, hear an answer, ask the next question, finish. Rasa keeps the slots."""

from dataclasses import dataclass, replace
from typing import Any

from actions.desk import Desk
from actions.draft import (
    FIELDS,
    PREFIXES,
    SELF,
    Draft,
    Said,
    begin,
    freeze,
    hear,
    thaw,
)
from actions.talk import number_in, to_person
from actions.turn import Reply, Turn
from actions.words import Words
from callcenter.domain.spoken import say_digits

WAITING = ("part", "half", "home_known", "why", "kind")  # kept beside the fields, in one slot


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the caller hears and the draft as slots."""

    lines: tuple[str, ...]
    slots: dict[str, Any]
    custom: dict[str, Any]


def to_slots(draft: Draft) -> dict[str, Any]:
    """The draft as Rasa keeps it."""
    fields = {name: getattr(draft, name) for name in FIELDS}
    waiting = {name: getattr(draft, name) for name in WAITING} | {"day": freeze(draft.day)}
    kept = {"when_at": freeze(draft.when_at), "outcome": draft.outcome, "misses": draft.misses}
    return {**fields, **kept, "pending": waiting}


def from_slots(slots: Any) -> Draft:
    """The draft from what Rasa kept."""
    waiting = slots.get("pending") or {}
    return Draft(
        **{name: slots.get(name) for name in FIELDS if name != "when_at"},
        when_at=thaw(slots.get("when_at")),
        day=thaw(waiting.get("day")),
        **{name: waiting[name] for name in WAITING if name in waiting},
        misses=int(slots.get("misses") or 0),
        outcome=str(slots.get("outcome") or ""),
    )


def begun(turn: Turn, desk: Desk, words: Words) -> Step:
    """The first sentence makes the draft; a question asked beside it is answered at once."""
    wish = turn.also.text if turn.also and turn.also.intent == "request_service" else turn.text
    if turn.offer == "also":
        wish = str(turn.slots.get("gist") or turn.text)
    service = words.service_named(wish) or turn.entities.get("service")
    if service == "other" and len(wish) < SHORT:
        service = None
    said = Said(text=wish, intent=turn.intent, confidence=turn.confidence)
    known = turn.caller.elder_id is not None
    draft = begin(said, service, desk.now(), words, home_known=known)
    if draft.service == "other" and draft.wanted is None:
        draft = replace(draft, wanted=wish[:100])
    lines = list(beside(turn, desk, words))
    if service is not None:
        lines.append(words.say("form_begin", name=words.services[service].name))
    return Step(lines=tuple(lines), slots={**to_slots(draft), "offer": None}, custom={})


SHORT = 9  # characters; a shorter wish for something else says nothing yet


def beside(turn: Turn, desk: Desk, words: Words) -> tuple[str, ...]:
    """What is said to the second wish of the same sentence, where it can be settled at once."""
    if turn.also is None or turn.also.intent in (turn.intent, "request_service"):
        return ()
    if turn.also.intent == "ask_policy":
        return (desk.answer(turn.also.text).spoken,)
    if turn.also.intent == "ask_progress":
        return (desk.progress(turn.caller, number_in(turn.also.text)),)
    if about := NOTED.get(turn.also.intent):
        desk.leave_word(turn.caller, about, turn.also.text)
        return (words.say("also_noted"),)
    return (words.say("also_other"),)


NOTED = {
    "complaint": "complaint",
    "report_unwell": "unwell",
    "scam": "scam",
    "companionship": "company",
}


def heard(turn: Turn, desk: Desk, words: Words) -> Step:
    """One answer of the caller; corrections and questions in the middle included."""
    asked = str(turn.slots.get("requested_slot") or "")
    if asked not in FIELDS:
        return Step(lines=(), slots={}, custom={})  # the form only begins: nothing was asked yet
    before = replace(from_slots(turn.slots), outcome="", why="")
    said = Said(text=turn.text, intent=turn.intent, confidence=turn.confidence)
    draft = hear(before, said, asked, desk.now(), words)
    if draft.kind and draft.outcome == "danger" and draft.kind == "emergency":
        draft = replace(draft, kind=turn.entities.get("kind", "other"))
    slots = to_slots(draft)
    if draft.outcome:
        slots["requested_slot"] = None  # ends the form
    return Step(
        lines=(*_aside(draft, turn, desk), *map(words.say, draft.said)), slots=slots, custom={}
    )


def _aside(draft: Draft, turn: Turn, desk: Desk) -> tuple[str, ...]:
    if draft.aside == "question":
        return (desk.answer(turn.text).spoken,)
    if draft.aside == "progress":
        return (desk.progress(turn.caller, number_in(turn.text)),)
    return ()


def asking(turn: Turn, desk: Desk, words: Words, name: str) -> Step:
    """The question for one field, with what has to be said before or instead of it."""
    draft = from_slots(turn.slots)
    question: tuple[str, ...] = (_question(draft, name, words),)
    if draft.why.startswith("="):
        question = (draft.why[1:],)
    elif draft.why in PREFIXES:
        question = (words.say(draft.why), *question)
    elif draft.why:
        question = (words.say(draft.why),)
    return Step(lines=question, slots={}, custom={})


def _question(draft: Draft, name: str, words: Words) -> str:
    if name == "wanted":
        return words.services[draft.service or "other"].ask_wanted
    if name == "place":
        return words.services[draft.service or "other"].ask_place
    if name == "when_at":
        return _ask_when(draft, words)
    if name == "confirmed":
        return read_back(draft, words)
    return words.say(f"ask_{name}")


def _ask_when(draft: Draft, words: Words) -> str:
    if draft.day is not None:
        return words.say("ask_when_part", day=draft.day.words.rpartition("，")[0])
    return words.say("ask_when_day" if draft.part else "ask_when")


def read_back(draft: Draft, words: Words) -> str:
    """Everything once, with date and weekday."""
    who = (
        words.say("who_self") if draft.who == SELF else words.say("who_other", who=draft.who or "")
    )
    when = draft.when_at.words if draft.when_at else ""
    if draft.when_at and draft.when_at.holiday:
        when += "，" + words.say("form_holiday", holiday=draft.when_at.holiday).rstrip("。")
    return words.say(
        "ask_confirm",
        name=words.services[draft.service or "other"].name,
        wanted=draft.wanted or "",
        who=who,
        when=when,
        place=draft.place or "",
    )


def finished(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Opens the request, or lets go of it; the slots are empty afterwards."""
    draft = from_slots(turn.slots)
    empty = {**dict.fromkeys(FIELDS), "pending": None, "outcome": None, "misses": 0}
    reply = ENDINGS[draft.outcome or "stuck"](draft, turn, desk, words)
    return replace(reply, slots={**empty, **reply.slots})


def _opened(draft: Draft, turn: Turn, desk: Desk, words: Words) -> Reply:
    number = desk.open_request(
        caller=turn.caller,
        service=draft.service or "other",
        wanted=draft.wanted or "",
        for_whom=draft.who or SELF,
        when=draft.when_at,
        place=draft.place or "",
    )
    return Reply(lines=(words.say("form_done", number=say_digits(str(number))),))


def _cancelled(draft: Draft, turn: Turn, desk: Desk, words: Words) -> Reply:
    return Reply(lines=(words.say("form_cancelled"),))


def _handed(draft: Draft, turn: Turn, desk: Desk, words: Words) -> Reply:
    return to_person("asked", draft.summary(words) or turn.summary, words.say("form_handoff"))


def _stuck(draft: Draft, turn: Turn, desk: Desk, words: Words) -> Reply:
    known = "；".join(filter(None, (draft.summary(words), turn.summary)))
    return to_person("not_understood", known, words.say("form_stuck"))


def _endangered(draft: Draft, turn: Turn, desk: Desk, words: Words) -> Reply:
    line = words.say("crisis" if draft.kind == "crisis" else "emergency")
    return Reply(lines=(line,), custom={"danger": draft.kind or "other"})


ENDINGS = {
    "confirmed": _opened,
    "cancelled": _cancelled,
    "handoff": _handed,
    "stuck": _stuck,
    "danger": _endangered,
}
