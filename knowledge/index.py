"""The searchable index: how near each entry, article or gap, is to a question, as features."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.embedding import UniversalSentences
from knowledge.homophones import Repair
from knowledge.kinds import Kind, kinds_asked
from knowledge.lexical import Floats, GramIndex, Groups, character_grams, pinyin_grams
from knowledge.words import Lexicon

ASK_FEATURES = ("characters", "pinyin", "meaning")
FEATURES = (
    *(f"best_{name}" for name in ASK_FEATURES),  # the nearest example question
    *(f"third_{name}" for name in ASK_FEATURES),  # the mean of the three nearest
    "centre_meaning",  # the middle of all example questions
    "whole_characters",  # the share of the question that examples and text together contain
    "whole_pinyin",  # the same by sound
    "terms_met",  # the share of the question's policy words that the entry has
    "terms_missed",  # the share that it lacks
    "kinds_given",  # what is asked for (an amount, an address ...) and the entry gives
    "lacks_contact",  # a telephone number, an address or hours are asked for and not given
    "lacks_amount",
    "lacks_other",
    "is_gap",  # a question we must decline
    "is_elsewhere",  # not a matter of ours
)
QUESTION_FEATURES = ("bias", "uncovered", "short")
_CONTACT = ("phone", "address", "hours")
_AMOUNT = ("amount",)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What can be found: an article, a known gap, or a matter that is not ours."""

    id: str
    sort: str  # article, gap or elsewhere
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
        sorts = np.array([entry.sort for entry in self.entries])
        self._is_article = (sorts == "article").astype(np.float32)
        self._is_gap = (sorts == "gap").astype(np.float32)
        self._is_elsewhere = (sorts == "elsewhere").astype(np.float32)

    def canonical(self, text: str) -> str:
        """The text in policy words, as the index holds its examples."""
        return self._lexicon.canonical(text) or text

    def measure(self, question: str, leave_out: int | None = None) -> Measured:
        """The features of a raw question; `leave_out` hides one example, for training."""
        asked = self._repair(self._lexicon.canonical(question))
        meaning, centre = self._meanings(asked)
        by_ask = (self._ask_characters.cosines(asked), self._ask_pinyin.cosines(asked), meaning)
        covered = self._whole_characters.coverage(asked)
        sounded = self._whole_pinyin.coverage(asked)
        if leave_out is not None:
            self._hide(asked, leave_out, by_ask, covered, sounded)
        kinds = kinds_asked(self._kinds, asked)
        tops = [self.groups.tops(scores) for scores in by_ask]
        columns = [
            *(best for best, _ in tops),
            *(third for _, third in tops),
            centre,
            covered,
            sounded,
            *self._term_shares(asked),
            *self._kind_shares(kinds),
            self._is_gap,
            self._is_elsewhere,
        ]
        uncovered = 1 - float(max(covered.max(), sounded.max()))
        return Measured(
            question=asked,
            kinds=kinds,
            rows=np.stack(columns, axis=1),
            whole=np.array([1.0, uncovered, float(len(asked) < 4)], np.float32),
        )

    def _meanings(self, asked: str) -> tuple[Floats, Floats]:
        if self._meaning is None or not asked:
            return _zeros(len(self.asks)), _zeros(len(self.entries))
        return self._meaning.near(asked)

    def _hide(
        self, asked: str, ask: int, by_ask: Sequence[Floats], covered: Floats, sounded: Floats
    ) -> None:
        """Take one example question out of every measure, as if it had never been written."""
        for scores in by_ask:
            scores[ask] = 0
        entry = self.groups.group_of(ask)
        rest = [other for number, other in self.groups.members(entry, self.asks) if number != ask]
        without = "".join(rest) + self._texts[entry]
        covered[entry] = self._whole_characters.share(asked, without)
        sounded[entry] = self._whole_pinyin.share(asked, without)

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
        self._vectors = embedding.vectors(asks)
        self._centres = groups.centres(self._vectors)

    def near(self, asked: str) -> tuple[Floats, Floats]:
        """The nearness of every example question and of every entry's middle."""
        query = self._embedding.query(asked)
        return self._vectors @ query, self._centres @ query


def _zeros(size: int) -> Floats:
    return np.zeros(size, np.float32)


def _table(rows: Sequence[frozenset[str]], columns: Sequence[str]) -> npt.NDArray[np.float32]:
    found = [[column in row for column in columns] for row in rows]
    return np.array(found, np.float32).reshape(len(rows), len(columns))
