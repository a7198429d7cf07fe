"""The request form: begin, hear an answer, ask the next question, finish. Rasa keeps the slots."""

from dataclasses import dataclass, replace
from typing import Any

from actions.desk import Desk
from actions.draft import FIELDS, HOME, SELF, Draft, Said, from_slots, to_slots
from actions.handing import to_person
from actions.hearing import hear
from actions.listening import agrees, bare
from actions.opening import begin, wishes
from actions.proof import meant_by
from actions.turn import Also, Reply, Turn
from actions.wishes import NOTED, frozen, further, settled, told_before, waiting
from actions.words import Words
from callcenter.domain.callers import shows_number
from callcenter.domain.spoken import say_digits, say_phone

PREFIXES = frozenset(
    {"ask_service_miss", "ask_wanted_miss", "ask_who_miss", "ask_when_miss", "ask_place_miss"}
)  # said before the question; all other lines take its place
SHORT = 9  # characters; a shorter wish for something else says nothing yet
WISH = "request_service"
LATER = {"later": WISH, "change": "change_request"}


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the caller hears and the draft as slots."""

    lines: tuple[str, ...]
    slots: dict[str, Any]
    custom: dict[str, Any]


def begun(turn: Turn, desk: Desk, words: Words) -> Step:
    """The first sentence makes the draft; what else is in it is settled at once or waits."""
    wish, wait = _wish_of(turn, words)
    service = words.service_named(wish) or turn.entities.get("service")
    told = any(word in wish for word in words.services["other"].enough)
    if service == "other" and len(wish) < SHORT and not told:
        service = None
    said = Said(text=wish, intent=turn.intent, confidence=turn.confidence)
    draft = begin(said, service, desk.now(), words, _known(turn))
    if draft.service == "other" and draft.wanted is None:
        draft = replace(draft, wanted=wish[:100])
    lines: list[str] = []
    draft = draft.with_own_name()
    if turn.offer == "also":
        draft = _with_first_answer(draft, turn, desk, words)
    else:
        for other in further(turn, words):
            answered = settled(other, turn, desk, words)
            lines += answered
            wait += [] if answered else [other]
    if service is not None:
        lines.append(words.say("form_begin", name=words.services[service].name))
    slots = {**to_slots(draft), "offer": None, "gist": frozen(wait, turn.slots)}
    return Step(lines=tuple(lines), slots=slots, custom=_known_so_far(draft, words))


def _known(turn: Turn) -> Draft:
    """What is known of the caller before anything is asked."""
    told = told_before(turn.slots)
    return Draft(
        roster=turn.caller.elder_id is not None,
        no_number=not shows_number(turn.caller.phone),
        before=(told.get("name", ""), told.get("place", "")),
        phone=told.get("phone"),
    )


def _wish_of(turn: Turn, words: Words) -> tuple[str, list[Also]]:
    """The words that make the draft, and the wishes that still wait."""
    wait = list(waiting(turn.slots))
    if turn.offer == "also" and wait and wait[0].intent == WISH:
        fresh = words.service_named(turn.text)
        if fresh in (None, words.service_named(wait[0].text)):
            return wait[0].text, wait[1:]
        return turn.text, wait
    several = wishes(turn.text, words)
    return (several[0].text if len(several) > 1 else turn.text), wait


def _with_first_answer(draft: Draft, turn: Turn, desk: Desk, words: Words) -> Draft:
    """现在给您登记送饭，好吗？ answered with 一份，软一点: the first answer is there already."""
    text = bare(turn.text)
    if turn.intent == "yes" or agrees(text) or words.service_named(text) == draft.service:
        return draft
    said = Said(text=turn.text, intent="", confidence=0.0)
    heard_ = hear(draft, said, desk.now(), words)
    return draft if heard_.why or heard_.outcome else replace(heard_, said=())


def heard(turn: Turn, desk: Desk, words: Words) -> Step:
    """One answer of the caller; corrections and questions in the middle included."""
    if str(turn.slots.get("requested_slot") or "") not in FIELDS:
        return Step(lines=(), slots={}, custom={})  # the form only begins: nothing was asked yet
    before = from_slots(turn.slots)
    asked = before.missing()
    said = Said(text=turn.text, intent=turn.intent, confidence=turn.confidence)
    draft = hear(before, said, desk.now(), words)
    if draft.outcome == "danger" and draft.kind == "emergency":
        draft = replace(draft, kind=turn.entities.get("kind", "other"))
    slots = to_slots(draft)
    later = _later(draft, asked, turn, words)
    if later:
        slots["gist"] = frozen((*waiting(turn.slots), *later), turn.slots)
    if draft.outcome:
        slots["requested_slot"] = None  # ends the form
    lines = (*_aside(draft, turn, desk, words), *map(words.say, draft.said))
    return Step(lines=lines, slots=slots, custom=_known_so_far(draft, words))


def _later(draft: Draft, asked: str | None, turn: Turn, words: Words) -> tuple[Also, ...]:
    """Another service that was asked for in the middle: it waits its turn."""
    if draft.aside in LATER:
        return (Also(intent=LATER[draft.aside], text=turn.text),)
    if asked != "wanted":
        return ()
    return tuple(Also(intent=WISH, text=one.text) for one in wishes(turn.text, words)[1:])


def _aside(draft: Draft, turn: Turn, desk: Desk, words: Words) -> tuple[str, ...]:
    if draft.aside == "question":
        return (desk.answer(turn.text).spoken,)
    if draft.aside == "progress":
        return (desk.progress(turn.caller, meant_by(turn, words)),)
    if about := NOTED.get(draft.aside):
        desk.leave_word(turn.caller, about, turn.text)
    return ()


def _known_so_far(draft: Draft, words: Words) -> dict[str, Any]:
    """For the front door: what a person would have to know if all this broke down."""
    known = draft.summary(words)
    return {"known": known} if known and not draft.outcome else {}


def asking(turn: Turn, desk: Desk, words: Words, name: str) -> Step:
    """The question for one field, with what has to be said before or instead of it."""
    draft = from_slots(turn.slots)
    question: tuple[str, ...] = (_question(draft, draft.missing() or name, words),)
    if draft.why.startswith("="):
        question = (draft.why[1:],)
    elif draft.why in PREFIXES:
        question = (words.say(draft.why), *question)
    elif draft.why:
        question = (words.say(draft.why),)
    return Step(lines=question, slots={}, custom={})


def _question(draft: Draft, name: str, words: Words) -> str:
    service = words.services[draft.service or "other"]
    if name == "wanted":
        return service.ask_wanted
    if name == "place":
        return _ask_place(draft, service.ask_place, words)
    if name == "when_at":
        return _ask_when(draft, words)
    if name == "name":
        return words.say("ask_name" if draft.who == SELF else "ask_name_other")
    return read_back(draft, words) if name == "confirmed" else words.say(f"ask_{name}")


def _ask_place(draft: Draft, usual: str, words: Words) -> str:
    if draft.place_before and draft.place_before != HOME:
        return words.say("ask_place_same", what=draft.place_before)
    return usual if draft.at_callers_home else words.say("ask_place_theirs")


def _ask_when(draft: Draft, words: Words) -> str:
    if draft.day is not None:
        line = "ask_when_meal" if draft.service == "meal" else "ask_when_part"
        return words.say(line, day=draft.day.day_words)
    return words.say("ask_when_day" if draft.part or draft.half else "ask_when")


def read_back(draft: Draft, words: Words) -> str:
    """Everything once, with date and weekday, as one would say it."""
    service = words.services[draft.service or "other"]
    whose = draft.who if draft.who == draft.name else draft.for_whom
    who = words.say("who_self") if draft.who == SELF else words.say("who_other", who=whose or "")
    parts = [who, _what(service.name, draft.wanted), *_time_and_place(draft, words)]
    if draft.who == SELF and draft.name:
        parts[0] = words.say("who_self_named", name=draft.name)
    return words.say("ask_confirm", what="，".join(parts))


def _what(name: str, wanted: str | None) -> str:
    """洗澡 is in 帮忙洗澡 already and is not said twice."""
    more = [part for part in (wanted or "").split("，") if part and part not in name]
    return "，".join((name, *more))


def _time_and_place(draft: Draft, words: Words) -> list[str]:
    told: list[str] = []
    if draft.when_at is not None:
        told.append(draft.when_at.words)
        if draft.when_at.holiday:
            told.append(words.say("form_holiday", holiday=draft.when_at.holiday))
    if draft.place:
        told.append(words.say("place_home") if draft.place == HOME else draft.place)
    if draft.phone:
        told.append(words.say("phone_back", number=say_phone(draft.phone)))
    return told


def finished(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Opens the request, or lets go of it; the slots are empty afterwards."""
    draft = from_slots(turn.slots)
    reply = ENDINGS[draft.outcome or "stuck"](draft, turn, desk, words)
    return replace(reply, slots={**emptied(), **reply.slots})


