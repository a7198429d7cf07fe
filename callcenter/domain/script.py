"""The talk of a check-in call, as a table of steps. Pure: what was heard in, what is said out.

The words themselves are in policy/prompts.yaml; here they are named. Danger is not decided here:
the front door hears it first, at any step, and `alarm` ends the talk.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from callcenter.domain.call import Listener
from callcenter.domain.checkin import Outcome

PHRASE = "our_phrase"  # said only when one is agreed with the elder, and at the elder's own number
SCAM = "beware"  # said to whoever speaks of fraud
_COMMANDS = frozenset({"again", "slower", "louder", "human", "who_are_you", "verify", "scam"})
WHO_WE_ARE = {
    "who_are_you": ("who_we_are",),
    "verify": ("who_we_are", PHRASE),
    "scam": (SCAM, "who_we_are", PHRASE),
}
REPROMPTS = 2  # after so many unanswered prompts the talk ends: silent is not "no answer"
MISSES = 2  # after so many answers not understood a person takes over


class At(StrEnum):
    """Where the talk stands."""

    HEALTH = "health"  # asked how the elder is today
    WHO = "who"  # somebody else picked up; asked for the elder, nothing else
    UNWELL = "unwell"  # said to be unwell; asked whether to put a person through now
    ASIDE = "aside"  # said to be well; a short question on daily life (see `asking`)
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One row of a menu: the key, and what it means in the words of spoken answers."""

    key: str
    means: str


MENUS: Mapping[At, tuple[Choice, ...]] = {
    At.HEALTH: (Choice(key="1", means="fine"), Choice(key="2", means="unwell")),
    At.WHO: (Choice(key="1", means="yes"), Choice(key="2", means="no")),
    At.UNWELL: (Choice(key="1", means="yes"), Choice(key="2", means="no")),
    At.ASIDE: (),  # its keys are in `asking`
    At.OVER: (),
}
EVERYWHERE = (Choice(key="9", means="slower"), Choice(key="0", means="human"))
QUESTION = {At.HEALTH: "ask_health", At.WHO: "ask_for_elder", At.UNWELL: "ask_transfer"}


