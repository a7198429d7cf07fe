"""Learning the weights of the gate from the tuning questions and the articles' own examples.

Every example question is asked with itself hidden from the index; the tuning questions count
three times. The held-out questions are never read here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.exam import Question
from knowledge.gate import Verdict, Weights, decide, rank
from knowledge.index import FEATURES, QUESTION_FEATURES, Measured
from knowledge.library import State

Doubles = npt.NDArray[np.float64]
NEAREST = 24  # entries that compete in one sample
COMPARED = 9  # the first features, all of them likenesses
ROUNDS = 800
STEP = 0.05
CALM = 0.0005  # how strongly weights are held near zero
REAL_WEIGHT = 3.0  # a written question counts this much, an article's own example once
LEAST_DECLINED = 0.97


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One question measured, the entries that are right, and how much it counts."""

    measured: Measured
    right: frozenset[int]  # entry numbers; empty: decline
    weight: float
    hidden: int | None = None  # an entry taken away altogether: nothing known is near


def collect(state: State, questions: Sequence[Question]) -> list[Sample]:
    """All samples: the questions, then every example question with itself left out."""
    return [*_written(state, questions), *_examples(state)]


def _written(state: State, questions: Sequence[Question]) -> list[Sample]:
    return [
        Sample(
            measured=state.index.measure(question.q),
            right=_right(state, question.facts),
            weight=REAL_WEIGHT,
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
    samples = []
    for number, ask in enumerate(index.asks):
        entry = index.groups.group_of(number)
        measured = index.measure(ask, leave_out=number)
        if index.entries[entry].sort == "article":
            samples.append(Sample(measured=measured, right=frozenset({entry}), weight=1.0))
        else:
            samples.append(Sample(measured=measured, right=frozenset(), weight=0.5))
            samples.append(
                Sample(measured=measured, right=frozenset(), weight=0.5, hidden=entry)
            )
    return samples


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
    best = (-1.0, weights)
    for answer_from in np.arange(0.2, 0.95, 0.025):
        for choice_below in (0.5, 0.55, 0.6, 0.65, 0.7):
            tried = Weights(
                entry=weights.entry,
                none=weights.none,
                answer_from=round(float(answer_from), 3),
                choice_below=choice_below,
            )
            best = max(best, (_worth(tried, samples, articles), tried), key=lambda pair: pair[0])
    return best[1]


def _worth(weights: Weights, samples: Sequence[Sample], articles: frozenset[int]) -> float:
    good = asked = declined = refusable = 0.0
    for sample in samples:
        if sample.hidden is not None:
            continue
        decision = decide(rank(sample.measured, weights), articles, weights)
        if not sample.right:
            refusable += sample.weight
            declined += sample.weight * (decision.verdict is Verdict.NONE)
            continue
        asked += sample.weight
        if decision.entries and decision.entries[0] in sample.right:
            good += sample.weight * (1.0 if decision.verdict is Verdict.ANSWER else 0.8)
        elif sample.right & set(decision.entries):
            good += 0.8 * sample.weight
    return good / asked - 4 * max(0.0, LEAST_DECLINED - declined / refusable)


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
