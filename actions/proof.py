"""Whose request is it? A number on the display is a hint; the elder's name has to be said.

What this conversation opened itself needs no proof. From a number that is one household's the name
is enough; from a shared or withheld one the number of the request is asked for too. Whoever was
named once in a conversation need not be named again. What does not fit together gets the same
words as what does not exist.
"""

import re
from collections.abc import Mapping
from typing import Any

from actions.desk import Desk, Meant
from actions.turn import Reply, Turn
from actions.words import Words

TRIES = 2
LONGEST = 100  # characters of a sentence that are kept
LISTENED = 30  # utterances in which the elder may have been named
DIGITS = str.maketrans("零〇一幺二两三四五六七八九", "0011223456789")
NUMBER = re.compile(
    r"(?<!\d)(\d{1,8})(?!\d)\s*号?|([零〇一二两三四五六七八九十百千幺]{2,10})号|"
    r"([零〇一二两三四五六七八九幺]{4,8}|[一二三四五六七八九]千[零〇一二两三四五六七八九十百]*)(?!点|月)"
)
FORGOTTEN = re.compile("不晓得|不知道|忘|记不|没有|找不|弗晓得|没记|不清楚")
UNITS = (("千", 1000), ("百", 100), ("十", 10))


def number_in(text: str) -> int | None:
    """A request number, spoken or in digits (一零二三号, 一千零二, 1023)."""
    m = NUMBER.search(text)
    if m is None:
        return None
    if m[1]:
        return int(m[1]) if "号" in m[0] or len(m[1]) > 2 else None
    numeral = m[2] or m[3]
    counted = any(unit in numeral for unit, _ in UNITS)
    return _counted(numeral) if counted else int(numeral.translate(DIGITS))


def _counted(numeral: str) -> int:
    total = 0
    for unit, worth in UNITS:
        if unit in numeral:
            head, _, numeral = numeral.partition(unit)
            digit = head.strip("零〇").translate(DIGITS) or "1"
            total += int(digit[-1]) * worth
    rest = numeral.strip("零〇").translate(DIGITS)
    return total + (int(rest[-1]) if rest.isdigit() else 0)


def meant_by(turn: Turn, words: Words, text: str | None = None) -> Meant:
    """The request that a sentence means: by its number, or by the service it names."""
    told = turn.text if text is None else text
    return Meant(
        number=number_in(told), service=words.service_named(told), said=turn.heard[-LISTENED:]
    )


def asked_for(turn: Turn, desk: Desk, words: Words, do: str) -> Reply | None:
    """The question for the proof, None when there is nothing to prove any more."""
    meant = meant_by(turn, words)
    needed = "" if desk.proves(turn.caller, meant) else desk.proof_needed(turn.caller, meant)
    if not needed:
        return None
    pending = {"do": do, "text": turn.text[:LONGEST], "tries": 0, **frozen(meant)}
    ask = words.say(f"prove_{needed}")
    return Reply(lines=(), ask=ask, offer="proof", slots={"pending": pending})


def again(turn: Turn, desk: Desk, words: Words) -> Reply | None:
    """After words that prove nothing: once more, then a person; None when they do prove it."""
    pending = kept_by(turn)
    meant = meant_before(turn)
    if desk.proves(turn.caller, meant):
        return None
    tries = int(pending.get("tries") or 0) + 1
    if tries >= TRIES or FORGOTTEN.search(turn.text):
        return Reply(
            lines=(words.say("change_none"),), ask=words.say("offer_person"), offer="person",
            slots={"pending": None},
        )  # fmt: skip
    kept = {**pending, "number": meant.number, "tries": tries}
    return Reply(lines=(), ask=words.say("prove_again"), offer="proof", slots={"pending": kept})


def meant_before(turn: Turn) -> Meant:
    """The request that the open question is about, with what has been said since."""
    pending = kept_by(turn)
    number = number_in(turn.text) if turn.offer == "proof" else None
    return Meant(
        number=number or pending.get("number"),
        service=pending.get("service"),
        said=turn.heard[-LISTENED:],
    )


def frozen(meant: Meant) -> dict[str, Any]:
    """As the slot keeps it."""
    return {"number": meant.number, "service": meant.service}


def kept_by(turn: Turn) -> Mapping[str, Any]:
    """What waits for an answer."""
    kept = turn.slots.get("pending")
    return kept if isinstance(kept, dict) else {}
