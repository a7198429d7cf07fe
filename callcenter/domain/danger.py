"""Danger words: the safety net that stands before and beside the assistant on every channel.

The rules are data (`policy/danger.yaml`) that care staff review. A rule says which words, near each
other, mean danger; this module says when words that were found do not count: denied (没摔倒), part
of a harmless expression (救命稻草), long past, over (火已经灭了), only imagined (万一摔倒), heard
on television, or the subject of a question about policy (中风了能申请长护险吗). Where the two pull
against each other the danger is reported as not certain: a person should take over, but no
escalation is raised.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from callcenter.domain.phrases import (
    Lexicon,
    Pattern,
    Readings,
    Spots,
    denied,
    denied_after,
    masked,
)
from callcenter.domain.plaintext import Plain, Span, plain
from callcenter.domain.rulesheet import BadRules, Sheet

__all__ = ["BadRules", "Danger", "DangerRules", "Kind"]

DENIED_SHARE = 0.1  # a model that gives all danger less than this hears none (docs/danger.md)


class Kind(StrEnum):
    """What is the danger."""

    FALL = "fall"
    CHEST_PAIN = "chest_pain"
    BREATHING = "breathing"
    STROKE = "stroke"
    FIRE = "fire"
    GAS = "gas"
    MISSING = "missing"
    NO_RESPONSE = "no_response"
    OTHER = "other"  # choking, heatstroke, low sugar, burns, shock, medicine, bleeding, break-in
    CRISIS = "crisis"  # a hint at ending one's life


@dataclass(frozen=True, kw_only=True)
class Danger:
    """What was found in a sentence."""

    kind: Kind
    words: str  # the words it rests on, as they were said
    rule: str  # the rule that found it
    certain: bool = True  # False: let a person take over, raise no escalation
    doubted: bool = False  # the learned ear hears little of it

    def denied_by(self, share: float) -> bool:
        """Whether two nets deny what one found, if the model gives all danger that share (0 to 1).

        It is then `certain=False`: a person takes over, but nobody else is alarmed.
        """
        return self.doubted and share < DENIED_SHARE


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of `policy/danger.yaml`."""

    name: str
    kind: Kind
    say: tuple[Pattern, ...]  # any of these
    unless: tuple[Pattern, ...]  # none of these close by
    acute: bool  # a question about policy makes it uncertain, not void
    certain: bool  # False: always a matter for a person
    hears: tuple[str, ...]  # must be found
    not_: tuple[str, ...]  # must not be found as certain


SETTINGS = ("far", "near", "now", "if", "told", "about", "habit")
"""The lists under `setting`: what takes the danger out of words that were found."""

_LASTING = frozenset({Kind.MISSING, Kind.NO_RESPONSE, Kind.CRISIS})  # yesterday's is today's
_SHORT, _REMEMBERED = 300, 1024  # characters, and how many texts of no more than that
_AROUND = 14  # characters around a match in which a question about policy or an exception counts
_AHEAD = 12  # characters before a match in which an imagined or told case is announced
_BEHIND = 10  # characters after a match in which "that was last year" counts
_KEYS = {"name", "kind", "say", "unless", "acute", "certain", "hears", "not"}
_SETTING = "setting:"
_OVER = "over:"
_UNDENIABLE = {_SETTING + name for name in SETTINGS if name != "if"}  # 不小心摔了 imagines nothing


@dataclass(frozen=True, kw_only=True)
class _Scene:
    """A sentence with everything that the rules know in it."""

    sentence: Plain
    spots: Spots

    def between(self, part: str, low: int, high: int) -> bool:
        """Does a word of `part` lie between two places of the text?"""
        return next(self.window(part, low, high), None) is not None

    def window(self, part: str, low: int, high: int) -> Iterator[Span]:
        """The words of `part` between two places of the text."""
        places = self.spots.get(part, ())
        for index in range(bisect_right(places, (low, -1)), len(places)):
            if places[index][0] > high:
                return
            if places[index][1] <= high:
                yield places[index]

    def last_before(self, part: str, place: int) -> int:
        """Where the last word of `part` before `place` starts; -1 if there is none."""
        places = self.spots.get(part, ())
        index = bisect_right(places, (place, -1))
        return places[index - 1][0] if index else -1

    def clause_start(self, place: int) -> int:
        """The first character of the clause at `place`, looking back a bounded way."""
        clause = self.sentence.clause_of(place)
        start = place
        while start > 0 and place - start < _AHEAD and self.sentence.clauses[start - 1] == clause:
            start -= 1
        return start


