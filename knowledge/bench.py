"""The bench: marks on sets of questions, latency, and a library of 20,000 articles."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np

from knowledge.embedding import UniversalSentences, load_embedding
from knowledge.exam import Question, mark, read_questions
from knowledge.gate import rank
from knowledge.index import Entry, Index
from knowledge.kinds import load_kinds
from knowledge.library import Library
from knowledge.mishearing import misheard
from knowledge.words import load_lexicon

SETS = ("development", "tune", "held")
MISHEARD = "held, misheard"
SCALE_QUESTIONS = 200


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the table. Shares from 0 to 1, times in milliseconds and seconds."""

    questions: str
    search: str  # with meaning (the sentence embedding) or characters only
    articles: int
    first: float | None  # right article first
    within_choice: float | None
    declined: float | None
    p50_ms: float
    p95_ms: float
    index_s: float | None  # to build the index


def run_bench(folder: Path, today: date, scale: int, files: Sequence[Path] = ()) -> list[Line]:
    """Each set of questions with and without meaning, then the large library; or only `files`."""
    if files:
        return list(_marks(folder, today, {path.stem: read_questions(path) for path in files}))
    sets = {name: read_set(folder, name) for name in (*SETS, MISHEARD)}
    return [*_marks(folder, today, sets), *(_large(folder, scale) if scale else ())]


def _marks(folder: Path, today: date, sets: Mapping[str, Sequence[Question]]) -> Iterator[Line]:
    for meaning in (True, False) if load_embedding() else (False,):
        library = Library.load(folder, meaning=meaning)
        for name, questions in sets.items():
            marks = mark(library, questions, today)
            yield Line(
                questions=f"{name} ({marks.answerable} + {marks.unanswerable})",
                search=_search(meaning),
                articles=len(library.state.articles),
                first=marks.first,
                within_choice=marks.within_choice,
                declined=marks.declined,
                p50_ms=marks.p50_ms,
                p95_ms=marks.p95_ms,
                index_s=None,
            )


def read_set(folder: Path, name: str) -> list[Question]:
    """The questions of one set; MISHEARD is the held-out set through a poor line."""
    if name != MISHEARD:
        return read_questions(folder / "bench" / f"{name}.jsonl")
    held = read_questions(folder / "bench" / "held.jsonl")
    return [replace(question, q=misheard(question.q, 0)) for question in held]


def _large(folder: Path, scale: int) -> Iterator[Line]:
    library = Library.load(folder)
    real = [entry for entry in library.state.index.entries if entry.sort == "article"]
    entries = list(synthetic(real, scale))
    lexicon, kinds = load_lexicon(folder / "synonyms.yaml"), load_kinds(folder / "kinds.yaml")
    embedding: UniversalSentences | None = load_embedding()
    began = perf_counter()
    index = Index(entries, lexicon, kinds, embedding)
    built = perf_counter() - began
    times = []
    for question in read_questions(folder / "bench" / "tune.jsonl")[:SCALE_QUESTIONS]:
        began = perf_counter()
        rank(index.measure(question.q), library.state.weights)
        times.append((perf_counter() - began) * 1000)
    yield Line(
        questions="synthetic",
        search=_search(embedding is not None),
        articles=scale,
        first=None,
        within_choice=None,
        declined=None,
        p50_ms=round(float(np.percentile(times, 50)), 2),
        p95_ms=round(float(np.percentile(times, 95)), 2),
        index_s=round(built, 1),
    )


def synthetic(real: list[Entry], scale: int) -> Iterator[Entry]:
    """Articles that never were: sentences of real ones, shuffled. The same every time."""
    chance = random.Random(20261124)  # noqa: S311 - not a secret
    texts = [entry.text for entry in real]
    asks = [ask for entry in real for ask in entry.asks]
    for number in range(scale):
        text = chance.choice(texts)
        start = chance.randrange(max(1, len(text) - 120))
        ask = chance.choice(asks)
        at = chance.randrange(len(ask))
        yield Entry(
            id=f"synthetic-{number}",
            sort="article",
            topic="",
            asks=(ask[:at] + str(number) + ask[at:],),
            text=text[start : start + 120],
            gives=frozenset(),
        )


def _search(meaning: bool) -> str:
    return "characters, pinyin, meaning" if meaning else "characters, pinyin"
