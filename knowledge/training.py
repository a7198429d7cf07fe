"""Learning the weights of the gate from written questions and the articles' own examples.

Every example question is asked with itself hidden from the index. `development.jsonl` was read
while examples were written, so it counts once; `tune.jsonl` was written afterwards, counts three
times. Both set the thresholds. `held.jsonl` is never read here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.embedding import load_embedding
from knowledge.exam import Question, read_questions
from knowledge.gate import Decision, Verdict, Weights, decide, rank
from knowledge.index import FEATURES, QUESTION_FEATURES, Index, Measured
from knowledge.library import HOME, State, read_state
from knowledge.mishearing import misheard
from knowledge.regions import Reach
from knowledge.words import plain

Doubles = npt.NDArray[np.float64]
NEAREST = 24  # entries that compete in one sample
COMPARED = 9  # the first features, all of them likenesses
ROUNDS = 800
STEP = 0.05
CALM = 0.0002  # how strongly weights are held near zero
REAL_WEIGHT = 3.0  # a written question counts this much, an article's own example once
POOR = 0.5  # a misheard example counts this much
CHOICE_WORTH = 0.95
DECLINED_WORTH = 1.8  # a wrong answer is worse than an unneeded offer of a person


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One question measured, the entries that are right, and how much it counts."""

    measured: Measured
    right: frozenset[int]  # entry numbers; empty: decline
    weight: float
    judges: bool = False  # a written question about our own place: it helps to set the thresholds
    hidden: int | None = None  # an entry taken away altogether: nothing known is near


def train(folder: Path = HOME) -> None:
    """Learn both sets of weights from the folder's files and write `weights.json`. Minutes."""
    learned = {}
    for embedding in (load_embedding(), None):
        state = read_state(folder, embedding, UNTRAINED)
        samples = collect(state, folder / "bench")
        articles = [entry.sort == "article" for entry in state.index.entries]
        numbers = frozenset(int(number) for number in np.flatnonzero(articles))
        learned[embedding is not None] = learn(samples, numbers)
    save(folder / "weights.json", learned.get(True, learned[False]), learned[False])


def collect(state: State, bench: Path) -> list[Sample]:
    """All samples: written questions, then every example question with itself left out."""
    fresh = _written(state, read_questions(bench / "tune.jsonl"))
    seen = _written(state, read_questions(bench / "development.jsonl"))
    seen = [replace(sample, weight=1.0) for sample in seen]
    return [*fresh, *seen, *_examples(state)]


def _written(state: State, questions: Sequence[Question]) -> list[Sample]:
    return [
        Sample(
            measured=state.index.measure(question.q),
            right=_right(state, question.facts),
            weight=REAL_WEIGHT,
            judges=state.places.hear(plain(question.q)).reach is Reach.OURS,
        )
        for question in questions
    ]


def _right(state: State, facts: frozenset[str]) -> frozenset[int]:
    articles = [
        (number, state.articles[entry.id].facts)
        for number, entry in enumerate(state.index.entries)
        if entry.sort == "article"
    ]
    main = frozenset(number for number, rests in articles if rests[0] in facts)
    return main or frozenset(number for number, rests in articles if facts & set(rests))


def _examples(state: State) -> list[Sample]:
    index = state.index
    written = [ask for article in state.articles.values() for ask in article.asks]
    written += [ask for gap in state.unverified.gaps for ask in gap.asks]
    examples = {index.canonical(ask): ask for ask in written}
    samples = []
    for number, ask in enumerate(index.asks):
        if ask in examples:
            clean = index.measure(ask, leave_out=number)
            poor = index.measure(misheard(examples[ask], number), leave_out=number)
            samples += [*_example(index, number, clean, 1.0), *_example(index, number, poor, POOR)]
    return samples


def _example(index: Index, number: int, measured: Measured, weight: float) -> list[Sample]:
    """An article's example must find it; a gap's is declined, with the gap and without it."""
    entry = index.groups.group_of(number)
    if index.entries[entry].sort == "article":
        return [Sample(measured=measured, right=frozenset({entry}), weight=weight)]
    known = Sample(measured=measured, right=frozenset(), weight=weight / 2)
    return [known, replace(known, hidden=entry)]


def learn(samples: Sequence[Sample], articles: frozenset[int]) -> Weights:
    """The weights that make the right entries likeliest, and the two thresholds."""
    features, right, counts = _stack(samples, articles)
    weights = np.zeros(features.shape[2])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for turn in range(1, ROUNDS + 1):
        slope = _slope(features, right, counts, weights) + CALM * weights
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        pace = np.sqrt(second / (1 - 0.999**turn)) + 1e-8
        weights -= STEP * first / (1 - 0.9**turn) / pace
    learned = Weights(
        entry=weights[: len(FEATURES)],
        none=weights[len(FEATURES) :],
        answer_from=0.5,
        choice_below=0.5,
    )
    return _with_thresholds(learned, samples, articles)


