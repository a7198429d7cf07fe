"""More than one wish in a breath: what can be settled at once is, the rest waits and is taken up.

The wishes that wait lie in the slot `gist`, the first one first. Nothing in it is forgotten: each
is offered as soon as no question is open, and given up only when the caller says so.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from actions.desk import Desk
from actions.listening import QUESTION
from actions.opening import wishes
from actions.proof import meant_by
from actions.turn import Also, Reply, Turn
from actions.words import Words

SAID = ("unwell", "scam", "complaint")  # each has its own words, which end without a question
MOST = 4  # wishes that wait
NOTED = {
    "complaint": "complaint",
    "report_unwell": "unwell",
    "scam": "scam",
    "companionship": "company",
}
QUESTIONS = re.compile(r"另外|还有|顺便|顺带|再问|还想|对了")
OPENING = re.compile(
    r"^(另外|还有|顺便|顺带|对了|再|还|也|我|想|要|请|问一?[下问]?|打听|一下|，|,)+"
)
REASON = re.compile("腿脚|走不动|眼睛不|耳朵|年纪|不方便|不便|弄不动|手抖")
LONGEST_NAME = 14  # characters of a question by which it is called


def waiting(slots: Any) -> tuple[Also, ...]:
    """The wishes that still wait."""
    rows = _gist(slots).get("wait") or []
    return tuple(Also(intent=str(one["intent"]), text=str(one["text"])) for one in rows)


def told_before(slots: Any) -> dict[str, str]:
    """Name, place and number that the caller told earlier in this talk."""
    return dict(_gist(slots).get("told") or {})


def frozen(
    wanted: Sequence[Also], slots: Any, told: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """As the slot keeps them, beside what was told before."""
    unique = list(dict.fromkeys(wanted))[:MOST]
    rows = [{"intent": one.intent, "text": one.text} for one in unique]
    return {"wait": rows, "told": {**told_before(slots), **(told or {})}}


def _gist(slots: Any) -> Mapping[str, Any]:
    kept = slots.get("gist")
    return kept if isinstance(kept, dict) else {}


def further(turn: Turn, words: Words) -> tuple[Also, ...]:
    """The wishes of this sentence beside the one that is answered now."""
    found = [turn.also] if turn.also is not None and turn.also.intent != turn.intent else []
    services = wishes(turn.text, words)
    if turn.intent == "request_service":
        services = services[1:]
    elif not (found and found[0].intent == "request_service"):
        services = ()
    else:
        found = []
    found += [Also(intent="request_service", text=one.text) for one in services]
    if turn.intent == "ask_policy" and not found:
        found += _second_question(turn.text)
    return tuple(found)


def _second_question(text: str) -> list[Also]:
    """长护险怎么申请，另外尊老金有多少: two questions, marked as two."""
    parts = [part.strip("，,。？? ") for part in QUESTIONS.split(text)]
    told = [part for part in parts if len(part) > 3 and QUESTION.search(part)]
    if len(told) < len([part for part in parts if part]):
        return []
    return [Also(intent="ask_policy", text=part) for part in told[1:2]]


def first_question(text: str) -> str:
    """The question to answer now, where two are marked as two."""
    second = _second_question(text)
    return text[: text.index(second[0].text)].strip("，,。？? ") if second else text


def settled(wish: Also, turn: Turn, desk: Desk, words: Words) -> tuple[str, ...]:
    """What is said to a wish that can be settled in one sentence; nothing if it has to wait."""
    if wish.intent == "ask_policy" and turn.intent != "ask_policy":
        return (desk.answer(wish.text).spoken,)
    meant = meant_by(turn, words, wish.text)
    if wish.intent == "ask_progress" and not desk.proof_needed(turn.caller, meant):
        return (desk.progress(turn.caller, meant),)
    if wish.intent == "report_unwell" and REASON.search(wish.text):
        return (words.say("all_right"),)  # why it is wanted, and no complaint
    if about := NOTED.get(wish.intent):
        desk.leave_word(turn.caller, about, wish.text)
        return (words.say(about) if about in SAID else words.say("also_noted"),)
    return ()


def take_up(wish: Also, words: Words) -> str:
    """How a wish that waited is offered."""
    if wish.intent == "request_service":
        service = words.service_named(wish.text) or "other"
        return words.say("also_service", name=words.services[service].name)
    if wish.intent == "ask_policy":
        name = OPENING.sub("", wish.text).strip("，,。？? ")[:LONGEST_NAME]
        return words.say("also_question", name=name)
    return words.say("also_change" if wish.intent == "change_request" else "also_progress")


def with_further(reply: Reply, turn: Turn, desk: Desk, words: Words) -> Reply:
    """The reply with the other wishes: settled before its question, or taken up after it."""
    if reply.custom.get("handoff") or reply.custom.get("danger") or reply.custom.get("follow"):
        return reply
    wait = list(waiting({**turn.slots, **reply.slots}))
    said: list[str] = []
    for wish in further(turn, words):
        lines = settled(wish, turn, desk, words)
        said += lines
        if not lines:
            wait.append(wish)
    statement, question = reply.lines, reply.ask
    if wait and not _holds(reply):
        return replace(
            reply,
            lines=(*statement, *said),
            ask=take_up(wait[0], words),
            offer="also",
            slots={
                **reply.slots,
                "offer": "also",
                "gist": frozen(wait, {**turn.slots, **reply.slots}),
            },
        )
    return replace(
        reply,
        lines=(*statement, *said),
        ask=question,
        slots={**reply.slots, "gist": frozen(wait, {**turn.slots, **reply.slots})},
    )


def _holds(reply: Reply) -> bool:
    """Whether a question is open that has to be answered first."""
    return reply.offer not in ("", "again_or_person") or reply.custom.get("end") is True
