"""The searchable index: how near each entry, article or gap, is to a question, as features."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.embedding import UniversalSentences
from knowledge.kinds import Kind, kinds_asked
from knowledge.lexical import (
    Floats,
    GramIndex,
    best_of,
    character_grams,
    group_starts,
    pinyin_grams,
)
from knowledge.words import Lexicon

FEATURES = (
    "ask_characters",  # nearest example question, by characters
    "ask_pinyin",  # the same by sound
    "ask_meaning",  # the same by the sentence embedding
    "text_characters",  # the share of the question that the whole entry contains
    "text_pinyin",  # the same by sound
    "terms_met",  # the share of the question's policy words that the entry has
    "terms_missed",  # the share that it lacks
    "kinds_given",  # what is asked for (an amount, an address ...) and the entry gives
    "kinds_lacking",  # what is asked for and the entry cannot give
    "is_gap",  # a question we must decline
    "is_elsewhere",  # not a matter of ours
)
QUESTION_FEATURES = ("bias", "uncovered", "short")


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
        self._embedding = embedding
        asks = [[lexicon.canonical(ask) for ask in entry.asks] for entry in self.entries]
        flat = [ask for group in asks for ask in group]
        texts = [
            "".join(group) + lexicon.canonical_whole(entry.text)
            for group, entry in zip(asks, self.entries, strict=True)
        ]
        self._starts = group_starts(map(len, asks))
        self._ask_characters = GramIndex(flat, character_grams)
        self._ask_pinyin = GramIndex(flat, pinyin_grams)
        self._text_characters = GramIndex(texts, character_grams)
        self._text_pinyin = GramIndex(texts, pinyin_grams)
        self._has_term = _table([lexicon.terms_in(text) for text in texts], lexicon.terms)
        self._gives = _table([entry.gives for entry in self.entries], [kind.id for kind in kinds])
        self._vectors = embedding.vectors(flat) if embedding else None
        self._sorts = np.array([entry.sort for entry in self.entries])
        self.flat_asks = tuple(flat)
        self.ask_entry = np.repeat(np.arange(len(asks)), [len(group) for group in asks])

    def measure(self, question: str, leave_out: int | None = None) -> Measured:
        """The features of a raw question; `leave_out` hides one example, for training."""
        asked = self._lexicon.canonical(question)
        by_ask = [
            self._ask_characters.cosines(asked),
            self._ask_pinyin.cosines(asked),
            self._meanings(asked),
        ]
        if leave_out is not None:
            for scores in by_ask:
                scores[leave_out] = 0
        covered = self._text_characters.coverage(asked)
        sounded = self._text_pinyin.coverage(asked)
        kinds = kinds_asked(self._kinds, asked)
        columns = [*(best_of(scores, self._starts) for scores in by_ask), covered, sounded]
        columns += [*self._term_shares(asked), *self._kind_shares(kinds)]
        columns += [self._sorts == "gap", self._sorts == "elsewhere"]
        whole = [1.0, 1 - float(max(covered.max(), sounded.max())), float(len(asked) < 4)]
        return Measured(
            question=asked,
            kinds=kinds,
            rows=np.stack(columns, axis=1).astype(np.float32),
            whole=np.array(whole, np.float32),
        )

    def _meanings(self, asked: str) -> Floats:
        if self._embedding is None or self._vectors is None or not asked:
            return np.zeros(len(self.flat_asks), np.float32)
        return np.asarray(self._vectors @ self._embedding.query(asked), np.float32)

    def _term_shares(self, asked: str) -> tuple[Floats, Floats]:
        named = self._lexicon.terms_in(asked)
        terms = [number for number, term in enumerate(self._lexicon.terms) if term in named]
        if not terms:
            none = np.zeros(len(self.entries), np.float32)
            return none, none
        met = self._has_term[:, terms].mean(axis=1)
        return met, 1 - met

    def _kind_shares(self, kinds: tuple[Kind, ...]) -> tuple[Floats, Floats]:
        wanted = [number for number, kind in enumerate(self._kinds) if kind in kinds]
        if not wanted:
            none = np.zeros(len(self.entries), np.float32)
            return none, none
        met = self._gives[:, wanted].mean(axis=1)
        return met, np.where(self._sorts == "article", 1 - met, 0).astype(np.float32)


def _table(rows: Sequence[frozenset[str]], columns: Sequence[str]) -> Floats:
    found = [[column in row for column in columns] for row in rows]
    return np.array(found, np.float32).reshape(len(rows), len(columns))


def ranked(scores: npt.NDArray[np.float64]) -> list[int]:
    """Entry numbers, best first."""
    return [int(number) for number in np.argsort(-scores, kind="stable")]
