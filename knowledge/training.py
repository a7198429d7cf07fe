"""Learning the weights of the gate from written questions and the articles' own examples.

Every example question is asked with itself, and all that is said in nearly the same words, hidden
from the index: so does a stranger ask. By turns it is also asked misheard, or after the opening of
a story. `development.jsonl` was read while examples were written, so it counts once; `tune.jsonl`
was written by others and counts three times; what stands in it as an example too is hidden while
it is asked. The thresholds are set by both and by the examples. Held-out sets are never read here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
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
Cube = npt.NDArray[np.float32]
NEAREST = 24  # entries that compete in one sample
COMPARED = 9  # the first features, all of them likenesses
ROUNDS = 30
ENOUGH = 1e-6  # a smaller gain ends the learning
CALM = 0.0005  # how strongly weights are held near zero
REAL_WEIGHT = 3.0  # a written question counts this much, an article's own example once
POOR = 0.5  # a misheard example counts this much
STORY = 0.7  # one after a story's opening
CHOICE_WORTH = 0.8
# No higher ones: an example is asked with all that is like it hidden, and is harder than what
# residents ask; thresholds chosen by it alone would decline and offer too often.
OFFER_FROM = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
ANSWER_FROM = (0.3, 0.4, 0.5)
CHOICE_BELOW = (0.53, 0.6, 0.67)
DECLINED_WORTH = 1.2  # a wrong answer is worse than an unneeded offer of a person


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One question measured, the entries that are right, and how much it counts."""

    measured: Measured
    right: frozenset[int]  # entry numbers; empty: decline
    weight: float
    judges: bool = False  # helps to set the thresholds: no place but ours, nothing misheard
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
    openings = (bench / "openings.txt").read_text(encoding="utf-8").split()
    return [*fresh, *seen, *_examples(state, openings)]


def _written(state: State, questions: Sequence[Question]) -> list[Sample]:
    numbers = {ask: number for number, ask in enumerate(state.index.asks)}
    found = [numbers.get(state.index.canonical(question.q)) for question in questions]
    return [
        Sample(
            measured=state.index.measure(question.q, () if own is None else [own]),
            right=_right(state, question.facts),
            weight=REAL_WEIGHT,
            judges=state.places.hear(plain(question.q)).reach is Reach.OURS,
        )
        for question, own in zip(questions, found, strict=True)
    ]


def _right(state: State, facts: frozenset[str]) -> frozenset[int]:
    articles = [
        (number, state.articles[entry.id].facts)
        for number, entry in enumerate(state.index.entries)
        if entry.sort == "article"
    ]
    main = frozenset(number for number, rests in articles if rests[0] in facts)
    return main or frozenset(number for number, rests in articles if facts & set(rests))


