"""Floors under the measured quality, on questions that nothing was learned from."""

import pytest

from knowledge import Library
from knowledge.bench import MISHEARD, read_set
from knowledge.exam import Marks, mark, read_questions
from knowledge.library import HOME
from tests.knowledge.conftest import TODAY


def _marks(library: Library, name: str) -> Marks:
    return mark(library, read_questions(HOME / "bench" / f"{name}.jsonl"), TODAY)


def test_held_out_questions_stay_above_the_floor(library: Library) -> None:
    """Fresh questions: most find their article first, and hardly any is answered in error."""
    marks = _marks(library, "held")
    assert marks.first >= 0.92
    assert marks.within_choice >= 0.94
    assert marks.declined >= 0.95


def test_misheard_questions_stay_above_the_floor(library: Library) -> None:
    """The same questions with one character in eight misheard lose little."""
    marks = mark(library, read_set(HOME, MISHEARD), TODAY)
    assert marks.first >= 0.88
    assert marks.declined >= 0.92


def test_development_questions_stay_above_the_floor(library: Library) -> None:
    """The questions that the articles were written with are nearly all answered."""
    marks = _marks(library, "development")
    assert marks.first >= 0.95
    assert marks.within_choice >= 0.97
    assert marks.declined >= 0.96


def test_without_the_embedding_it_still_works_and_errs_towards_declining() -> None:
    """Characters and sound alone still answer most, and decline nearly as well."""
    marks = _marks(Library.load(meaning=False), "held")
    assert marks.first >= 0.74
    assert marks.declined >= 0.91


@pytest.mark.parametrize("name", ["development", "tune", "held"])
def test_the_sets_are_kept_apart(name: str) -> None:
    """No question stands in two sets, and none is an article's own example."""
    mine = {question.q for question in read_questions(HOME / "bench" / f"{name}.jsonl")}
    for other in {"development", "tune", "held"} - {name}:
        theirs = read_questions(HOME / "bench" / f"{other}.jsonl")
        assert mine.isdisjoint(question.q for question in theirs)