@dataclass(frozen=True, kw_only=True)
class DangerRules:
    """All rules, ready to be asked."""

    rules: tuple[Rule, ...] = field(repr=False)
    harmless: tuple[Pattern, ...] = field(repr=False)  # expressions whose words do not count
    lexicon: Lexicon = field(repr=False)
    _heard: dict[str, Danger | None] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def parse(cls, raw: Mapping[str, Any], readings: Readings | None = None) -> "DangerRules":
        """The rules in `raw`, checked against their own examples.

        `readings` gives the readings of one character without tones; without it nothing is matched
        by sound and examples marked `~` are not checked. Raises BadRules.
        """
        sheet = Sheet(name="danger.yaml", raw=raw)
        rules = tuple(_rule(sheet, item, n) for n, item in enumerate(sheet.items("rules"), 1))
        harmless = sheet.patterns("setting", "harmless", exact=True)
        parts = _parts(sheet, rules, harmless)
        _check_length(sheet, rules, parts)
        lexicon = sheet.lexicon(parts, readings)
        made = cls(rules=rules, harmless=harmless, lexicon=lexicon)
        made._check_examples(by_sound=readings is not None)
        return made

    def find(self, text: str) -> Danger | None:
        """The danger in `text`: the first certain one, else the first uncertain one, else None.

        Never raises; its time is bounded, as `plain` keeps only the ends of a very long text. The
        same words are asked about several times in one turn: the latest answers are remembered.
        """
        try:
            return self._heard[text]
        except KeyError:
            found = self._look_for(text)
        if len(text) <= _SHORT:
            if len(self._heard) >= _REMEMBERED:
                self._heard.clear()
            self._heard[text] = found
        return found

    def _look_for(self, text: str) -> Danger | None:
        scene = self._scene(plain(text))
        doubt: Danger | None = None
        for rule in self.rules:
            for danger in self._found_by(rule, scene):
                if danger.certain:
                    return danger
                doubt = doubt or danger
        return doubt

    def _scene(self, sentence: Plain) -> _Scene:
        spots = self.lexicon.spots(sentence)
        masks = sorted(
            (start, end)
            for pattern in self.harmless
            for start, end in pattern.extents(spots)
            if sentence.clauses[start] == sentence.clauses[end - 1]  # 添麻烦，死了 is not 烦死
        )
        kept = {
            part: [
                span
                for span in spans
                if part in _UNDENIABLE or not (masked(span, masks) or denied(sentence, span))
            ]
            for part, spans in spots.items()
        }
        return _Scene(sentence=sentence, spots=kept)

    def _found_by(self, rule: Rule, scene: _Scene) -> Iterator[Danger]:
        exceptions = sorted(span for one in rule.unless for span in one.extents(scene.spots))
        for pattern in rule.say:
            for run in pattern.matches(scene.spots):
                span = (min(s[0] for s in run), max(s[1] for s in run))
                if _excepted(exceptions, span):
                    continue
                certain = self._certainty(rule, scene, span, event=max(s[0] for s in run))
                if certain is not None:
                    words = scene.sentence.words(span)
                    yield Danger(kind=rule.kind, words=words, rule=rule.name, certain=certain)

    def _certainty(self, rule: Rule, scene: _Scene, span: Span, event: int) -> bool | None:
        """True, False for a matter that a person should judge, None for no danger."""
        frame = _frame(scene, event, span[1])
        over = scene.between(_OVER + rule.kind, span[1], span[1] + 2 * _AROUND)
        if frame == "far" or denied_after(scene.sentence, span):
            return None
        if over:
            return None if frame == "near" or not rule.acute else False
        imagined = ("told",) if rule.kind is Kind.CRISIS else ("if", "told")  # 要是死了就好了
        if _announced(scene, span, imagined):
            return None
        if _asked_about(scene, span):
            return False if rule.acute else None
        if rule.kind in _LASTING:
            return rule.certain
        return rule.certain and frame != "near" and not _habitual(scene, span)

    def _check_examples(self, *, by_sound: bool) -> None:
        for rule in self.rules:
            for example in rule.hears:
                if example.startswith("~") and not by_sound:
                    continue
                found = self.find(example.lstrip("~"))
                if found is None or found.kind != rule.kind or found.certain != rule.certain:
                    raise BadRules(_missed(rule, example, found))
            for example in rule.not_:
                found = self.find(example)
                if found is not None and found.certain:
                    raise BadRules(
                        f"规则「{rule.name}」：反例「{example}」被规则「{found.rule}」当成危险"
                        f"（听到「{found.words}」）；请改规则，或把说法写进 setting.harmless"
                    )


def _excepted(exceptions: Sequence[Span], span: Span) -> bool:
    """Does one of the (sorted) exceptions of a rule stand around what it found?"""
    low, high = span[0] - _AROUND, span[1] + _AROUND
    for index in range(bisect_right(exceptions, (low, -1)), len(exceptions)):
        if exceptions[index][0] > high:
            return False
        if exceptions[index][1] <= high:
            return True
    return False


