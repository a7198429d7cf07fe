"""The sorter learns which entry a question belongs to, and forgets an example exactly."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.lexical import Groups
from knowledge.sorting import CALM, Sorter

SIZES = (4, 3, 5)


def _rows(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(sum(SIZES), 6)).astype(np.float32)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.sets(st.integers(0, sum(SIZES) - 1), min_size=1, max_size=3))
def test_a_hidden_example_is_as_if_never_written(seed: int, hidden: set[int]) -> None:
    """Leaving examples out gives the scores that learning without them would have given."""
    rows, groups = _rows(seed), Groups(SIZES)
    sorter = Sorter(rows, groups)
    asked = _rows(seed + 1)[:2]
    kept = [number for number in range(len(rows)) if number not in hidden]
    owners = [groups.group_of(number) for number in kept]
    weighted = rows[kept] * sorter.counts[kept][:, None]
    gram = rows[kept].T @ weighted + CALM * np.eye(rows.shape[1])
    direct = asked @ np.linalg.solve(gram, weighted.T @ np.eye(len(SIZES))[owners])
    assert np.allclose(sorter.scores_without(asked, sorted(hidden)), direct, atol=1e-3)


def test_an_example_is_sorted_to_its_own_entry() -> None:
    """Clear examples find their entry, and only the given entries are scored when asked so."""
    rows = np.repeat(np.eye(3, dtype=np.float32), SIZES, axis=0)
    sorter = Sorter(rows, Groups(SIZES))
    assert list(sorter.scores(np.eye(3, dtype=np.float32)).argmax(axis=1)) == [0, 1, 2]
    only = sorter.scores(np.eye(3, dtype=np.float32), np.array([1]))
    assert only[:, [0, 2]].max() == 0