def emptied() -> dict[str, Any]:
    """The slots after a request; what waits in `gist` stays."""
    return {**dict.fromkeys(FIELDS), "pending": None, "outcome": None, "misses": 0, "offer": None}


def _opened(draft: Draft, turn: Turn, desk: Desk, words: Words) -> Reply:
    number = desk.open_request(
        caller=turn.caller,
        service=draft.service or "other",
        wanted=draft.wanted or "",
        for_whom=draft.for_whom or SELF,
        when=draft.when_at,
        place=draft.place or "",
        note=f"回电{draft.phone}" if draft.phone else "",
    )
    line = words.say("form_done", number=say_digits(str(number)))
    gist = frozen(waiting(turn.slots), turn.slots, _told(draft))
    return Reply(lines=(line,), ask=words.say("anything_else"), slots={"gist": gist})


def _told(draft: Draft) -> dict[str, str]:
    """What need not be asked for again in this talk."""
    own = draft.name if draft.who == SELF else None
    told = {"name": own, "place": draft.place, "phone": draft.phone}
    return {name: value for name, value in told.items() if value}


def _cancelled(draft: Draft, turn: Turn, desk: Desk, words: Words) -> Reply:
    return Reply(lines=(words.say("form_cancelled"),), ask=words.say("anything_else"))


def _handed(draft: Draft, turn: Turn, desk: Desk, words: Words) -> Reply:
    return to_person("asked", all_known(turn, words), words.say("form_handoff"))


def _stuck(draft: Draft, turn: Turn, desk: Desk, words: Words) -> Reply:
    return to_person("not_understood", all_known(turn, words), words.say("form_stuck"))


def all_known(turn: Turn, words: Words) -> str:
    """The request as far as it goes, what still waits, and the caller's own words."""
    draft = from_slots(turn.slots)
    wait = [f"还要：{one.text}" for one in waiting(turn.slots)]
    return "；".join(filter(None, (draft.summary(words), *wait, turn.summary)))


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
