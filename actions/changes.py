"""How far a request is, and changing it: whose it is first, then read back, done after a yes."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions import proof
from actions.desk import Desk, Meant
from actions.proof import meant_by, number_in
from actions.turn import Reply, Turn
from actions.words import Words
from callcenter.when import NotInFuture, Unsettled, When, at_another_time, read_when

CANCELS = re.compile(r"取消|不要|弗要|不用|覅|撤|退|作废|停|不来|不去|不约|别来|不想要")
MOVES = re.compile(r"改|换|推|提前|挪|往后|往前|晚一|早一|延")
VAGUE_MOVE = 10  # characters; a longer wish for a change says what is to be changed
ANOTHER = ("change_request", "ask_progress", "request_service", "ask_policy")
SURE = 0.8  # a name or a number is often taken for something else, but not surely
NOTE = 40  # characters of a change that are read back
HALF_HEARD = 0.5
DANGERS = ("emergency", "crisis")
STAYS_ASIDE = (*DANGERS, "ask_human", "goodbye", "again", "slower")


def progress(turn: Turn, desk: Desk, words: Words) -> Reply:
    """How far is my request."""
    asked = proof.asked_for(turn, desk, words, "progress")
    return asked or _progress(turn, desk, words, meant_by(turn, words))


def _progress(turn: Turn, desk: Desk, words: Words, meant: Meant) -> Reply:
    lines = (desk.progress(turn.caller, meant),)
    return Reply(lines=lines, ask=words.say("progress_tail"), slots={"pending": None})


def change(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Cancel or change a request."""
    asked = proof.asked_for(turn, desk, words, "change")
    return asked or _change(turn, desk, words, turn.text, meant_by(turn, words))


def _change(turn: Turn, desk: Desk, words: Words, text: str, meant: Meant) -> Reply:
    what = desk.describe(turn.caller, meant)
    if not what:
        return none_open(words)
    pending = {**proof.frozen(meant), "text": text[: proof.LONGEST]}
    if CANCELS.search(text) and not MOVES.search(text):
        return _confirm(words, "cancel", pending, what=what)
    try:
        when = read_when(text, desk.now())
    except NotInFuture as gone:
        return _ask_when(gone.question, {**pending, "offered": gone.offer})
    except Unsettled as doubt:
        return _ask_when(str(doubt), {**pending, "half": doubt.keep})
    if when is not None and MOVES.search(text):
        return _to_time(when, what, pending, words)
    if MOVES.search(text) and len(text) < VAGUE_MOVE:
        return _ask_when(words.say("change_which"), pending)
    return _confirm(words, "note", pending, what=what, note=text[:NOTE])


def none_open(words: Words) -> Reply:
    """Nothing that could be changed, or nothing that was proven."""
    return Reply(
        lines=(words.say("change_none"),), ask=words.say("offer_person"), offer="person",
        slots={"pending": None},
    )  # fmt: skip


def _ask_when(question: str, pending: Mapping[str, Any]) -> Reply:
    return Reply(lines=(), ask=question, offer="move", slots={"pending": dict(pending)})


def _to_time(when: When, what: str, pending: Mapping[str, Any], words: Words) -> Reply:
    if not when.timed:
        day = {**pending, "half": f"{when.start.year}年{when.start.month}月{when.start.day}号，"}
        return _ask_when(words.say("ask_when_part", day=when.day_words), day)
    kept = {**pending, "when": when.words}
    return _confirm(words, "move", kept, what=what, when=when.words)


def _confirm(words: Words, do: str, pending: Mapping[str, Any], **blanks: str) -> Reply:
    line = words.say(f"confirm_{do}", **blanks)
    return Reply(lines=(), ask=line, offer="change", slots={"pending": {**pending, "do": do}})


def moved(turn: Turn, desk: Desk, words: Words) -> Reply | None:
    """The answer to “cancel, or another time?”, whatever intent it was taken for."""
    if turn.offer != "move" or turn.intent in (*STAYS_ASIDE, "no"):
        return None
    pending = proof.kept_by(turn)
    what = desk.describe(turn.caller, proof.meant_before(turn))
    if not what:
        return none_open(words)
    if CANCELS.search(turn.text):
        return _confirm(words, "cancel", pending, what=what)
    agreed = pending.get("offered") if turn.intent == "yes" else None
    try:
        when = read_when(agreed or f"{pending.get('half') or ''}{turn.text}", desk.now())
    except NotInFuture as gone:
        return _ask_when(gone.question, {**pending, "offered": gone.offer})
    except Unsettled as doubt:
        return _ask_when(str(doubt), {**pending, "half": doubt.keep})
    return None if when is None else _to_time(when, what, pending, words)


def corrected(turn: Turn, desk: Desk, words: Words) -> Reply | None:
    """对不对？ answered with 不对，是后天: read back anew."""
    pending = proof.kept_by(turn)
    if turn.offer != "change" or pending.get("do") != "move":
        return None
    try:
        before = read_when(str(pending.get("when")), desk.now())
        when = at_another_time(before, turn.text, desk.now()) if before else None
    except (NotInFuture, Unsettled):
        return None
    if when is None or when.words == pending.get("when"):
        return None
    what = desk.describe(turn.caller, proof.meant_before(turn))
    return _to_time(when, what, pending, words) if what else none_open(words)


def proven(turn: Turn, desk: Desk, words: Words) -> Reply | None:
    """The answer to “which number, whose name?”, whatever intent it was taken for."""
    if turn.offer != "proof" or _leaves_the_proof(turn):
        return None
    if turn.intent in ANOTHER and turn.confidence >= SURE and number_in(turn.text) is None:
        return None
    failed = proof.again(turn, desk, words)
    if failed is not None:
        return failed
    pending, meant = proof.kept_by(turn), proof.meant_before(turn)
    if pending.get("do") == "progress":
        return _progress(turn, desk, words, meant)
    return _change(turn, desk, words, str(pending.get("text") or ""), meant)


def _leaves_the_proof(turn: Turn) -> bool:
    """Danger always does; a wish for a person, a goodbye only if it is more than half heard.

    Two characters of a name sound like anything; fixed words (转人工, 再讲一遍) never come here.
    """
    if turn.intent in DANGERS:
        return True
    return turn.intent in (*STAYS_ASIDE, "cancel") and turn.confidence >= HALF_HEARD


def do_change(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Yes to what was read back."""
    pending = proof.kept_by(turn)
    when = None
    if pending.get("do") == "move":
        try:
            when = read_when(str(pending["when"]), desk.now())
        except (NotInFuture, Unsettled) as late:
            question = late.question if isinstance(late, NotInFuture) else str(late)
            return _ask_when(question, pending)
    done = desk.change(
        turn.caller,
        proof.meant_before(turn),
        cancel=pending.get("do") == "cancel",
        when=when,
        note=str(pending.get("text") or ""),
    )
    return Reply(lines=(done,), ask=words.say("progress_tail"), slots={"pending": None})


def about(turn: Turn, text: str) -> Turn:
    """The turn as if these words had been said now."""
    return replace(turn, text=text, also=None)
