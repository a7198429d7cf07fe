"""After "safe" in a check-in call: one or two short questions on daily life. Pure, as `script` is.

The slot is closed before the first of them, and a hang-up keeps that. Every question may be left
unanswered. What contradicts "safe" (unwell after all, somebody else on the line) outweighs it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from callcenter.domain import script
from callcenter.domain.answers import Answer, AnswerRules
from callcenter.domain.checkin import Outcome
from callcenter.domain.script import At, Talk, Turn
from callcenter.domain.wellbeing import HEALTH, Means, TalkSheet, Told

KEYS = {"1": "good", "2": "bad", "3": "skipped", "9": "slower", "0": "human"}
QUESTION = "talk."  # before the name of a question, where a prompt is named
TRIES = 2  # a question is put so often, then it is left


@dataclass(frozen=True, kw_only=True)
class Move:
    """What one turn of the questions brought."""

    talk: Talk
    turn: Turn
    told: Told | None = None  # an answer to be kept


def begin(talk: Talk, questions: Sequence[str]) -> tuple[Talk, Turn]:
    """The elder said "safe": goes on to these questions, or says goodbye when there are none."""
    if not questions:
        return talk, Turn(lines=("heard_fine", "goodbye"), then="hang_up")
    talk = replace(talk, at=At.ASIDE, asking=tuple(questions), silences=0, misses=0)
    return talk, Turn(lines=("heard_fine", "one_more_thing", question_of(talk)), then="ask")


def question_of(talk: Talk) -> str:
    """The prompt of what is being asked now, at whatever step the talk stands."""
    return f"{QUESTION}{talk.asking[0]}" if talk.at is At.ASIDE else script.QUESTION[talk.at]


def hear(sheet: TalkSheet, rules: AnswerRules, talk: Talk, key: str, words: str) -> str:
    """What a key or words mean here: a value of Means, or a spoken-answer intent.

    Who is on the line comes first, then the question's own words, then any other answer; bare
    yes and no answer the open question only.
    """
    if key:
        return KEYS.get(key, "unclear")
    name = talk.asking[0]
    heard = rules.read(words)
    general = heard.intent
    if general in _FIRST:
        return general
    if sheet.skips(words):
        return Means.SKIPPED
    own = sheet.read(name, words)
    if own is not Means.UNCLEAR:
        return own
    if general is Answer.UNWELL and sheet.of_a_thing(words, heard.words):
        return Means.TOLD
    if sheet.questions[name].open:
        return _OPEN.get(general, Means.TOLD)
    return _OTHERWISE.get(general, general)


_FIRST = frozenset(
    {
        Answer.HUMAN,
        Answer.AGAIN,
        Answer.SLOWER,
        Answer.LOUDER,
        Answer.WHO_ARE_YOU,
        Answer.VERIFY,
        Answer.FAMILY_ANSWERS,
        Answer.WRONG_PERSON,
        Answer.DO_NOT_CALL,
        Answer.GOODBYE,
    }
)
_OPEN: dict[Answer, str] = {
    Answer.NO: Means.GOOD,
    Answer.FINE: Means.GOOD,
    Answer.YES: Means.UNCLEAR,  # there is something: it is asked for again
    Answer.CANCEL: Means.SKIPPED,
    Answer.CALL_LATER: Means.SKIPPED,
    Answer.UNWELL: Answer.UNWELL,
    Answer.SCAM: Answer.SCAM,
}
_OTHERWISE: dict[Answer, str] = {
    Answer.FINE: Means.GOOD,
    Answer.NO: Means.UNCLEAR,
    Answer.YES: Means.UNCLEAR,
    Answer.CANCEL: Means.SKIPPED,
    Answer.CALL_LATER: Means.SKIPPED,
    Answer.START_OVER: Answer.AGAIN,
}
WISHES: dict[str, str] = {
    "ask_human": "human",
    "report_unwell": "unwell",
    "scam": "scam",
    "request_service": Means.TOLD,
    "change_request": Means.TOLD,
    "ask_progress": Means.TOLD,
    "ask_policy": Means.TOLD,
    "complaint": Means.TOLD,
    "companionship": Means.TOLD,
}  # what the model heard instead of an answer: nobody's wish is lost


def silence(talk: Talk) -> Move:
    """Nothing came: the question is put once more, slowly, then left; "safe" stays."""
    if not _tried(talk):
        again = replace(talk, silences=talk.silences + 1, slow=True)
        return Move(talk=again, turn=Turn(lines=("are_you_there", question_of(talk)), then="ask"))
    return _leave(talk, Told(topic=talk.asking[0], means=Means.SILENT, words=""), "never_mind")


def answer(talk: Talk, means: str, words: str) -> Move:
    """The next turn after a key or words that mean this (see `hear`)."""
    if means in _ANSWERS:
        told = Told(topic=talk.asking[0], means=Means(means), words=words)
        return _on(talk, told, _ANSWERS[Means(means)])
    if means in ("again", "slower", "louder"):
        turn = Turn(lines=(question_of(talk),), then="ask")
        return Move(talk=script.patient(talk, means), turn=turn)
    if means in script.WHO_WE_ARE:
        lines = (*script.who_we_are(talk, means), question_of(talk))
        return Move(talk=talk, turn=Turn(lines=lines, then="ask"))
    if means == "human":
        talk, turn = script.answer(talk, means, words)
        return Move(talk=talk, turn=turn)
    if means == "goodbye":
        return Move(talk=_end(talk), turn=Turn(lines=("goodbye",), then="hang_up"))
    if means == "unwell":
        talk, turn = script.unwell(talk, words)
        return Move(talk=talk, turn=turn, told=Told(topic=HEALTH, means=Means.BAD, words=words))
    if means in _CONTRADICTS:
        outcome, line = _CONTRADICTS[means]
        over = replace(_end(talk), outcome=outcome, evidence=words[:200])
        return Move(talk=over, turn=Turn(lines=(line,), then="hang_up"))
    return _missed(talk, words)


_ANSWERS = {
    Means.GOOD: "good_to_hear",
    Means.BAD: "noted",
    Means.TOLD: "passed_on",
    Means.SKIPPED: "never_mind",
}
NOT_THE_ELDER = (
    Outcome.OTHER_PERSON,
    Outcome.IN_HOSPITAL,
    Outcome.MOVED,
    Outcome.DECEASED,
)  # somebody else had answered as the elder
# Said after "safe" in the same call: these outweigh it, and what is due comes of them.
_CONTRADICTS: dict[str, tuple[Outcome, str]] = {
    "family_answers": (Outcome.OTHER_PERSON, "heard_somebody_else"),
    "wrong_person": (Outcome.OTHER_PERSON, "sorry_wrong_person"),
    "in_hospital": (Outcome.IN_HOSPITAL, "heard_away"),
    "moved": (Outcome.MOVED, "heard_away"),
    "deceased": (Outcome.DECEASED, "heard_deceased"),
    "do_not_call": (Outcome.REFUSED, "heard_refusal"),
}


def _missed(talk: Talk, words: str) -> Move:
    if not _tried(talk):
        again = replace(talk, misses=talk.misses + 1, slow=True)
        lines = ("not_understood", question_of(talk))
        return Move(talk=again, turn=Turn(lines=lines, then="ask"))
    return _leave(talk, Told(topic=talk.asking[0], means=Means.UNCLEAR, words=words), "never_mind")


def _tried(talk: Talk) -> bool:
    """Was the question put as often as it may be, with silence or words that say nothing?"""
    return talk.silences + talk.misses + 1 >= TRIES


def _on(talk: Talk, told: Told, line: str) -> Move:
    """To the next question, or goodbye."""
    rest = talk.asking[1:]
    if not rest:
        return _leave(talk, told, line)
    talk = replace(talk, asking=rest, silences=0, misses=0)
    return Move(talk=talk, turn=Turn(lines=(line, question_of(talk)), then="ask"), told=told)


def _leave(talk: Talk, told: Told, line: str) -> Move:
    return Move(talk=_end(talk), turn=Turn(lines=(line, "goodbye"), then="hang_up"), told=told)


def _end(talk: Talk) -> Talk:
    return replace(talk, at=At.OVER, asking=())
