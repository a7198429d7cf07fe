"""How an elder lives (近况): what is asked after the check-in, how it is heard, what is worse.

The questions are data (`policy/talk.yaml`). Pure: no clock, no database. Danger is not decided
here, and nothing here closes a slot; it only finds what a person should look into.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from callcenter.domain.phrases import Lexicon, Pattern, Readings, Spots, denied
from callcenter.domain.plaintext import Plain, plain
from callcenter.domain.rulesheet import Sheet
from callcenter.domain.sentences import too_much

HEALTH = "health"  # the question of the check-in itself; kept beside the others, never chosen


class Means(StrEnum):
    """What an answer about daily life amounts to."""

    GOOD = "good"
    BAD = "bad"
    TOLD = "told"  # words for the caseworker, as they were said
    SKIPPED = "skipped"  # did not want to say
    SILENT = "silent"
    UNCLEAR = "unclear"  # spoke, and was not understood


MEANS_WORDS = {
    Means.GOOD: "好",
    Means.BAD: "不好",
    Means.TOLD: "有话要说",
    Means.SKIPPED: "不想说",
    Means.SILENT: "没出声",
    Means.UNCLEAR: "没听明白",
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One answer, on its way into the file."""

    topic: str
    means: Means
    words: str  # as they were said; a key in brackets; empty for silence


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One answer as it stands in the file."""

    topic: str
    means: Means
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of `policy/talk.yaml`."""

    name: str
    title: str  # on pages
    ask: str  # spoken
    open: bool  # whatever is said is kept for the caseworker
    good: tuple[Pattern, ...]
    bad: tuple[Pattern, ...]


@dataclass(frozen=True, kw_only=True)
class Worse:
    """When answers are worse than they were; days and numbers of answers."""

    bad_in_a_row: int
    silent_in_a_row: int
    recent_days: int
    earlier_days: int
    recent_at_least: int
    earlier_at_least: int
    times: int


@dataclass(frozen=True, kw_only=True)
class TalkSheet:
    """Everything that is asked after the check-in, ready to be asked and heard."""

    at_most: int  # questions in one call
    worse: Worse
    questions: Mapping[str, Question]  # in the order of the file
    skip: tuple[Pattern, ...] = field(repr=False)
    things: tuple[Pattern, ...] = field(repr=False)  # a thing is broken, nobody is ill
    lexicon: Lexicon = field(repr=False)

    @classmethod
    def parse(cls, raw: Mapping[str, Any], readings: Readings | None = None) -> "TalkSheet":
        """The questions in `raw`, checked against their own examples; raises BadRules."""
        sheet = Sheet(name="talk.yaml", raw=raw)
        items = [(item, _question(sheet, item)) for item in sheet.items("questions")]
        questions = {one.name: one for _, one in items}
        if len(questions) < len(items) or HEALTH in questions:
            raise sheet.wrong(f"questions 里的 name 有重复，或者用了 {HEALTH}")
        skip = sheet.patterns("skip")
        things = sheet.patterns("things", exact=True)
        asked = [*skip, *things, *(p for one in questions.values() for p in (*one.good, *one.bad))]
        lists = sheet.lists("words")
        parts = {part: sheet.words_of(part, lists) for p in asked for part in p.parts}
        made = cls(
            at_most=_number(sheet, raw, "at_most", least=0),
            worse=_worse(sheet),
            questions=questions,
            skip=skip,
            things=things,
            lexicon=sheet.lexicon(parts, readings, by_sound_from=3),
        )
        for item, question in items:
            made._check(sheet.within(f"问题「{question.name}」", item), question)
        return made

    def read(self, name: str, words: str) -> Means:
        """What `words` answer to this question. A complaint beside something good wins."""
        sentence = plain(words)
        spots = self.lexicon.spots(sentence)
        question = self.questions[name]
        if not question.open and _said(question.bad, sentence, spots):
            return Means.BAD
        if _said(question.good, sentence, spots) and not (question.open and _long(sentence)):
            return Means.GOOD
        return Means.UNCLEAR

    def skips(self, words: str) -> bool:
        """Does the elder not want to be asked?"""
        sentence = plain(words)
        return _said(self.skip, sentence, self.lexicon.spots(sentence)) and not _long(sentence)

    def of_a_thing(self, words: str, complaint: str) -> bool:
        """Is it a thing of which this complaint is said, such as 坏了 of a tap?"""
        sentence = plain(words)
        spots = self.lexicon.spots(sentence)
        spans = (span for pattern in self.things for span in pattern.extents(spots))
        return any(complaint in sentence.words(span) for span in spans)

    def choose(self, last_asked: Mapping[str, datetime]) -> tuple[str, ...]:
        """What to ask in this call: first what was never asked, then what was asked longest ago."""
        never = [name for name in self.questions if name not in last_asked]
        known = [name for name in self.questions if name in last_asked]
        return tuple((never + sorted(known, key=lambda name: last_asked[name]))[: self.at_most])

    def title(self, topic: str) -> str:
        """The name of a topic on pages; a question that is not asked any more keeps its own."""
        question = self.questions.get(topic)
        return question.title if question else "身体" if topic == HEALTH else topic

    def _check(self, sheet: Sheet, question: Question) -> None:
        hears = sheet.raw.get("hears") or {}
        wanted = {"good": Means.GOOD, "bad": Means.BAD, "neither": Means.UNCLEAR}
        for name, means in wanted.items():
            for example in hears.get(name, ()):
                heard = self.read(question.name, str(example))
                if heard is not means:
                    raise sheet.wrong(f"例句「{example}」被听成了“{MEANS_WORDS[heard]}”")


