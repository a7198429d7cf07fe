"""Marks: how well the library answers a set of questions, and what it should have declined."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np

from knowledge.facts import BadData
from knowledge.library import Library


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of a set. Without facts it must be declined."""

    q: str
    facts: frozenset[str]  # any of them makes the answer right


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Shares from 0 to 1 and milliseconds."""

    answerable: int
    unanswerable: int
    first: float  # the right article is the answer
    within_choice: float  # it is the answer or one of the two offered
    declined: float  # of the unanswerable
    p50_ms: float
    p95_ms: float
    wrong: tuple[str, ...]  # the questions that went wrong, for a look


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSON-lines file. Raises BadData naming the line."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            rows.append(Question(q=row["q"], facts=frozenset(row["facts"])))
        except (ValueError, KeyError, TypeError) as error:
            raise BadData(f"{path.name}: 第 {number} 行读不懂：{error}") from None
    return rows


def mark(library: Library, questions: Sequence[Question], today: date) -> Marks:
    """Ask them all and compare."""
    first = near = declined = 0
    wrong: list[str] = []
    times = []
    for question in questions:
        began = perf_counter()
        answer = library.ask(question.q, today)
        times.append((perf_counter() - began) * 1000)
        hit = bool(question.facts & set(answer.facts))
        first += hit and answer.kind == "answer"
        near += hit
        declined += not question.facts and not answer.answered
        if not (hit or (not question.facts and not answer.answered)):
            wrong.append(f"{question.q} → {answer.article}")
    answerable = sum(bool(question.facts) for question in questions)
    unanswerable = len(questions) - answerable
    return Marks(
        answerable=answerable,
        unanswerable=unanswerable,
        first=_share(first, answerable),
        within_choice=_share(near, answerable),
        declined=_share(declined, unanswerable),
        p50_ms=_percentile(times, 50),
        p95_ms=_percentile(times, 95),
        wrong=tuple(wrong),
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def _percentile(times: Iterable[float], share: int) -> float:
    return round(float(np.percentile(list(times), share)), 2)
