"""Character and pinyin n-grams: a small inverted index with cosine and coverage."""

import math
import zlib
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from knowledge.words import syllable

Floats = npt.NDArray[np.float32]
Grams = Callable[[str], list[str]]
TOP = 3  # examples that a group is judged by


def character_grams(text: str) -> list[str]:
    """Characters in ones, twos and threes."""
    return [text[at : at + size] for size in (1, 2, 3) for at in range(len(text) - size + 1)]


def pinyin_grams(text: str) -> list[str]:
    """Toneless syllables in twos and threes: what a recognition error leaves intact."""
    sounds = [syllable(character) for character in text]
    return [
        " ".join(sounds[at : at + size]) for size in (2, 3) for at in range(len(sounds) - size + 1)
    ]


FOLDS = 768  # columns that all grams are folded into, for `GramIndex.folded`


class GramIndex:
    """TF-IDF over grams. `cosines` compares with every text, `coverage` asks how much is met."""

    def __init__(self, texts: Sequence[str], grams: Grams) -> None:
        self._grams = grams
        self.size = len(texts)
        counted = [Counter(grams(text)) for text in texts]
        spread = Counter(gram for counts in counted for gram in counts)
        self._ids = {gram: number for number, gram in enumerate(spread)}
        self._idf = np.array([_idf(self.size, seen) for seen in spread.values()], np.float32)
        self._rare = _idf(self.size, 0)
        marks = np.array([zlib.crc32(gram.encode()) for gram in spread], np.int64)
        self._fold = marks % FOLDS
        self._sign = np.where((marks >> 20) & 1, 1, -1).astype(np.float32)
        self._fill(counted)

    def _fill(self, counted: list[Counter[str]]) -> None:
        rows = np.repeat(np.arange(self.size), [len(counts) for counts in counted])
        columns = np.array([self._ids[gram] for counts in counted for gram in counts], np.int64)
        times = np.array([seen for counts in counted for seen in counts.values()], np.float32)
        weights = (1 + np.log(np.maximum(times, 1))) * self._idf[columns]
        norms = np.sqrt(np.bincount(rows, weights**2, minlength=self.size))
        norms[norms == 0] = 1
        order = np.argsort(columns, kind="stable")
        self._rows = rows[order].astype(np.int32)
        self._weights = (weights / norms[rows])[order].astype(np.float32)
        self._starts = np.searchsorted(columns[order], np.arange(len(self._ids) + 1))

    def cosines(self, text: str) -> Floats:
        """The similarity of every indexed text with this one, from 0 to 1."""
        scores = np.zeros(self.size, np.float32)
        asked = self._weigh(text)
        norm = math.sqrt(sum(weight**2 for _, weight in asked)) or 1.0
        for gram, weight in asked:
            if gram >= 0:
                part = slice(self._starts[gram], self._starts[gram + 1])
                scores[self._rows[part]] += self._weights[part] * np.float32(weight / norm)
        return scores

    def coverage(self, text: str) -> Floats:
        """For every indexed text, the share of this text's weight that it contains."""
        scores = np.zeros(self.size, np.float32)
        asked = self._weigh(text)
        whole = sum(weight for _, weight in asked) or 1.0
        for gram, weight in asked:
            if gram >= 0:
                part = slice(self._starts[gram], self._starts[gram + 1])
                scores[self._rows[part]] += np.float32(weight / whole)
        return scores

    def folded(self, text: str) -> Floats:
        """The text as FOLDS numbers of length one: its known grams, each with its weight.

        Grams share columns, with signs that make what they add to each other even out.
        """
        known = [(gram, weight) for gram, weight in self._weigh(text) if gram >= 0]
        row = np.zeros(FOLDS, np.float32)
        if known:
            grams, weights = (np.array(part) for part in zip(*known, strict=True))
            np.add.at(row, self._fold[grams], self._sign[grams] * weights.astype(np.float32))
            row /= max(float(np.linalg.norm(row)), 1e-9)
        return row

    def share(self, text: str, other: str) -> float:
        """The share of the first text's weight that the other contains."""
        asked = self._weigh(text, frozenset(self._grams(other)))
        whole = sum(weight for _, weight in self._weigh(text)) or 1.0
        return sum(weight for _, weight in asked) / whole

    def _weigh(self, text: str, within: frozenset[str] | None = None) -> list[tuple[int, float]]:
        found = []
        for gram, times in Counter(self._grams(text)).items():
            if within is not None and gram not in within:
                continue
            number = self._ids.get(gram, -1)
            idf = float(self._idf[number]) if number >= 0 else self._rare
            found.append((number, (1 + math.log(times)) * idf))
        return found


def _idf(size: int, seen: int) -> float:
    return math.log(1 + (size - seen + 0.5) / (seen + 0.5))


class Groups:
    """Texts laid end to end in groups: the examples of each entry."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = np.array(sizes, np.int64)
        self._starts = np.cumsum([0, *sizes], dtype=np.int64)
        self._of = np.repeat(np.arange(len(sizes)), sizes)
        width = max(sizes, default=1)
        within = np.arange(self._starts[-1]) - self._starts[self._of]
        self._cells = self._of * max(width, TOP) + within
        self._shape = (len(sizes), max(width, TOP))

    def tops(self, scores: Floats) -> tuple[Floats, Floats]:
        """For each group its best score and the mean of its TOP best."""
        padded = np.zeros(self._shape[0] * self._shape[1], np.float32)
        padded[self._cells] = scores
        best = np.partition(padded.reshape(self._shape), -TOP, axis=1)[:, -TOP:]
        return best.max(axis=1), best.mean(axis=1)

    def sums(self, vectors: Floats) -> Floats:
        """The sum of each group's vectors."""
        return np.asarray(np.add.reduceat(vectors, self._starts[:-1], axis=0), np.float32)

    def centres(self, vectors: Floats) -> Floats:
        """The middle of each group's vectors, of length one."""
        sums = self.sums(vectors)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        return np.asarray(sums / np.maximum(lengths, 1e-9), np.float32)

    def group_of(self, text: int) -> int:
        """The group that a text belongs to."""
        return int(self._of[text])

    def members(self, group: int, texts: Sequence[str]) -> list[tuple[int, str]]:
        """The texts of a group with their numbers."""
        numbers = range(int(self._starts[group]), int(self._starts[group + 1]))
        return [(number, texts[number]) for number in numbers]
