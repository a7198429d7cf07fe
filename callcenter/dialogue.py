"""The front door of every conversation: danger first, then fixed words, then the assistant.

Everything that keeps people safe is decided here without the assistant. The assistant (Rasa) is
asked over HTTP with a time budget; when it is down, slow or has nothing to say, the caller hears
an apology and is offered a person: silence is a bug.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from callcenter.assistant import Assistant, AssistantSilent, Said, danger_share
from callcenter.domain.danger import Danger, Kind
from callcenter.policy import Policy

LONGEST = 300  # characters of one utterance that are heard; measured: longer costs seconds
FAR_TOO_LONG = 2000  # beyond this the caller is asked to be brief
REPROMPTS = 2
FAILURES = 2  # a conversation that fails so often in a row goes to a person
MAYBE_DANGER = "maybe_danger"  # uncertain: a person hears it, with the duty officers rung too
TROUBLE = "trouble"  # an action or the assistant itself broke: the same as silence
SILENT_CALL = "silent_call"  # somebody rang and said nothing
REPEATS = ("again", "slower", "louder")  # what was said last is said again
KEPT = 6  # utterances kept for the summary that a person gets


FOREIGN = 4  # letters of another script, without one Chinese character


def _odd(text: str) -> str | None:
    """The line for words that no assistant needs to be asked about; None for all others."""
    if len(text) > FAR_TOO_LONG:
        return "too_long"
    told = [char for char in text if char.isalnum()]
    if not told:
        return "only_signs"
    letters = [char for char in told if char.isalpha()]
    chinese = any("\u3400" <= char <= "\u9fff" or char >= "\U00020000" for char in letters)
    return "foreign" if len(letters) >= FOREIGN and not chinese else None


def _kind(word: str) -> Kind:
    """A kind that the model named; one we do not know is still a danger."""
    return Kind(word) if word in set(Kind) else Kind.OTHER


class Then(StrEnum):
    """What happens after the lines are said."""

    LISTEN = "listen"
    TRANSFER = "transfer"  # a person comes on the line, or answers in the chat
    HANG_UP = "hang_up"


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What the front door has to know at the next turn of the same conversation."""

    last: tuple[str, ...] = ()  # what was said last, to say it again
    known: str = ""  # what was understood of a request that is being written down
    heard: tuple[str, ...] = ()  # the latest utterances, for the person who takes over
    failures: int = 0  # turns in a row that brought nothing
    silences: int = 0
    slow: bool = False
    offered: int = 0  # the slot of a check-in that the caller may finish; 0: none
    turn: int = 0  # utterances taken; on the phone the next one must carry this number

    def freeze(self) -> dict[str, Any]:
        """As the database keeps it."""
        return asdict(self)

    @classmethod
    def thaw(cls, raw: Mapping[str, Any]) -> "Memory":
        """From what the database kept; an empty one is a new conversation."""
        return cls(
            last=tuple(raw.get("last", ())),
            known=str(raw.get("known", "")),
            heard=tuple(raw.get("heard", ())),
            failures=int(raw.get("failures", 0)),
            silences=int(raw.get("silences", 0)),
            slow=bool(raw.get("slow", False)),
            offered=int(raw.get("offered", 0)),
            turn=int(raw.get("turn", 0)),
        )

    def after(self, text: str) -> "Memory":
        """Something was said: kept for the person who may take over."""
        return replace(self, silences=0, heard=(*self.heard, text[:60])[-KEPT:])

    @property
    def summary(self) -> str:
        """What was understood, then what the caller said, for the person who takes over."""
        return "；".join(filter(None, (self.known, *self.heard))) or "还没有说明来意"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the caller hears next."""

    lines: tuple[str, ...]
    then: Then = Then.LISTEN
    reason: str = ""  # of a transfer
    summary: str = ""  # for the person
    danger: Danger | None = None
    memory: Memory = field(default_factory=Memory)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who is talking, as far as known; a number is a hint, never proof."""

    sender: str  # one id for one conversation
    channel: str  # phone, web, telegram
    phone: str = ""  # E.164 or empty
    elder_id: int | None = None
    conversation_id: int | None = None


