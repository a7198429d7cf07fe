"""The searchable index: how near each entry, article or gap, is to a question, as features."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.embedding import UniversalSentences
from knowledge.homophones import Repair
from knowledge.kinds import Kind, kinds_asked
from knowledge.lexical import Floats, GramIndex, Groups, character_grams, pinyin_grams
from knowledge.sorting import Sorter
from knowledge.words import Lexicon, tail

ASK_FEATURES = ("characters", "pinyin", "meaning")
FEATURES = (
    *(f"best_{name}" for name in ASK_FEATURES),  # the nearest example question
    *(f"third_{name}" for name in ASK_FEATURES),  # the mean of the three nearest
    "centre_meaning",  # the middle of all example questions
    "sorted",  # how clearly the question belongs here, by all its words and its meaning
    "whole_characters",  # the share of the question that examples and text together contain
    "whole_pinyin",  # the same by sound
    "tail_characters",  # the same three for the last clause: after a story it is the question
    "tail_meaning",
    "tail_sorted",
    "tail_covered",
    "terms_met",  # the share of the question's policy words that the entry has
    "terms_missed",  # the share that it lacks
    "kinds_given",  # what is asked for (an amount, an address ...) and the entry gives
    "lacks_contact",  # a telephone number, an address or hours are asked for and not given
    "lacks_amount",
    "lacks_other",
    "is_gap",  # a question we must decline
    "is_elsewhere",  # not a matter of ours
)
# of a question: how little of it anything covers, its length, how much gaps and other matters
# together claim it and its end, and how little of it the two nearest articles claim
QUESTION_FEATURES = ("bias", "uncovered", "short", "long", "refused", "tail_refused", "unclaimed")
_CONTACT = ("phone", "address", "hours")
_AMOUNT = ("amount",)
_LONG = 60  # characters of a long story
SOUND = 0.5  # how much sounds count beside characters, in sorting
ALIKE = 0.4  # how like two examples are that say something in nearly the same words
COUNTED = 1000  # of more entries only so many, the nearest, are sorted


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What can be found: an article, a known gap, or a matter that is not ours."""

    id: str
    sort: str  # article, gap or elsewhere
    topic: str  # empty of what is elsewhere
    asks: tuple[str, ...]  # title and example questions
    text: str  # everything else that it says
    gives: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One question against every entry: a row of FEATURES each, and QUESTION_FEATURES."""

    question: str  # in policy words
    kinds: tuple[Kind, ...]
    rows: Floats
    whole: Floats


class Index:
    """All entries of one state of the library. Never changes after it is built."""

    def __init__(
        self,
        entries: Sequence[Entry],
        lexicon: Lexicon,
        kinds: tuple[Kind, ...],
        embedding: UniversalSentences | None,
    ) -> None:
        self.entries = tuple(entries)
        self._lexicon = lexicon
        self._kinds = kinds
        asks = [[self.canonical(ask) for ask in entry.asks] for entry in self.entries]
        self.asks = tuple(ask for group in asks for ask in group)
        self.groups = Groups([len(group) for group in asks])
        self._texts = [lexicon.canonical_whole(entry.text) for entry in self.entries]
        whole = ["".join(group) + text for group, text in zip(asks, self._texts, strict=True)]
        self._repair = Repair(lexicon, [*self.asks, *self._texts])
        self._ask_characters = GramIndex(self.asks, character_grams)
        self._ask_pinyin = GramIndex(self.asks, pinyin_grams)
        self._whole_characters = GramIndex(whole, character_grams)
        self._whole_pinyin = GramIndex(whole, pinyin_grams)
        self._has_term = _table([lexicon.terms_in(text) for text in whole], lexicon.terms)
        self._gives = _table([entry.gives for entry in self.entries], [kind.id for kind in kinds])
        self._meaning = _Meaning(embedding, self.asks, self.groups) if embedding else None
        vectors = self._meaning.rows if self._meaning else None
        self._sorter = Sorter(self._portraits(self.asks, vectors), self.groups)
        sorts = np.array([entry.sort for entry in self.entries])
        self._is_article = (sorts == "article").astype(np.float32)
        self._is_gap = (sorts == "gap").astype(np.float32)
        self._is_elsewhere = (sorts == "elsewhere").astype(np.float32)

    def canonical(self, text: str) -> str:
        """The text in policy words, as the index holds its examples."""
        return self._lexicon.canonical(text) or text

    def measure(self, question: str, leave_out: Sequence[int] = ()) -> Measured:
        """The features of a raw question; `leave_out` hides examples, for training."""
        asked = self._repair(self._lexicon.canonical(question))
        end = self._repair(self._lexicon.canonical(tail(question))) or asked
        parts = [asked, end]
        vectors = self._meaning.vectors(parts) if self._meaning else None
        meaning, centres = self._meanings(vectors)
        by_ask = (
            self._ask_characters.cosines(asked),
            self._ask_pinyin.cosines(asked),
            meaning[0],
            self._ask_characters.cosines(end),
            meaning[1],
        )
        covered = self._whole_characters.coverage(asked)
        sounded = self._whole_pinyin.coverage(asked)
        ended = self._whole_characters.coverage(end)
        if leave_out:
            self._hide(asked, end, leave_out, by_ask, covered, sounded, ended)
        kinds = kinds_asked(self._kinds, asked)
        tops = [self.groups.tops(scores) for scores in by_ask]
        fits, end_fits = self._sorted(self._portraits(parts, vectors), covered, leave_out)
        ours, refused = self._is_article, 1 - self._is_article
        claims = (float(fits @ refused), float(end_fits @ refused))
        columns = [
            *(best for best, _ in tops[:3]),
            *(third for _, third in tops[:3]),
            centres,
            fits,
            covered,
            sounded,
            tops[3][0],
            tops[4][0],
            end_fits,
            ended,
            *self._term_shares(asked),
            *self._kind_shares(kinds),
            self._is_gap,
            self._is_elsewhere,
        ]
        whole = (
            1.0,
            1 - float(max(covered.max(), sounded.max())),
            float(len(asked) < 4),
            min(len(asked), _LONG) / _LONG,
            *claims,
            1 - float(np.sort(fits * ours)[-2:].sum()),
        )
        return Measured(
            question=asked,
            kinds=kinds,
            rows=np.stack(columns, axis=1),
            whole=np.array(whole, np.float32),
        )

    def alike(self, example: int) -> list[int]:
        """That example and all others, of any entry, that say it in nearly the same words."""
        scores = self._ask_characters.cosines(self.asks[example])
        scores[example] = 0
        return [example, *(int(other) for other in np.flatnonzero(scores >= ALIKE))]

    def _portraits(self, texts: Sequence[str], vectors: Floats | None) -> Floats:
        """Each text as one row: its meaning, its characters and its sounds."""
        characters = np.stack([self._ask_characters.folded(text) for text in texts])
        sounds = np.stack([self._ask_pinyin.folded(text) for text in texts])
        known = [] if vectors is None else [vectors]
        return np.concatenate([*known, characters, SOUND * sounds], axis=1)

    def _sorted(self, portraits: Floats, covered: Floats, leave_out: Sequence[int]) -> Floats:
        if leave_out:
            return self._sorter.scores_without(portraits, leave_out)
        if len(covered) > COUNTED:
            near = np.argpartition(-covered, COUNTED)[:COUNTED]
            return self._sorter.scores(portraits, near)
        return self._sorter.scores(portraits)

    def _meanings(self, vectors: Floats | None) -> tuple[Floats, Floats]:
        """How near every example is to question and end, and each middle to the question."""
        if self._meaning is None or vectors is None:
            return np.zeros((2, len(self.asks)), np.float32), _zeros(len(self.entries))
        return vectors @ self._meaning.rows.T, self._meaning.centres @ vectors[0]

    def _hide(
        self,
        asked: str,
        end: str,
        leave_out: Sequence[int],
        by_ask: Sequence[Floats],
        covered: Floats,
        sounded: Floats,
        ended: Floats,
    ) -> None:
        """Take example questions out of every measure, as if they had never been written."""
        for scores in by_ask:
            scores[list(leave_out)] = 0
        for entry in {self.groups.group_of(ask) for ask in leave_out}:
            members = self.groups.members(entry, self.asks)
            rest = [other for number, other in members if number not in leave_out]
            without = "".join(rest) + self._texts[entry]
            covered[entry] = self._whole_characters.share(asked, without)
            sounded[entry] = self._whole_pinyin.share(asked, without)
            ended[entry] = self._whole_characters.share(end, without)

    def _term_shares(self, asked: str) -> tuple[Floats, Floats]:
        named = self._lexicon.terms_in(asked)
        terms = [number for number, term in enumerate(self._lexicon.terms) if term in named]
        if not terms:
            return _zeros(len(self.entries)), _zeros(len(self.entries))
        met: Floats = self._has_term[:, terms].mean(axis=1)
        return met, 1 - met

    def _kind_shares(self, kinds: tuple[Kind, ...]) -> list[Floats]:
        wanted = {kind.id: at for at, kind in enumerate(self._kinds) if kind in kinds}
        if not wanted:
            return [_zeros(len(self.entries))] * 4
        given: Floats = self._gives[:, list(wanted.values())].mean(axis=1)
        others = [name for name in wanted if name not in (*_CONTACT, *_AMOUNT)]
        lacking = [
            self._lacks([wanted[name] for name in names if name in wanted])
            for names in (_CONTACT, _AMOUNT, others)
        ]
        return [given, *lacking]

    def _lacks(self, kinds: list[int]) -> Floats:
        if not kinds:
            return _zeros(len(self.entries))
        lacking: Floats = (1 - self._gives[:, kinds].min(axis=1)) * self._is_article
        return lacking


class _Meaning:
    """The example questions as vectors, and the middle of each entry's."""

    def __init__(self, embedding: UniversalSentences, asks: Sequence[str], groups: Groups) -> None:
        self._embedding = embedding
        self.rows = embedding.vectors(asks)
        self.centres = groups.centres(self.rows)

    def vectors(self, texts: Sequence[str]) -> Floats:
        """One row for each text."""
        return self._embedding.queries(texts)


def _zeros(size: int) -> Floats:
    return np.zeros(size, np.float32)


def _table(rows: Sequence[frozenset[str]], columns: Sequence[str]) -> npt.NDArray[np.float32]:
    found = [[column in row for column in columns] for row in rows]
    return np.array(found, np.float32).reshape(len(rows), len(columns))
