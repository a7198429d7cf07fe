"""What is answered to each intent: one function each, from a turn to a reply."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from actions.desk import Answer, Desk
from actions.turn import Reply, Turn
from actions.words import Words
from callcenter.when import NotInFuture, Unsettled, When, read_when

Answering = Callable[[Turn, Desk, Words], Reply]

MISSES = 2  # in a row: then a person takes over
NUMBER = re.compile(r"(\d{1,8})\s*号?|([零〇一二两三四五六七八九十百幺]{2,10})号")
DIGITS = str.maketrans("零〇一幺二两三四五六七八九", "0011223456789")
CANCELS = re.compile(r"取消|不要|弗要|不用|覅|撤|退|作废|停|不来|不去|不约|别来")
MOVES = re.compile(r"改|换|推|提前|挪|往后|往前|晚一|早一")
ORDER = (("最后|末", -1), ("第一|头一|前|上|一|1", 0), ("第二|后|下|二|2", 1), ("第三|三|3", 2))


def number_in(text: str) -> int | None:
    """A request number, spoken or in digits (一零二三号, 1023)."""
    m = NUMBER.search(text)
    if m is None:
        return None
    if m[1]:
        return int(m[1]) if "号" in m[0] or len(m[1]) > 2 else None
    if "十" in m[2] or "百" in m[2]:
        return _counted(m[2])
    return int(m[2].translate(DIGITS))


def _counted(numeral: str) -> int:
    hundreds, _, rest = numeral.rpartition("百")
    tens, has_ten, ones = rest.partition("十")
    spoken = [(hundreds, 100), (tens or ("一" if has_ten else ""), 10 if has_ten else 1), (ones, 1)]
    digits = [(part.translate(DIGITS), worth) for part, worth in spoken]
    return sum(int(part) * worth for part, worth in digits if part.isdigit())


def question(turn: Turn, desk: Desk, words: Words) -> Reply:
    """A policy question: its answer, a choice of two, or an honest refusal."""
    return of_answer(desk.answer(turn.text), words)


def of_answer(answer: Answer, words: Words) -> Reply:
    """How an answer is spoken, and what is offered after it."""
    custom = {"written": answer.written, "article": answer.article} if answer.written else {}
    if answer.kind == "choice":
        slots = {"choices": [list(one) for one in answer.choices]}
        return Reply(lines=(answer.spoken,), offer="choice", custom=custom, slots=slots)
    if not answer.answered:
        return Reply(lines=(answer.spoken,), offer="person", custom=custom)
    lines = (answer.spoken, words.say("answer_tail"))
    return Reply(lines=lines, offer="again_or_person", custom=custom)


def pick(turn: Turn, desk: Desk, words: Words) -> Reply:
    """第一个, 后面那个: one of the two near answers."""
    choices = turn.slots.get("choices") or []
    place = next((at for said, at in ORDER if re.search(said, turn.text)), None)
    if turn.offer != "choice" or not choices:
        return Reply(lines=(words.say("nothing_open"),))
    if place is None or place >= len(choices):
        return Reply(lines=(words.say("which_choice"),), offer="choice")
    return of_answer(desk.article(choices[place][0]), words)


def progress(turn: Turn, desk: Desk, words: Words) -> Reply:
    """How far is my request."""
    lines = (desk.progress(turn.caller, number_in(turn.text)), words.say("progress_tail"))
    return Reply(lines=lines)


def change(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Cancel or change a request: read back first, done after a yes."""
    number = number_in(turn.text)
    what = desk.describe(turn.caller, number)
    if not what:
        return Reply(lines=(words.say("change_none"),), offer="person")
    pending = {"number": number, "note": turn.text[:100], "text": turn.text[:100]}
    try:
        when = read_when(turn.text, desk.now())
    except (NotInFuture, Unsettled):
        return Reply(lines=(words.say("moved_past"),), offer="move", slots={"pending": pending})
    return _confirm_change(turn.text, what, when, pending, words)


def _confirm_change(
    text: str, what: str, when: When | None, pending: Mapping[str, object], words: Words
) -> Reply:
    if when is not None and MOVES.search(text):
        line = words.say("confirm_move", what=what, when=when.words)
        slots = {"pending": {**pending, "do": "move"}}
    elif CANCELS.search(text):
        line = words.say("confirm_cancel", what=what)
        slots = {"pending": {**pending, "do": "cancel"}}
    elif MOVES.search(text) and len(text) < 10:
        return Reply(lines=(words.say("change_which"),), offer="move", slots={"pending": pending})
    else:
        line = words.say("confirm_note", what=what, note=text[:40])
        slots = {"pending": {**pending, "do": "note"}}
    return Reply(lines=(line,), offer="change", slots=slots)


STAYS_ASIDE = ("emergency", "crisis", "ask_human", "no", "goodbye", "again", "slower")


def moved(turn: Turn, desk: Desk, words: Words) -> Reply | None:
    """The answer to “cancel, or another time?”, whatever intent it was taken for."""
    if turn.offer != "move" or turn.intent in STAYS_ASIDE:
        return None
    pending = turn.slots.get("pending") or {}
    what = desk.describe(turn.caller, pending.get("number"))
    if CANCELS.search(turn.text):
        return _confirm_change("取消", what, None, pending, words)
    try:
        when = read_when(turn.text, desk.now())
    except (NotInFuture, Unsettled):
        return Reply(lines=(words.say("moved_past"),), offer="move")
    if when is None:
        return None
    return _confirm_change("改", what, when, {**pending, "text": turn.text[:100]}, words)