class FrontDoor:
    """Hears every utterance of every channel. Pure but for the one question to the assistant."""

    def __init__(self, policy: Policy, assistant: Assistant | None) -> None:
        self._policy = policy
        self._assistant = assistant

    def welcome(self, caller: Caller) -> Reply:
        """The first words: who this is, that it is an AI voice, and how to get a person."""
        name = "hello" if caller.channel == "phone" else "hello_web"
        return self._reply(Memory(), self._line(name))

    def offer(self, welcome: Reply, called: str, slot_id: int) -> Reply:
        """The first words, and whether the caller wants to finish a check-in that is open."""
        line = self._policy.say("hotline", "offer_check_in", name=called)
        memory = replace(welcome.memory, offered=slot_id)
        return self._reply(memory, *welcome.lines, line)

    def finished(self, memory: Memory, name: str) -> Reply:
        """The answer to the offer is spoken back; the talk goes on."""
        return self._reply(replace(memory, offered=0), self._line(name))

    def stays_offered(self, text: str) -> bool:
        """Whether an offer still stands after these words: none, or the wish to hear it again."""
        command = self._policy.answers.command(text)
        return not text.strip() or (command is not None and command.intent in (*REPEATS, "verify"))

    def silence(self, caller: Caller, memory: Memory) -> Reply:
        """Nothing was said: asked again twice, then the call ends kindly."""
        if memory.silences < REPROMPTS:
            again = replace(memory, silences=memory.silences + 1)
            return self._reply(again, self._line("are_you_there"))
        line = self._line("nobody_there")
        return self._reply(memory, line, then=Then.HANG_UP, reason=SILENT_CALL)

    def hear(self, caller: Caller, memory: Memory, text: str) -> Reply:
        """The answer to one utterance. Never empty, never raises for anything that was said."""
        at_once = self.at_once(caller, memory, text, self.danger_in(text))
        return at_once or self.ask(caller, memory, text)

    def danger_in(self, text: str) -> Danger | None:
        """The danger in the words. The assistant is asked where the ear doubts: takes a while."""
        danger = self._policy.danger.find(text[:FAR_TOO_LONG])
        return None if danger is None else self._weighed(danger, text[:LONGEST])

    def at_once(
        self, caller: Caller, memory: Memory, text: str, danger: Danger | None
    ) -> Reply | None:
        """The answer that needs no assistant, without waiting for anything; None: ask it.

        `danger` is what `danger_in` found in the words.
        """
        if not text.strip():
            return self.silence(caller, memory)
        memory = memory.after(text)
        if danger is not None:
            return self._alarm(caller, memory, danger)
        fixed = self._fixed_words(caller, memory, text)
        if fixed is not None:
            return fixed
        odd = _odd(text)
        return None if odd is None else self._odd_words(caller, memory, odd)

    def ask(self, caller: Caller, memory: Memory, text: str) -> Reply:
        """The answer of the assistant to what `at_once` cannot answer, within its time budget."""
        return self._ask_assistant(caller, memory.after(text), text[:LONGEST])

    def _weighed(self, danger: Danger, text: str) -> Danger:
        """What ear and model both deny, a person judges; a silent model denies nothing."""
        if not (danger.doubted and danger.certain) or self._assistant is None:
            return danger
        try:
            share = danger_share(self._assistant.parse(text))
        except AssistantSilent:
            return danger
        return replace(danger, certain=not danger.denied_by(share))

    def _alarm(self, caller: Caller, memory: Memory, danger: Danger) -> Reply:
        if not danger.certain:
            return self._person(caller, memory, MAYBE_DANGER)
        kind = "crisis" if danger.kind == "crisis" else "danger"
        suffix = "_putting_through" if caller.channel == "phone" else "_web"
        return self._reply(
            memory,
            self._line(kind + suffix),
            then=Then.TRANSFER,
            reason=kind,
            danger=danger,
        )

    def _fixed_words(self, caller: Caller, memory: Memory, text: str) -> Reply | None:
        """Words that mean the same everywhere and must work while the model is down."""
        command = self._policy.answers.command(text)
        means = command.intent if command else ""
        if means == "human":
            return self._person(caller, memory, "asked_for_human")
        if means == "verify":
            name = "verify" if caller.channel == "phone" else "verify_web"
            told = self._reply(memory, self._line(name), *memory.last)
            return replace(told, memory=replace(told.memory, last=memory.last))
        if means in REPEATS:
            slow = memory.slow or means != "again"
            lines = memory.last or (self._line("say_it"),)
            first = (self._line("slower"),) if means == "slower" else ()
            again = self._reply(replace(memory, slow=slow), *first, *lines)
            return replace(again, memory=replace(again.memory, last=lines))
        return None

    def _odd_words(self, caller: Caller, memory: Memory, odd: str) -> Reply:
        """What no assistant could answer: signs only, another script, far too much."""
        if odd == "only_signs" and caller.channel == "phone":
            return self.silence(caller, memory)
        if odd == "only_signs":
            return self._reply(memory, self._line("only_signs"))
        return self._failed(caller, memory, odd, offer=odd != "too_long")

    def _ask_assistant(self, caller: Caller, memory: Memory, text: str) -> Reply:
        try:
            said = self._turn(caller, text)
        except AssistantSilent:
            return self._failed(caller, memory, "no_assistant")
        if said.danger:
            found = Danger(kind=_kind(said.danger), words=text, rule="model")
            return self._alarm(caller, memory, found)
        if said.handoff == TROUBLE:
            return self._failed(caller, memory, "no_assistant")
        if said.handoff:
            return self._person(caller, memory, said.handoff, said.summary, said.lines)
        fresh = replace(memory, failures=0, known=said.known)
        then = Then.HANG_UP if said.over else Then.LISTEN
        return self._reply(fresh, *said.lines, then=then)

    def _turn(self, caller: Caller, text: str) -> Said:
        if self._assistant is None:
            raise AssistantSilent("none is set up")
        metadata = {
            "channel": caller.channel,
            "phone": caller.phone,
            "elder_id": caller.elder_id,
            "conversation_id": caller.conversation_id,
        }
        return self._assistant.turn(caller.sender, text, metadata)

    def _failed(self, caller: Caller, memory: Memory, line: str, *, offer: bool = True) -> Reply:
        """Once is an apology with the offer of a person, twice is a person."""
        if memory.failures + 1 >= FAILURES:
            lines = (self._line("sorry_putting_through"),) if caller.channel == "phone" else ()
            return self._person(caller, memory, "not_helped", lines=lines)
        more = replace(memory, failures=memory.failures + 1)
        suffix = "" if caller.channel == "phone" else "_web"
        offered = (self._line("not_understood" + suffix),) if offer else ()
        return self._reply(more, self._line(line), *offered)

    def _person(
        self,
        caller: Caller,
        memory: Memory,
        reason: str,
        summary: str = "",
        lines: tuple[str, ...] = (),
    ) -> Reply:
        name = "putting_through" if caller.channel == "phone" else "putting_through_web"
        return self._reply(
            replace(memory, failures=0, known=""),
            *(lines or (self._line(name),)),
            then=Then.TRANSFER,
            reason=reason,
            summary=summary or memory.summary,
        )

    def _reply(
        self,
        memory: Memory,
        *lines: str,
        then: Then = Then.LISTEN,
        reason: str = "",
        summary: str = "",
        danger: Danger | None = None,
    ) -> Reply:
        return Reply(
            lines=lines,
            then=then,
            reason=reason,
            summary=summary or memory.summary,
            danger=danger,
            memory=replace(memory, last=lines),
        )

    def _line(self, name: str) -> str:
        return self._policy.say("hotline", name, number=self._policy.published_number)
