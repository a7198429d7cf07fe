"""Character and pinyin n-grams: a small inverted index with cosine and coverage."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from knowledge.words import syllable

Floats = npt.NDArray[np.float32]
Grams = Callable[[str], list[str]]


def character_grams(text: str) -> list[str]:
    """Characters in ones, twos and threes."""
    return [text[at : at + size] for size in (1, 2, 3) for at in range(len(text) - size + 1)]


def pinyin_grams(text: str) -> list[str]:
    """Toneless syllables in twos and threes: what a recognition error leaves intact."""
    sounds = [syllable(character) for character in text]
    return [
        " ".join(sounds[at : at + size]) for size in (2, 3) for at in range(len(sounds) - size + 1)
    ]


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

    def _weigh(self, text: str) -> list[tuple[int, float]]:
        found = []
        for gram, times in Counter(self._grams(text)).items():
            number = self._ids.get(gram, -1)
            idf = float(self._idf[number]) if number >= 0 else self._rare
            found.append((number, (1 + math.log(times)) * idf))
        return found


def _idf(size: int, seen: int) -> float:
    return math.log(1 + (size - seen + 0.5) / (seen + 0.5))


def best_of(scores: Floats, starts: npt.NDArray[np.int64]) -> Floats:
    """The best score of each group of texts; group g begins at starts[g], none is empty."""
    return np.maximum.reduceat(scores, starts).astype(np.float32)


def group_starts(sizes: Iterable[int]) -> npt.NDArray[np.int64]:
    """Where each group begins when groups of these sizes are laid end to end."""
    return np.cumsum([0, *sizes][:-1], dtype=np.int64)