def _do_change(turn: Turn, desk: Desk, words: Words) -> Reply:
    pending = turn.slots.get("pending") or {}
    when = None
    if pending.get("do") == "move":
        when = read_when(str(pending["text"]), desk.now())
    done = desk.change(
        turn.caller,
        pending.get("number"),
        cancel=pending.get("do") == "cancel",
        when=when,
        note=str(pending.get("note") or ""),
    )
    return Reply(lines=(done, words.say("progress_tail")), slots={"pending": None})


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
    return Reply(lines=(words.say(line),), offer="person")


def company(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Somebody is lonely."""
    return Reply(lines=(words.say("company"),), offer="company", slots={"gist": turn.text})


def out_of_scope(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Honest, with the offer of a person."""
    return Reply(lines=(words.say("out_of_scope"),), offer="person")


def human(turn: Turn, desk: Desk, words: Words) -> Reply:
    """A person, with what was said so far."""
    return to_person("asked", turn.summary, words.say("handoff"))


def to_person(reason: str, summary: str, line: str) -> Reply:
    """The front door transfers when it sees this."""
    return Reply(lines=(line,), custom={"handoff": {"reason": reason, "summary": summary}})


def danger(turn: Turn, desk: Desk, words: Words) -> Reply:
    """The model's net beside the danger words."""
    kind = "crisis" if turn.intent == "crisis" else turn.entities.get("kind", "other")
    name = "crisis" if turn.intent == "crisis" else "emergency"
    return Reply(lines=(words.say(name),), custom={"danger": kind})


def check_in(turn: Turn, desk: Desk, words: Words) -> Reply:
    """An answer of a check-in call; what follows from it is the caller's script, not ours."""
    name = "heard_fine" if turn.intent == "fine" else "heard_other"
    return Reply(lines=(words.say(name),), custom={"answer": turn.intent})


def yes(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Yes to what was offered last."""
    if turn.offer == "person":
        return human(turn, desk, words)
    if turn.offer == "again_or_person":
        return Reply(lines=(words.say("say_which"),), offer="again_or_person")
    if turn.offer == "choice":
        return Reply(lines=(words.say("which_choice"),), offer="choice")
    if turn.offer == "company":
        desk.leave_word(turn.caller, "company", str(turn.slots.get("gist") or turn.text))
        return Reply(lines=(words.say("company_asked"),))
    if turn.offer == "change":
        return _do_change(turn, desk, words)
    if turn.offer == "also":
        return Reply(lines=(), custom={"follow": "action_begin_request"}, offer="also")
    return Reply(lines=(words.say("anything_else"),))


def no(turn: Turn, desk: Desk, words: Words) -> Reply:
    """No to what was offered last."""
    if turn.offer == "change":
        return Reply(lines=(words.say("kept"),), slots={"pending": None})
    if turn.offer == "company":
        return Reply(lines=(words.say("company_listen"),))
    return Reply(lines=(words.say("anything_else" if turn.offer else "goodbye"),))


def again(turn: Turn, desk: Desk, words: Words) -> Reply:
    """The last answer once more, with the same offer standing."""
    lines = turn.last or (words.say("again_first"),)
    return Reply(lines=lines, offer=turn.offer)


def slower(turn: Turn, desk: Desk, words: Words) -> Reply:
    """The last answer once more, slowly; the front door sets the pace."""
    repeated = again(turn, desk, words)
    return replace(repeated, lines=(words.say("slower"), *repeated.lines), custom={"pace": "slow"})


def unclear(turn: Turn, desk: Desk, words: Words) -> Reply:
    """Nothing understood: once is asked again, twice in a row goes to a person."""
    misses = int(turn.slots.get("misses") or 0) + 1
    if misses >= MISSES:
        handed = to_person("not_understood", turn.summary, words.say("unclear_handoff"))
        return replace(handed, slots={"misses": 0})
    return Reply(lines=(words.say("unclear"),), offer=turn.offer, slots={"misses": misses})


def _line(name: str, **custom: object) -> Answering:
    def said(turn: Turn, desk: Desk, words: Words) -> Reply:
        return Reply(lines=(words.say(name),), custom=custom)

    return said


TALK: dict[str, Answering] = {
    "action_answer": question,
    "action_pick": pick,
    "action_progress": progress,
    "action_change": change,
    "action_complaint": complaint,
    "action_human": human,
    "action_unwell": unwell,
    "action_danger": danger,
    "action_companion": company,
    "action_scam": scam,
    "action_out_of_scope": out_of_scope,
    "action_check_in": check_in,
    "action_yes": yes,
    "action_no": no,
    "action_again": again,
    "action_slower": slower,
    "action_greet": _line("greet"),
    "action_thanks": _line("thanks"),
    "action_goodbye": _line("goodbye", end=True),
    "action_nothing_open": _line("nothing_open"),
    "action_unclear": unclear,
}
