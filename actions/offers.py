"""Answers to what was offered last: yes, no, once more, slower, and words that simply go on."""

import re
from dataclasses import replace
from typing import Any

from actions import changes
from actions.desk import Desk
from actions.handing import to_person
from actions.listening import AMOUNT
from actions.turn import Reply, Turn
from actions.wishes import frozen, waiting
from actions.words import Words

THROUGH, NOT_THROUGH = re.compile("转"), re.compile("(不|弗|勿|别|覅|没).{0,3}转|转账|转钱")
GOES_ON = (*changes.STAYS_ASIDE, "no", "cancel", "ask_policy", "ask_progress", "change_request",
           "complaint", "report_unwell", "scam", "thanks", "start_over")  # fmt: skip
SURE = 0.8  # words that answer an offer are often taken for something else, but not surely


def on_the_open_question(turn: Turn, desk: Desk, words: Words) -> Reply | None:
    """What answers the question that is open, whatever intent the words were taken for."""
    return (
        _person(turn, words)
        or changes.moved(turn, desk, words)
        or changes.proven(turn, desk, words)
        or changes.corrected(turn, desk, words)
        or _begun(turn, words)
    )


def _person(turn: Turn, words: Words) -> Reply | None:
    """要不要给您转人工？ 要转。 The model knows the word only in whole sentences."""
    offered = turn.offer in ("person", "again_or_person", "person_after_again")
    wanted = offered and THROUGH.search(turn.text) and not NOT_THROUGH.search(turn.text)
    return to_person("asked", turn.summary, words.say("handoff")) if wanted else None


def _begun(turn: Turn, words: Words) -> Reply | None:
    """现在给您登记送饭，好吗？ answered with 一份，软一点 instead of yes."""
    wishes = waiting(turn.slots)
    if turn.offer != "also" or not wishes or wishes[0].intent != "request_service":
        return None
    if turn.intent in ("yes", "no", "cancel", *changes.STAYS_ASIDE):
        return None
    if turn.intent in GOES_ON and turn.confidence >= SURE and not _tells(turn.text, words):
        return None
    return Reply(lines=(), custom={"follow": "action_begin_request"}, offer="also")


def _tells(text: str, words: Words) -> bool:
    """Whether the words say what is wanted, and not merely how the caller feels about it."""
    enough = (word for service in words.services.values() for word in service.enough)
    return AMOUNT.search(text) is not None or any(word in text for word in enough)


def yes(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Yes to what was offered last."""
    if turn.offer == "person":
        return human(turn, desk, words)
    if turn.offer == "again_or_person":
        return replace(again(turn, desk, words), offer="person_after_again")
    if turn.offer == "choice":
        return Reply(lines=(), ask=words.say("which_choice"), offer="choice")
    if turn.offer == "company":
        desk.leave_word(turn.caller, "company", company_words(turn))
        return Reply(lines=(words.say("company_asked"),), slots={"pending": None})
    if turn.offer == "change":
        return changes.do_change(turn, desk, words)
    if turn.offer == "also":
        return _taken_up(turn, desk, words)
    return Reply(lines=(words.say("all_right"),), ask=words.say("anything_else"))


def _taken_up(turn: Turn, desk: Desk, words: Words) -> Reply:
    """The wish that waited."""
    wishes = waiting(turn.slots)
    if not wishes:
        return Reply(lines=(words.say("all_right"),), ask=words.say("anything_else"))
    first, rest = wishes[0], {"gist": frozen(wishes[1:], turn.slots)}
    if first.intent == "request_service":
        return Reply(lines=(), custom={"follow": "action_begin_request"}, offer="also")
    said = changes.about(turn, first.text)
    if first.intent == "ask_policy":
        reply = of_answer(desk.answer(first.text), words)
    elif first.intent == "ask_progress":
        reply = changes.progress(said, desk, words)
    else:
        reply = changes.change(said, desk, words)
    return replace(reply, slots={**reply.slots, **rest})


def of_answer(answer: Any, words: Words) -> Reply:
    """How an answer is spoken, and what is offered after it."""
    custom = {"written": answer.written, "article": answer.article} if answer.written else {}
    if answer.kind == "choice":
        slots = {"choices": [list(one) for one in answer.choices]}
        return Reply(lines=(), ask=answer.spoken, offer="choice", custom=custom, slots=slots)
    if not answer.answered:
        return Reply(lines=(), ask=answer.spoken, offer="person", custom=custom)
    return Reply(
        lines=(answer.spoken,), ask=words.say("answer_tail"), offer="again_or_person", custom=custom
    )


def company_words(turn: Turn) -> str:
    """What the lonely caller said when company was offered."""
    kept = turn.slots.get("pending")
    said = kept.get("company") if isinstance(kept, dict) else None
    return str(said or turn.text)


def no(turn: Turn, desk: Desk, words: Words) -> Reply:
    """No to what was offered last; a wish that waited is given up only by this."""
    if turn.offer == "change":
        return Reply(
            lines=(words.say("kept"),), ask=words.say("anything_else"), slots={"pending": None}
        )
    if turn.offer == "company":
        return Reply(lines=(words.say("company_listen"),), slots={"pending": None})
    slots: dict[str, Any] = {}
    if turn.offer == "also":
        slots["gist"] = frozen(waiting(turn.slots)[1:], turn.slots)
    if turn.offer in ("move", "proof"):
        slots["pending"] = None
    if not turn.offer and turn.last[-1:] == (words.say("anything_else"),):
        return Reply(lines=(words.say("goodbye"),), custom={"end": True}, slots=slots)
    return Reply(lines=(words.say("all_right"),), ask=words.say("anything_else"), slots=slots)


def again(turn: Turn, desk: Desk, words: Words) -> Reply:
    """The last answer once more, with the same offer standing."""
    lines = turn.last or (words.say("again_first"),)
    return Reply(lines=lines, offer=turn.offer)


def slower(turn: Turn, desk: Desk, words: Words) -> Reply:
    """The last answer once more, slowly; the front door sets the pace."""
    repeated = again(turn, desk, words)
    return replace(repeated, lines=(words.say("slower"), *repeated.lines), custom={"pace": "slow"})


def human(turn: Turn, desk: Desk, words: Words) -> Reply:
    """A person, with what was said so far."""
    return to_person("asked", turn.summary, words.say("handoff"))