def _examples(state: State, openings: Sequence[str]) -> list[Sample]:
    """Every example in its own words, and by turns misheard or after a story's opening."""
    index = state.index
    written = [ask for article in state.articles.values() for ask in article.asks]
    written += [ask for gap in state.unverified.gaps for ask in gap.asks]
    examples = {index.canonical(ask): ask for ask in written}
    samples = []
    for number, ask in enumerate(index.asks):
        if ask not in examples:
            continue
        said, alike = examples[ask], index.alike(number)
        samples += _example(index, number, index.measure(said, alike), 1.0, judges=True)
        if number % 2:
            poor = index.measure(misheard(said, number), [number])
            samples += _example(index, number, poor, POOR)
        else:
            story = index.measure(openings[number // 2 % len(openings)] + said, alike)
            samples += _example(index, number, story, STORY)
    return samples


def _example(
    index: Index, number: int, measured: Measured, weight: float, *, judges: bool = False
) -> list[Sample]:
    """An article's example must find it; a gap's is declined, with the gap and without it."""
    entry = index.groups.group_of(number)
    found = Sample(measured=measured, right=frozenset({entry}), weight=weight, judges=judges)
    if index.entries[entry].sort == "article":
        return [found]
    known = replace(found, right=frozenset(), weight=weight / 2)
    return [known, replace(known, hidden=entry, judges=False)]


def learn(samples: Sequence[Sample], articles: frozenset[int]) -> Weights:
    """The weights that make the right entries likeliest, and the thresholds."""
    weights = _likeliest(*_stack(samples, articles))
    learned = replace(UNTRAINED, entry=weights[: len(FEATURES)], none=weights[len(FEATURES) :])
    return _with_thresholds(learned, samples, articles)


def _likeliest(features: Cube, right: npt.NDArray[np.bool_], counts: Doubles) -> Doubles:
    """Newton's method with halved steps, held near zero by CALM."""
    weights = np.zeros(features.shape[2])
    loss = _loss(features, right, counts, weights)
    for _ in range(ROUNDS):
        step = np.linalg.solve(*_bend_and_slope(features, right, counts, weights))
        for share in (1.0, 0.5, 0.25, 0.125, 0.06):
            tried = weights - share * step
            better = _loss(features, right, counts, tried)
            if better < loss:
                break
        else:
            return weights
        weights, gained, loss = tried, loss - better, better
        if gained < ENOUGH:
            return weights
    return weights


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


def _loss(features: Cube, right: npt.NDArray[np.bool_], counts: Doubles, weights: Doubles) -> float:
    chances = _chances(features, weights)
    hit = np.maximum(np.where(right, chances, 0).sum(axis=1), 1e-12)
    return float(-(counts @ np.log(hit)) / counts.sum() + CALM / 2 * weights @ weights)


def _chances(features: Cube, weights: Doubles) -> Doubles:
    utilities = (features @ weights.astype(np.float32)).astype(np.float64)
    chances = np.exp(utilities - utilities.max(axis=1, keepdims=True))
    return np.asarray(chances / chances.sum(axis=1, keepdims=True), np.float64)


def _bend_and_slope(
    features: Cube, right: npt.NDArray[np.bool_], counts: Doubles, weights: Doubles
) -> tuple[Doubles, Doubles]:
    """The second and the first derivative of the loss; the second as if the right were known."""
    width = features.shape[2]
    flat = features.reshape(-1, width)
    share = (counts / counts.sum())[:, None]
    chances = _chances(features, weights)
    wanted = np.where(right, chances, 0)
    wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), 1e-12)
    slope = ((chances - wanted) * share).astype(np.float32).reshape(-1) @ flat
    spread = flat.T @ (flat * (chances * share).astype(np.float32).reshape(-1, 1))
    middle = np.einsum("nk,nkd->nd", chances.astype(np.float32), features)
    bend = spread - (middle.T * share[:, 0].astype(np.float32)) @ middle
    return (
        np.asarray(bend + CALM * np.eye(width), np.float64),
        np.asarray(slope + CALM * weights, np.float64),
    )


def _with_thresholds(
    weights: Weights, samples: Sequence[Sample], articles: frozenset[int]
) -> Weights:
    """The thresholds that answer most while declining enough, choices kept few."""
    judges = [sample for sample in samples if sample.judges]
    rankings = [rank(sample.measured, weights) for sample in judges]
    best = (-9.0, weights)
    for offer_from, answer_from, choice_below in product(OFFER_FROM, ANSWER_FROM, CHOICE_BELOW):
        if offer_from <= answer_from:
            tried = replace(
                weights,
                offer_from=offer_from,
                answer_from=answer_from,
                choice_below=choice_below,
            )
            decisions = [decide(ranking, articles, tried) for ranking in rankings]
            best = max(best, (_worth(judges, decisions), tried), key=lambda pair: pair[0])
    return best[1]


def _worth(samples: Sequence[Sample], decisions: Sequence[Decision]) -> float:
    """Right answers (an offered choice is worth a little less) and refusals, weighed."""
    good = asked = declined = refusable = 0.0
    for sample, decision in zip(samples, decisions, strict=True):
        if not sample.right:
            refusable += sample.weight
            declined += sample.weight * (
                decision.verdict is Verdict.NONE or _firm(sample, decision)
            )
            continue
        asked += sample.weight
        if sample.right & set(decision.entries):
            good += sample.weight * (1 if decision.verdict is Verdict.ANSWER else CHOICE_WORTH)
    return good / max(asked, 1) + DECLINED_WORTH * declined / max(refusable, 1)


def _firm(sample: Sample, decision: Decision) -> bool:
    """Whether the answer would be withheld anyway for lack of a number, address or hours."""
    lacks = sample.measured.rows[decision.entries[0], FEATURES.index("lacks_contact")]
    return bool(lacks)


UNTRAINED = Weights(
    entry=np.ones(len(FEATURES)),
    none=np.ones(len(QUESTION_FEATURES)),
    answer_from=0.5,
    offer_from=0.5,
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
        "offer_from": weights.offer_from,
        "choice_below": weights.choice_below,
    }
