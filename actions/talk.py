"""What is answered to each intent: one function each, from a turn to a reply."""

import re
from collections.abc import Callable

from actions import changes, offers
from actions.desk import Desk
from actions.handing import to_person
from actions.offers import of_answer
from actions.turn import Reply, Turn
from actions.wishes import first_question
from actions.words import Words

Answering = Callable[[Turn, Desk, Words], Reply]

NUMBER_ALONE = re.compile(r"\d{4,6}|[零一幺二两三四五六七八九]{4,6}")
MISSES = 2  # in a row: then a person takes over
ORDER = (("最后|末", -1), ("第一|头一|前|上|一|1", 0), ("第二|后|下|二|2", 1), ("第三|三|3", 2))


def question(turn: Turn, desk: Desk, words: Words) -> Reply:
    """A policy question: its answer, a choice of two, or an honest refusal."""
    return of_answer(desk.answer(turn.text if turn.also else first_question(turn.text)), words)


def pick(turn: Turn, desk: Desk, words: Words) -> Reply:
    """第一个, 后面那个: one of the two near answers."""
    choices = turn.slots.get("choices") or []
    place = next((at for said, at in ORDER if re.search(said, turn.text)), None)
    if turn.offer != "choice" or not choices:
        return Reply(lines=(words.say("unclear"),), ask=words.say("unclear_ask"))
    if place is None or place >= len(choices):
        return Reply(lines=(), ask=words.say("which_choice"), offer="choice")
    return of_answer(desk.article(choices[place][0]), words)


def complaint(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Noted at once for a person; a person now if wanted."""
    return _noted(turn, desk, words, "complaint", "complaint")


def unwell(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Ill, not acutely: a caseworker is told, and a person now if wanted."""
    return _noted(turn, desk, words, "unwell", "unwell")


def scam(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Advice at once; a person is told."""
    return _noted(turn, desk, words, "scam", "scam")


def _noted(turn: Turn, desk: Desk, words: Words, about: str, line: str) -> Reply:
    desk.leave_word(turn.caller, about, turn.text)
    return Reply(lines=(words.say(line),), ask=words.say("offer_person_now"), offer="person")


def company(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Somebody is lonely."""
    return Reply(
        lines=(words.say("company"),), ask=words.say("company_offer"), offer="company",
        slots={"pending": {"company": turn.text}},
    )  # fmt: skip


def out_of_scope(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Honest, with the offer of a person."""
    return Reply(lines=(words.say("out_of_scope"),), ask=words.say("offer_person"), offer="person")


def danger(turn: Turn, desk: Desk, words: Words) -> Reply:
    """The model's net beside the danger words."""
    kind = "crisis" if turn.intent == "crisis" else turn.entities.get("kind", "other")
    name = "crisis" if turn.intent == "crisis" else "emergency"
    return Reply(lines=(words.say(name),), custom={"danger": kind})


def check_in(turn: Turn, desk: Desk, words: Words) -> Reply:
    """An answer of a check-in call; what follows from it is the caller's script, not ours."""
    name = "heard_fine" if turn.intent == "fine" else "heard_other"
    return Reply(lines=(words.say(name),), custom={"answer": turn.intent})


def unclear(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Nothing understood: once is asked again, twice in a row goes to a person."""
    if NUMBER_ALONE.fullmatch(turn.text.strip("。，号 ")) and not turn.offer:
        return changes.progress(turn, desk, words)  # the number of a request, and nothing else
    misses = int(turn.slots.get("misses") or 0) + 1
    if misses >= MISSES:
        handed = to_person("not_understood", turn.summary, words.say("unclear_handoff"))
        return Reply(lines=handed.lines, custom=handed.custom, slots={"misses": 0})
    return Reply(
        lines=(words.say("unclear"),), ask=words.say("unclear_ask"), offer=turn.offer,
        slots={"misses": misses},
    )  # fmt: skip


def _line(name: str, ask: str = "", **custom: object) -> Answering:
    def said(turn: Turn, desk: Desk, words: Words) -> Reply:
        return Reply(lines=(words.say(name),), ask=words.say(ask) if ask else "", custom=custom)

    return said


TALK: dict[str, Answering] = {
    "action_answer": question,
    "action_pick": pick,
    "action_progress": changes.progress,
    "action_change": changes.change,
    "action_complaint": complaint,
    "action_human": offers.human,
    "action_unwell": unwell,
    "action_danger": danger,
    "action_companion": company,
    "action_scam": scam,
    "action_out_of_scope": out_of_scope,
    "action_check_in": check_in,
    "action_yes": offers.yes,
    "action_no": offers.no,
    "action_again": offers.again,
    "action_slower": offers.slower,
    "action_greet": _line("greet"),
    "action_thanks": _line("thanks", "anything_else"),
    "action_goodbye": _line("goodbye", end=True),
    "action_nothing_open": _line("nothing_open", "what_else"),
    "action_unclear": unclear,
}
