"""How an elder answered in a check-in call, and the commands that work at any moment.

The rules are data (`policy/answers.yaml`). They are cautious: only a clear positive answer is
`fine`, any complaint beside it wins, and a bare yes is a yes and nothing more. They work while the
assistant is down. Danger is not their business: ask `danger` first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from callcenter.domain.phrases import Lexicon, Pattern, Readings, Spots, denied, masked
from callcenter.domain.plaintext import Plain, Span, plain
from callcenter.domain.rulesheet import BadRules, Sheet

__all__ = ["Answer", "AnswerRules", "BadRules", "Heard"]


class Answer(StrEnum):
    """What an utterance amounts to in a check-in."""

    FINE = "fine"
    UNWELL = "unwell"
    WRONG_PERSON = "wrong_person"
    CALL_LATER = "call_later"
    DO_NOT_CALL = "do_not_call"
    FAMILY_ANSWERS = "family_answers"
    DECEASED = "deceased"
    IN_HOSPITAL = "in_hospital"
    MOVED = "moved"
    YES = "yes"
    NO = "no"
    AGAIN = "again"
    SLOWER = "slower"
    LOUDER = "louder"
    HUMAN = "human"
    START_OVER = "start_over"
    CANCEL = "cancel"
    WHO_ARE_YOU = "who_are_you"
    VERIFY = "verify"  # are you real? a phrase was agreed with them
    GOODBYE = "goodbye"
    SCAM = "scam"
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """How an utterance was understood."""

    intent: Answer
    words: str  # the words it rests on, as they were said; empty if nothing was understood


@dataclass(frozen=True, kw_only=True)
class AnswerRule:
    """One rule of `policy/answers.yaml`."""

    intent: Answer
    say: tuple[Pattern, ...]  # any of these
    unless: tuple[Pattern, ...]  # none of these anywhere
    whole: bool  # the words must be nearly the whole utterance
    hears: tuple[str, ...]  # must be read as `intent`
    not_: tuple[str, ...]  # must not be read as `intent`


_KEYS = {"name", "say", "unless", "whole", "hears", "not"}
_BY_SOUND_FROM = 3  # characters: short answers are too alike to be told apart by sound
_MURMURS = frozenset("嗯唔哦噢喔欸诶")  # a sound of assent; `plain` drops it as a filler
_LONG_ANSWER = 40  # characters; a command is not looked for in a long story


@dataclass(frozen=True, kw_only=True)
class AnswerRules:
    """All rules, ready to be asked."""

    commands: tuple[AnswerRule, ...] = field(repr=False)
    answers: tuple[AnswerRule, ...] = field(repr=False)
    harmless: tuple[Pattern, ...] = field(repr=False)  # expressions whose words do not count
    lexicon: Lexicon = field(repr=False)

    @classmethod
    def parse(cls, raw: Mapping[str, Any], readings: Readings | None = None) -> "AnswerRules":
        """The rules in `raw`, checked against their own examples; raises BadRules.

        `readings` gives the readings of one character without tones; without it nothing is matched
        by sound and examples marked `~` are not checked.
        """
        sheet = Sheet(name="answers.yaml", raw=raw)
        commands = tuple(_rule(sheet, item) for item in sheet.items("commands"))
        answers = tuple(_rule(sheet, item) for item in sheet.items("answers"))
        harmless = sheet.patterns("setting", "harmless", exact=True)
        parts = _parts(sheet, (*commands, *answers), harmless)
        lexicon = sheet.lexicon(parts, readings, by_sound_from=_BY_SOUND_FROM)
        made = cls(commands=commands, answers=answers, harmless=harmless, lexicon=lexicon)
        made._check_examples(sheet, by_sound=readings is not None)
        return made

    def read(self, text: str) -> Heard:
        """How `text` answers a check-in question. Never raises; `unclear` if nothing fits."""
        sentence = plain(text)
        if not sentence.text:
            return _murmur(text)
        spots = self._spots(sentence)
        command = self._first(self.commands, sentence, spots)
        answer = self._first(self.answers, sentence, spots)
        if answer and answer.intent in _WEIGHTY:
            return answer
        return command or answer or Heard(intent=Answer.UNCLEAR, words="")

    def command(self, text: str) -> Heard | None:
        """The command in `text` (a person, again, slower, louder, start over, cancel), if any.

        In a long story only the wish for a person counts.
        """
        sentence = plain(text)
        found = self._first(self.commands, sentence, self._spots(sentence))
        if found and found.intent is not Answer.HUMAN and len(sentence.text) > _LONG_ANSWER:
            return None
        return found

    def wants_human(self, text: str) -> bool:
        """Does the speaker ask for a person?"""
        found = self.command(text)
        return found is not None and found.intent is Answer.HUMAN

    def _spots(self, sentence: Plain) -> Spots:
        spots = self.lexicon.spots(sentence)
        masks = sorted(span for pattern in self.harmless for span in pattern.extents(spots))
        return {
            part: [span for span in spans if not masked(span, masks) and not denied(sentence, span)]
            for part, spans in spots.items()
        }

    def _first(self, rules: Sequence[AnswerRule], sentence: Plain, spots: Spots) -> Heard | None:
        for rule in rules:
            for span in _extents(rule.say, spots):
                if rule.whole and not _nearly_all(span, sentence):
                    continue
                if next(_extents(rule.unless, spots), None):
                    break
                return Heard(intent=rule.intent, words=sentence.words(span))
        return None

    def _check_examples(self, sheet: Sheet, *, by_sound: bool) -> None:
        for rule in (*self.commands, *self.answers):
            for example in rule.hears:
                heard = self.read(example.lstrip("~")).intent
                if heard is not rule.intent and (by_sound or not example.startswith("~")):
                    raise sheet.wrong(f"规则「{rule.intent}」：例句「{example}」被听成了 {heard}")
            for example in rule.not_:
                if self.read(example).intent is rule.intent:
                    raise sheet.wrong(f"规则「{rule.intent}」：反例「{example}」也被这样听了")


_WEIGHTY = frozenset(
    {
        Answer.DECEASED,
        Answer.DO_NOT_CALL,
        Answer.SCAM,
        Answer.IN_HOSPITAL,
        Answer.MOVED,
        Answer.WRONG_PERSON,
        Answer.FAMILY_ANSWERS,
        Answer.UNWELL,
        Answer.CALL_LATER,
    }
)
"""Answers that count more than a command in the same breath (响一点，我头晕)."""


def _extents(patterns: Sequence[Pattern], spots: Spots) -> Iterator[Span]:
    for pattern in patterns:
        yield from pattern.extents(spots)


def _nearly_all(span: Span, sentence: Plain) -> bool:
    """Does `span` fill the sentence but for half its own length, two characters at most?"""
    length = span[1] - span[0]
    return len(sentence.text) - length <= min(2, length // 2)


def _murmur(text: str) -> Heard:
    sound = "".join(char for char in text if char.isalnum())
    assent = bool(sound) and set(sound) <= _MURMURS
    return Heard(intent=Answer.YES if assent else Answer.UNCLEAR, words=sound if assent else "")


def _rule(sheet: Sheet, item: Any) -> AnswerRule:
    if not isinstance(item, Mapping) or item.get("name") not in set(Answer):
        given = item.get("name") if isinstance(item, Mapping) else item
        raise sheet.wrong(
            f"规则的 name 是 {given!r}，应当是其中之一（yes、no 要加引号）：{'、'.join(Answer)}"
        )
    name = str(item["name"])
    own = sheet.within(f"规则「{name}」", item)
    strange = set(item) - _KEYS
    if strange:
        raise own.wrong(f"不认识的项：{'、'.join(sorted(map(str, strange)))}")
    return AnswerRule(
        intent=Answer(name),
        say=own.patterns("say"),
        unless=own.patterns("unless", exact=True) if "unless" in item else (),
        whole=own.flag("whole", default=False),
        hears=tuple(own.strings("hears")),
        not_=tuple(own.strings("not")),
    )


def _parts(
    sheet: Sheet, rules: Sequence[AnswerRule], harmless: Sequence[Pattern]
) -> dict[str, list[str]]:
    lists = sheet.lists("words")
    asked = [pattern for rule in rules for pattern in (*rule.say, *rule.unless)] + list(harmless)
    return {part: sheet.words_of(part, lists) for pattern in asked for part in pattern.parts}