def _frame(scene: _Scene, event: int, end: int) -> str:
    """Which time the event belongs to: the last time word before it, else one soon after it."""
    last = {name: scene.last_before(_SETTING + name, event) for name in ("far", "near", "now")}
    frame = max(last, key=lambda name: last[name])
    if last[frame] >= 0:
        still = frame == "near" and scene.between(_SETTING + "now", end, end + _BEHIND)
        return "now" if still else frame
    return "far" if scene.between(_SETTING + "far", end, end + _BEHIND) else "now"


def _asked_about(scene: _Scene, span: Span) -> bool:
    """Is it the subject of a question about policy, close by in this clause or the next?

    A question that came first is left behind by a word of the present (…怎么申请，现在我胸口痛).
    """
    clauses = scene.sentence.clauses
    here = (clauses[span[0]] - 1, clauses[span[1] - 1] + 1)
    for start, end in scene.window(_SETTING + "about", span[0] - _AROUND, span[1] + _AROUND):
        before = end <= span[0]
        left_behind = before and scene.between(_SETTING + "now", end, span[1])
        if here[0] <= clauses[start] <= here[1] and not left_behind:
            return True
    return False


def _habitual(scene: _Scene, span: Span) -> bool:
    """Is it an old complaint that comes and goes, and nothing says that it came just now?"""
    low = span[0] - _AHEAD
    habit = scene.between(_SETTING + "habit", low, span[1])
    return habit and not scene.between(_SETTING + "now", low, span[1] + _BEHIND)


def _announced(scene: _Scene, span: Span, settings: Sequence[str]) -> bool:
    """Is the case imagined (万一…) or told about others (电视里…) by words just before it?"""
    start = scene.clause_start(span[0])
    return any(scene.between(_SETTING + name, start, span[1]) for name in settings)


def _missed(rule: Rule, example: str, found: Danger | None) -> str:
    start = f"规则「{rule.name}」：例句「{example}」"
    if found is None:
        return start + "没有被听出来；请在 say 里补上这种说法，或检查 unless 和 setting"
    if found.kind != rule.kind:
        return start + f"先被规则「{found.rule}」听成了 {found.kind}；请调整规则的先后或说法"
    return (
        start
        + ("应当是确定的，却成了存疑" if rule.certain else "应当存疑，却成了确定")
        + f"（规则「{found.rule}」）"
    )


def _rule(sheet: Sheet, item: Any, number: int) -> Rule:
    if not isinstance(item, Mapping) or not item.get("name"):
        raise sheet.wrong(f"第 {number} 条规则没有 name：每条规则都要有名字")
    name = str(item["name"])
    where = f"规则「{name}」"
    strange = set(item) - _KEYS
    if strange:
        raise sheet.wrong(f"{where}里有不认识的项：{'、'.join(sorted(map(str, strange)))}")
    if item.get("kind") not in set(Kind):
        raise sheet.wrong(f"{where}的 kind 应当是其中之一：{'、'.join(Kind)}")
    own = sheet.within(where, item)
    return Rule(
        name=name,
        kind=Kind(item["kind"]),
        say=own.patterns("say"),
        unless=own.patterns("unless", exact=True) if "unless" in item else (),
        acute=own.flag("acute", default=False),
        certain=own.flag("certain", default=True),
        hears=tuple(own.strings("hears")),
        not_=tuple(own.strings("not")),
    )


def _parts(
    sheet: Sheet, rules: Sequence[Rule], harmless: Sequence[Pattern]
) -> dict[str, list[str]]:
    """Every part that a pattern or a setting asks for, with its words."""
    lists = sheet.lists("words")
    asked = [pattern for rule in rules for pattern in (*rule.say, *rule.unless)] + list(harmless)
    parts = {part: sheet.words_of(part, lists) for pattern in asked for part in pattern.parts}
    for name in SETTINGS:
        parts[_SETTING + name] = ["=" + word for word in sheet.strings("setting", name)]
    for kind in Kind:
        parts[_OVER + kind] = ["=" + word for word in sheet.strings("over", kind)]
    return parts


def _check_length(sheet: Sheet, rules: Sequence[Rule], parts: Mapping[str, Sequence[str]]) -> None:
    """One character on its own is in half of all sentences."""
    for rule in rules:
        for pattern in rule.say:
            for word in parts[next(iter(pattern.parts))] if len(pattern.parts) == 1 else ():
                if len(plain(word.lstrip("~=")).text) < 2:
                    raise sheet.wrong(
                        f"规则「{rule.name}」：单独一个「{word}」太容易听错，请写长一点，或加上别的词"
                    )