def worsening(history: Sequence[Entry], rule: Worse, now: datetime) -> str | None:
    """The topic that became worse, `silent`, `more`, or None; `history` is the oldest first.

    Answers that a person was already asked to look into are to be left out of it.
    """
    last = history[-1] if history else None
    if last is None:
        return None
    row = [one for one in history if one.topic == last.topic and one.means in _WEIGHED]
    if last.means is Means.BAD and _all(row, rule.bad_in_a_row, Means.BAD):
        return last.topic
    asked = [one for one in history if one.topic != HEALTH]
    spoke = any(one.means is not Means.SILENT for one in asked)
    if last.means is Means.SILENT and spoke and _all(asked, rule.silent_in_a_row, Means.SILENT):
        return "silent"
    return "more" if last.means in _TROUBLE and _more(history, rule, now) else None


_WEIGHED = frozenset({Means.GOOD, Means.BAD})
_TROUBLE = frozenset({Means.BAD, Means.SILENT})


def _all(row: Sequence[Entry], length: int, means: Means) -> bool:
    return len(row) >= length and all(one.means is means for one in row[-length:])


def _more(history: Sequence[Entry], rule: Worse, now: datetime) -> bool:
    """Is the share of trouble of late several times that of the time before?"""
    since = now - timedelta(days=rule.recent_days)
    before = since - timedelta(days=rule.earlier_days)
    recent = [one.means in _TROUBLE for one in history if one.at > since]
    earlier = [one.means in _TROUBLE for one in history if before < one.at <= since]
    if sum(recent) < rule.recent_at_least or len(earlier) < rule.earlier_at_least:
        return False
    return sum(recent) * len(earlier) >= rule.times * sum(earlier) * len(recent)


def _said(patterns: Sequence[Pattern], sentence: Plain, spots: Spots) -> bool:
    return any(
        not denied(sentence, span) for pattern in patterns for span in pattern.extents(spots)
    )


_STORY = 12  # characters; longer words say more than that there is nothing to say


def _long(sentence: Plain) -> bool:
    return len(sentence.text) > _STORY


def _question(sheet: Sheet, item: Any) -> Question:
    if not isinstance(item, Mapping) or not isinstance(item.get("name"), str):
        raise sheet.wrong("questions 里每一项都要有 name")
    own = sheet.within(f"问题「{item['name']}」", item)
    for key in ("title", "ask"):
        if not isinstance(item.get(key), str) or not item[key].strip():
            raise own.wrong(f"缺少 {key}")
    wrong = too_much(item["ask"])
    if wrong:
        raise own.wrong(wrong)
    talk = own.flag("open", default=False)
    return Question(
        name=item["name"],
        title=item["title"],
        ask=item["ask"],
        open=talk,
        good=own.patterns("good"),
        bad=() if talk else own.patterns("bad"),
    )


def _number(sheet: Sheet, raw: Mapping[str, Any], key: str, least: int = 1) -> int:
    value = raw.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise sheet.wrong(f"{key} 应当是整数，不小于 {least}，现在是 {value!r}")
    return value


def _worse(sheet: Sheet) -> Worse:
    raw = sheet.raw.get("worse")
    if not isinstance(raw, Mapping):
        raise sheet.wrong("缺少 worse")
    own = sheet.within("worse", raw)
    return Worse(**{name: _number(own, raw, name) for name in Worse.__dataclass_fields__})