@dataclass(frozen=True, kw_only=True)
class Talk:
    """Everything a check-in talk has to remember between two turns."""

    at: At = At.HEALTH
    silences: int = 0  # prompts in a row without any answer
    misses: int = 0  # answers in a row that were not understood
    slow: bool = False  # asked for slower speech, or did not answer at once
    loud: bool = False  # hears badly, or asked for a louder voice
    listener: Listener = Listener.UNKNOWN  # the carrier's guess; an answer overrides it
    spoke: bool = False  # a key or words that were understood came: there is a person
    outcome: Outcome | None = None  # set as soon as something counts, kept through a hang-up
    turn: int = 0  # how many answers were taken; the next one must carry this number
    evidence: str = ""  # the key or the words that the outcome rests on
    asking: tuple[str, ...] = ()  # questions on daily life still to be asked, the present one first


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What the line does next: says `lines` (prompt names), then asks, puts through or hangs up."""

    lines: tuple[str, ...]
    then: str  # "ask", "transfer" or "hang_up"


Step = Callable[[Talk, str], tuple[Talk, Turn]]


def meaning_of(at: At, key: str) -> str:
    """What a key means at this step; an unknown key is `unclear`, never a guess."""
    for choice in (*MENUS[at], *EVERYWHERE):
        if choice.key == key:
            return choice.means
    return "unclear"


def opening(talk: Talk) -> Turn:
    """The first words: who calls, that it is an AI voice, and the one question."""
    return Turn(lines=("check_in_hello", QUESTION[talk.at]), then="ask")


def silence(talk: Talk) -> tuple[Talk, Turn]:
    """Nothing came after a prompt: asks again more slowly, at most REPROMPTS times."""
    if talk.at is At.UNWELL:
        return _over(talk, "will_be_contacted")
    if talk.silences < REPROMPTS:
        again = replace(talk, silences=talk.silences + 1, slow=True)
        return again, Turn(lines=("are_you_there", QUESTION[talk.at]), then="ask")
    nobody = Outcome.MACHINE if talk.listener is Listener.MACHINE else Outcome.SILENT
    return _over(_keep(talk, nobody, ""), "nobody_there")


def answer(talk: Talk, means: str, words: str) -> tuple[Talk, Turn]:
    """The next turn after a key or words. `means` is a spoken-answer intent, `words` its evidence.

    An unknown meaning counts as not understood; nothing but a clear answer closes anything.
    """
    step = _STEPS[talk.at].get(means)
    if step is None and means not in _COMMANDS:
        return _missed(talk, words)
    talk = replace(talk, silences=0, misses=0, spoke=True)
    if means in ("again", "slower", "louder"):
        return patient(talk, means), Turn(lines=(QUESTION[talk.at],), then="ask")
    if means == "human":
        return _through(_keep(talk, Outcome.ASKED_FOR_HUMAN, words), "putting_through")
    if means in WHO_WE_ARE:
        return talk, Turn(lines=(*who_we_are(talk, means), QUESTION[talk.at]), then="ask")
    assert step is not None  # noqa: S101  every command was dealt with above
    return step(talk, words)


def patient(talk: Talk, means: str) -> Talk:
    """Again, slower, louder: from now on with pauses; louder with the louder voice as well."""
    return replace(talk, slow=True, loud=talk.loud or means == "louder")


def alarm(talk: Talk, words: str) -> tuple[Talk, Turn]:
    """Danger was heard: whatever was going on, a person comes on the line now."""
    return _through(_keep(talk, Outcome.DANGER, words), "danger_putting_through")


def hung_up(talk: Talk) -> Talk:
    """The call ended: what was said so far counts; without anything it is no sign of safety."""
    if talk.outcome is not None:
        return replace(talk, at=At.OVER)
    machine = talk.listener is Listener.MACHINE
    if talk.spoke or (talk.misses and not machine):
        return _keep(replace(talk, at=At.OVER), Outcome.HUNG_UP, "")
    nobody = Outcome.MACHINE if machine else Outcome.SILENT
    return _keep(replace(talk, at=At.OVER), nobody, "")


def who_we_are(talk: Talk, means: str) -> tuple[str, ...]:
    """Who we are, and how to make sure; what is agreed with the elder is not for others."""
    lines = WHO_WE_ARE[means]
    return tuple(line for line in lines if line != PHRASE or talk.at is not At.WHO)


def _missed(talk: Talk, words: str) -> tuple[Talk, Turn]:
    if talk.listener is Listener.MACHINE and not talk.spoke:
        return silence(talk)  # a recorded greeting is not an answer
    talk = replace(talk, silences=0)
    if talk.misses + 1 >= MISSES:
        kept = talk if talk.outcome else _keep(talk, Outcome.NOT_UNDERSTOOD, words)
        return _through(kept, "not_understood_putting_through")
    again = replace(talk, misses=talk.misses + 1, slow=True)
    return again, Turn(lines=("not_understood", QUESTION[talk.at]), then="ask")


def _fine(talk: Talk, words: str) -> tuple[Talk, Turn]:
    return _over(_keep(talk, Outcome.SAFE, words), "heard_fine", "goodbye")


def unwell(talk: Talk, words: str) -> tuple[Talk, Turn]:
    """The elder is not well: a caseworker is told, and a person is offered now."""
    talk = replace(_keep(talk, Outcome.UNWELL, words), at=At.UNWELL)
    return talk, Turn(lines=("heard_unwell", QUESTION[At.UNWELL]), then="ask")


def _somebody_else(talk: Talk, words: str) -> tuple[Talk, Turn]:
    return replace(talk, at=At.WHO), Turn(lines=(QUESTION[At.WHO],), then="ask")


def _elder_came(talk: Talk, words: str) -> tuple[Talk, Turn]:
    back = replace(talk, at=At.HEALTH, outcome=None, evidence="")
    return back, Turn(lines=("check_in_hello", QUESTION[At.HEALTH]), then="ask")


def _not_there(talk: Talk, words: str) -> tuple[Talk, Turn]:
    return _over(_keep(talk, Outcome.OTHER_PERSON, words), "call_again_later")


def _ends(outcome: Outcome, line: str) -> Step:
    def step(talk: Talk, words: str) -> tuple[Talk, Turn]:
        return _over(_keep(talk, outcome, words), line)

    return step


def _put_through(talk: Talk, words: str) -> tuple[Talk, Turn]:
    return _through(talk, "putting_through")


def _wait_for_worker(talk: Talk, words: str) -> tuple[Talk, Turn]:
    return _over(talk, "will_be_contacted")


_AWAY: dict[str, Step] = {
    "in_hospital": _ends(Outcome.IN_HOSPITAL, "heard_away"),
    "moved": _ends(Outcome.MOVED, "heard_away"),
    "deceased": _ends(Outcome.DECEASED, "heard_deceased"),
    "do_not_call": _ends(Outcome.REFUSED, "heard_refusal"),
    "call_later": _ends(Outcome.CALL_LATER, "call_again_later"),
    "wrong_person": _ends(Outcome.OTHER_PERSON, "sorry_wrong_person"),
}
_STEPS: dict[At, dict[str, Step]] = {
    At.HEALTH: {"fine": _fine, "unwell": unwell, "family_answers": _somebody_else, **_AWAY},
    At.WHO: {
        "yes": _elder_came,
        "fine": _elder_came,
        "no": _not_there,
        "unwell": _ends(Outcome.UNWELL, "will_be_contacted"),
        "family_answers": _somebody_else,
        **_AWAY,
    },
    At.UNWELL: {
        "yes": _put_through,
        "no": _wait_for_worker,
        "fine": _wait_for_worker,
        "unwell": _put_through,
        "goodbye": _wait_for_worker,
    },
    At.ASIDE: {},
    At.OVER: {},
}


def _keep(talk: Talk, outcome: Outcome, words: str) -> Talk:
    return replace(talk, outcome=outcome, evidence=words[:200])


def _over(talk: Talk, *lines: str) -> tuple[Talk, Turn]:
    return replace(talk, at=At.OVER), Turn(lines=lines, then="hang_up")


def _through(talk: Talk, line: str) -> tuple[Talk, Turn]:
    return replace(talk, at=At.OVER), Turn(lines=(line,), then="transfer")