def _stack(
    samples: Sequence[Sample], articles: frozenset[int]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_], Doubles]:
    """One block of rows for each sample: the nearest entries, then the option of none."""
    width = len(FEATURES) + len(QUESTION_FEATURES)
    features = np.zeros((len(samples), NEAREST + 1, width), np.float32)
    right = np.zeros((len(samples), NEAREST + 1), np.bool_)
    for at, sample in enumerate(samples):
        near = _nearest(sample)
        features[at, :NEAREST, : len(FEATURES)] = sample.measured.rows[near]
        features[at, NEAREST, len(FEATURES) :] = sample.measured.whole
        right[at, NEAREST] = not sample.right
        right[at, :NEAREST] = [
            number in sample.right if sample.right else number not in articles for number in near
        ]
    return features, right, np.array([sample.weight for sample in samples])


def _nearest(sample: Sample) -> list[int]:
    """The entries that compete: the right ones and those that look nearest."""
    order = np.argsort(-sample.measured.rows[:, :COMPARED].sum(axis=1))
    near = [*sample.right, *(int(number) for number in order if int(number) not in sample.right)]
    return [number for number in near if number != sample.hidden][:NEAREST]


def _slope(
    features: npt.NDArray[np.float32],
    right: npt.NDArray[np.bool_],
    counts: Doubles,
    weights: Doubles,
) -> Doubles:
    utilities = (features @ weights.astype(np.float32)).astype(np.float64)
    chances = np.exp(utilities - utilities.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    wanted = np.where(right, chances, 0)
    wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), 1e-12)
    pull = ((chances - wanted) * counts[:, None]).astype(np.float32)
    slope = pull.reshape(-1) @ features.reshape(-1, features.shape[2])
    return np.asarray(slope / counts.sum(), np.float64)


def _with_thresholds(
    weights: Weights, samples: Sequence[Sample], articles: frozenset[int]
) -> Weights:
    """The thresholds that answer most while declining enough, choices kept few."""
    judges = [sample for sample in samples if sample.judges]
    rankings = [rank(sample.measured, weights) for sample in judges]
    best = (-9.0, weights)
    for answer_from in np.arange(0.2, 0.95, 0.025):
        for choice_below in (0.53, 0.56, 0.6, 0.65):
            tried = replace(
                weights, answer_from=round(float(answer_from), 3), choice_below=choice_below
            )
            decisions = [decide(ranking, articles, tried) for ranking in rankings]
            best = max(best, (_worth(judges, decisions), tried), key=lambda pair: pair[0])
    return best[1]


def _worth(samples: Sequence[Sample], decisions: Sequence[Decision]) -> float:
    """Right answers (an offered choice is worth a little less) and refusals, weighed alike."""
    good = asked = declined = refusable = 0.0
    for sample, decision in zip(samples, decisions, strict=True):
        if not sample.right:
            refusable += 1
            declined += decision.verdict is Verdict.NONE or _firm(sample, decision)
            continue
        asked += 1
        if sample.right & set(decision.entries):
            good += 1.0 if decision.verdict is Verdict.ANSWER else CHOICE_WORTH
    return good / max(asked, 1) + DECLINED_WORTH * declined / max(refusable, 1)


def _firm(sample: Sample, decision: Decision) -> bool:
    """Whether the answer would be withheld anyway for lack of a number, address or hours."""
    lacks = sample.measured.rows[decision.entries[0], FEATURES.index("lacks_contact")]
    return bool(lacks)


UNTRAINED = Weights(
    entry=np.ones(len(FEATURES)),
    none=np.ones(len(QUESTION_FEATURES)),
    answer_from=0.5,
    choice_below=0.5,
)


def save(path: Path, with_meaning: Weights, characters_only: Weights) -> None:
    """Both sets of weights as a data file, rounded."""
    data = {"with_meaning": _row(with_meaning), "characters_only": _row(characters_only)}
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _row(weights: Weights) -> dict[str, object]:
    def named(names: Sequence[str], values: Doubles) -> dict[str, float]:
        return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}

    return {
        "entry": named(FEATURES, weights.entry),
        "none": named(QUESTION_FEATURES, weights.none),
        "answer_from": weights.answer_from,
        "choice_below": weights.choice_below,
    }
