"""How rules that are written as data look for words in what a person said.

A sentence is first folded (`plaintext.plain`). A `Lexicon` then spots every word that any rule
knows, exactly or by sound, in one pass. A `Pattern` finally asks for some of those words in an
order and at a distance. `denied` and `masked` say when a word that was spotted does not count.
Nothing here knows what the words mean; `danger` and `answers` do.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from callcenter.domain.plaintext import Plain, Span, plain

Readings = Callable[[str], Sequence[str]]
"""The readings of one character without tones, the commonest first: 长 -> ["chang", "zhang"]."""

Spots = Mapping[str, Sequence[Span]]
"""For each part of a pattern, where it stands, in order of the first character."""

SOON = 3  # characters that may stand between two parts with only a space between them
LATER = 10  # characters that "…" may stand for
EXACT = "exactly:"  # before the name of a part: none of its words is taken by sound
ASIDE = 24  # characters between two parts joined by "+"


class BadPattern(ValueError):
    """A pattern or word list that cannot be read; the text says which and why."""


_QUESTIONS = re.compile(
    "有没有|是不是|会不会|能不能|要不要|好不好|对不对|不会是|别是|不要是|没想到"
)
_DENIAL = re.compile(
    "谁(?:会|要|想|还)?$|(?:没|谁|不)说(?:过)?(?:我|他)?$|不用(?:再|去)?$|不是我(?:要|说|想|在)?$|(?:差点|差一点|差点儿|险些)(?:就|要|被|给)?$|"
    "(?:没|不|(?<![特分个区告级性])别|未|无|并非|否认)"
    "(?:有|是|会|再|曾|觉得|觉着|感觉|感到|感|发生|出现|什么|怎么|怎|太|大|很|特别|地方|哪里|哪儿|人|过|在|说|打算)*$"
)
_DENIED_AFTER = re.compile("^(?:倒没有?|是没有?的?|没有过|没有的|的没有|不存在)$")
_DENIAL_REACH = 8  # characters before a word in which a denial of it is looked for

_LOOSE = (
    (re.compile("^zh"), "z"),
    (re.compile("^ch"), "c"),
    (re.compile("^sh"), "s"),
    (re.compile("(?<=[aei])ng$"), "n"),
)


# Characters so common that a recogniser writes them right: 火是 is not heard as 火势.
_COMMON = frozenset("的了是在有不我你他们这那一个都也要会能和说讲去来上下里吗很还可什么谁家自己")

# Characters that tell little on their own: 烟了 is not heard as 僵了 for the sake of 了.
_TELLS_LITTLE = _COMMON | frozenset("了人不来起上去下出过着得到没好就大小多开")


def _least_same(length: int) -> int:
    """How many characters of a word must be right for the others to be taken by sound."""
    return length - 1 if length <= 3 else length - 2


def _loosely(readings: Readings) -> Readings:
    """At most three readings of a character, loosened, each once."""
    return lambda char: tuple(dict.fromkeys(_loose(reading) for reading in readings(char)))[:3]


def _loose(reading: str) -> str:
    """A reading without what southern speakers and recognisers mix up: zh/z, eng/en."""
    for what, by in _LOOSE:
        reading = what.sub(by, reading)
    return reading


def denied(sentence: Plain, span: Span) -> bool:
    """Is the word at `span` denied by what stands before it in its clause (没有摔倒)?"""
    start = max(0, span[0] - _DENIAL_REACH)
    clause = sentence.clause_of(span[0])
    while start < span[0] and sentence.clauses[start] != clause:
        start += 1
    before = _QUESTIONS.sub("？", sentence.text[start : span[0]])
    return bool(_DENIAL.search(before))


def denied_after(sentence: Plain, span: Span) -> bool:
    """摔倒倒没有: a denial that follows and ends the clause."""
    end = span[1]
    while end < len(sentence.text) and end - span[1] < 6:
        if sentence.clauses[end] != sentence.clauses[span[1] - 1]:
            break
        end += 1
    return bool(_DENIED_AFTER.match(sentence.text[span[1] : end]))


def masked(span: Span, masks: Sequence[Span]) -> bool:
    """Does the word at `span` belong to one of `masks` (sorted) and so not count?"""
    index = bisect_right(masks, (span[0], 1 << 30))
    for mask in masks[max(0, index - 3) : index + 1]:
        overlap = mask[0] < span[1] and span[0] < mask[1]
        if overlap and (mask[0] <= span[0] and span[1] <= mask[1]):
            return True
        if overlap and span[1] - span[0] <= mask[1] - mask[0]:
            return True
    return False


@dataclass(frozen=True, kw_only=True)
class _Entry:
    part: str  # the part of a pattern that this word belongs to
    word: str  # the folded word
    least: int  # how many characters must be the same, the others sounding alike

    def close_to(self, piece: str) -> bool:
        pairs = list(zip(self.word, piece, strict=True))
        others = {heard for written, heard in pairs if heard != written}
        right = [heard for written, heard in pairs if heard == written]
        telling = self.least == 0 or any(char not in _TELLS_LITTLE for char in right)
        return len(right) >= self.least and telling and not _COMMON & others


@dataclass(frozen=True, kw_only=True)
class _Branch:
    """A tree of sounds; a word hangs at the end of the way its readings show."""

    next: dict[str, "_Branch"] = field(default_factory=dict)
    entries: list[_Entry] = field(default_factory=list)

    def leaf(self, sounds: Sequence[str]) -> "_Branch":
        branch = self
        for sound in sounds:
            branch = branch.next.setdefault(sound, _Branch())
        return branch

    def words_at(self, sounds: Sequence[Sequence[str]], start: int) -> Iterator[tuple[int, _Entry]]:
        """Each word that sounds like the text from `start`, with the place after it."""
        reached = [self]
        for end in range(start, len(sounds)):
            reached = [
                branch.next[sound]
                for branch in reached
                for sound in sounds[end]
                if sound in branch.next
            ]
            if not reached:
                return
            for branch in reached:
                for entry in branch.entries:
                    yield end + 1, entry


class Lexicon:
    """All words of a set of rules, spotted together.

    A word matches by its characters. If readings are known it also matches by sound: up to three
    characters if all but one are right, longer words if all but two are. `~word` needs no right
    character, `=word` needs all of them. Words shorter than `by_sound_from` match by characters.
    """

    def __init__(
        self,
        parts: Mapping[str, Sequence[str]],
        readings: Readings | None,
        *,
        by_sound_from: int = 2,
    ) -> None:
        self._by_sound_from = by_sound_from
        self._readings = cache(_loosely(readings)) if readings else None
        self._exact: dict[str, set[str]] = {}
        self._sounds = _Branch()
        for part, words in parts.items():
            for word in words:
                self._add(part, word)
        self._lengths = sorted({len(word) for word in self._exact})

    def _add(self, part: str, written: str) -> None:
        word = plain(written.lstrip("~=")).text
        if not word:
            raise BadPattern(f"「{written}」里没有可以识别的字")
        self._exact.setdefault(word, set()).add(part)
        shortest = 2 if written.startswith("~") else self._by_sound_from
        if self._readings is None or written.startswith("=") or len(word) < shortest:
            return
        least = 0 if written.startswith("~") else _least_same(len(word))
        entry = _Entry(part=part, word=word, least=least)
        for sounds in product(*(self._readings(char) for char in word)):
            self._sounds.leaf(sounds).entries.append(entry)

    def spots(self, sentence: Plain) -> dict[str, list[Span]]:
        """Every place of every part, each list in order of the first character."""
        text = sentence.text
        sounds = [self._readings(char) for char in text] if self._readings else []
        found: dict[str, list[Span]] = {}
        for start in range(len(text)):
            parts = {
                (start + n, part)
                for n in self._lengths
                if start + n <= len(text)
                for part in self._exact.get(text[start : start + n], ())
            }
            for end, entry in self._sounds.words_at(sounds, start):
                together = sentence.clauses[start] == sentence.clauses[end - 1]
                if together and entry.close_to(text[start:end]):
                    parts.add((end, entry.part))
            for end, part in sorted(parts):
                found.setdefault(part, []).append((start, end))
        return found


@dataclass(frozen=True, kw_only=True)
class _Step:
    part: str  # what must stand here
    reach: int  # at most so many characters after the step before


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """Words in an order: `{跌} … 起不来|爬不起来`; `a + b` in either order, near each other."""

    written: str  # as it stands in the data
    chains: tuple[tuple[_Step, ...], ...]  # chains joined by "+"

    @property
    def parts(self) -> set[str]:
        """The parts that a lexicon must know for this pattern."""
        return {step.part for chain in self.chains for step in chain}

    @classmethod
    def parse(cls, written: str, *, exact: bool = False) -> "Pattern":
        """Reads one line of the pattern language; raises BadPattern.

        An `exact` pattern takes no word by sound: what excuses a danger must be certain.
        """
        chains = tuple(_chain(piece, written, exact=exact) for piece in written.split("+"))
        return cls(written=written, chains=chains)

    def matches(self, spots: Spots) -> Iterator[tuple[Span, ...]]:
        """Each match, as the spans of its steps, in the order in which the steps are written."""
        for first in _runs(self.chains[0], spots):
            rest = [_near(first, chain, spots) for chain in self.chains[1:]]
            if all(rest):
                yield first + tuple(span for run in rest for span in run)

    def extents(self, spots: Spots) -> Iterator[Span]:
        """Each match, from its first character to the one after its last."""
        for run in self.matches(spots):
            yield min(span[0] for span in run), max(span[1] for span in run)


def _chain(piece: str, written: str, *, exact: bool) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    reach = SOON
    for word in piece.split():
        if word == "…":
            reach = LATER
            continue
        steps.append(_Step(part=EXACT * exact + word, reach=reach))
        reach = SOON
    if not steps or reach == LATER:
        raise BadPattern(f"句式「{written}」不完整：两边都要有词")
    return tuple(steps)


def _runs(chain: tuple[_Step, ...], spots: Spots) -> Iterator[tuple[Span, ...]]:
    for first in spots.get(chain[0].part, ()):
        run = _continued((first,), chain[1:], spots)
        if run:
            yield run


def _continued(
    run: tuple[Span, ...], steps: tuple[_Step, ...], spots: Spots
) -> tuple[Span, ...] | None:
    if not steps:
        return run
    end = run[-1][1]
    places = spots.get(steps[0].part, ())
    for index in range(bisect_left(places, (end, 0)), len(places)):
        if places[index][0] > end + steps[0].reach:
            break
        whole = _continued((*run, places[index]), steps[1:], spots)
        if whole:
            return whole
    return None


def _near(run: tuple[Span, ...], chain: tuple[_Step, ...], spots: Spots) -> tuple[Span, ...]:
    """The first run of `chain` close to `run` that does not overlap it; empty if there is none."""
    low, high = run[0][0] - ASIDE, run[-1][1] + ASIDE
    places = spots.get(chain[0].part, ())
    for index in range(bisect_left(places, (low, 0)), len(places)):
        if places[index][0] > high:
            break
        other = _continued((places[index],), chain[1:], spots)
        if other and (other[-1][1] <= run[0][0] or other[0][0] >= run[-1][1]):
            return other
    return ()


def words_of(part: str, lists: Mapping[str, Sequence[str]]) -> list[str]:
    """The words of `a|b|{list}`, lists within lists included; raises BadPattern."""
    words = _words_of(part.removeprefix(EXACT), lists, ())
    if part.startswith(EXACT):
        return ["=" + word.lstrip("~=") for word in words]
    return words


def _words_of(part: str, lists: Mapping[str, Sequence[str]], inside: tuple[str, ...]) -> list[str]:
    words: list[str] = []
    for option in part.split("|"):
        if not option.startswith("{"):
            words.append(option)
            continue
        name = option.strip("{}")
        if name not in lists:
            raise BadPattern(f"用到了没有定义的词表「{name}」，请先写在 words 里")
        if name in inside:
            raise BadPattern(f"词表「{name}」绕回了自己")
        for member in lists[name]:
            words += _words_of(member, lists, (*inside, name))
    return words
