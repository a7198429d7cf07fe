"""Which entry a question belongs to, learned in one step from all example questions at once.

Nearness asks which single example is closest; sorting weighs every word and shade of meaning by how
well it tells the entries apart. The answer is in closed form (regularised least squares with one
column for each entry), so that changed articles need no training, and each example can be left out
again exactly.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from knowledge.lexical import Floats, Groups

CALM = 0.5  # how strongly the solution is held near zero
EVEN = 0.25  # 0: every example counts the same; 1: every entry does


class Sorter:
    """Scores entries for a row of numbers that stands for a question: near 1 is a clear fit."""

    def __init__(self, rows: Floats, groups: Groups) -> None:
        sizes = groups.sizes
        counts = np.repeat(sizes.astype(np.float32) ** -EVEN, sizes)
        self.counts = (counts / counts.mean()).astype(np.float32)
        self._rows = rows
        self._groups = groups
        weighted = rows * self.counts[:, None]
        gram = rows.T @ weighted + CALM * np.eye(rows.shape[1], dtype=np.float32)
        self._solve: Floats = np.linalg.inv(gram).astype(np.float32)
        self._sums = groups.sums(weighted)  # one row for each entry

    def scores(self, rows: Floats, entries: npt.NDArray[np.intp] | None = None) -> Floats:
        """One row of scores for each row: all entries, or only those given (the rest 0)."""
        solved = rows @ self._solve
        if entries is None:
            return np.asarray(solved @ self._sums.T, np.float32)
        found = np.zeros((len(rows), len(self._sums)), np.float32)
        found[:, entries] = solved @ self._sums[entries].T
        return found

    def scores_without(self, rows: Floats, examples: Sequence[int]) -> Floats:
        """The same as if those examples had never been written."""
        hidden = self._rows[examples]
        solved = hidden @ self._solve
        missed = -(solved @ self._sums.T)
        missed[np.arange(len(examples)), [self._groups.group_of(ask) for ask in examples]] += 1
        kept = np.diag(1 / self.counts[examples]) - solved @ hidden.T
        shares = np.linalg.lstsq(kept.T, (rows @ solved.T).T, rcond=None)[0]
        return np.asarray(self.scores(rows) - shares.T @ missed, np.float32)
