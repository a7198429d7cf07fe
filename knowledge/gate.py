"""The decision: answer, offer a choice of two, or decline. Pure, with learned weights."""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.facts import BadData
from knowledge.index import FEATURES, QUESTION_FEATURES, Measured

CONSIDERED = 40  # entries that share the probability; the rest are too far to matter


class Verdict(StrEnum):
    """What to do with a question."""

    ANSWER = "answer"
    CHOICE = "choice"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A conditional logit over all entries and the option “none of them”."""

    entry: npt.NDArray[np.float64]  # one for each of FEATURES
    none: npt.NDArray[np.float64]  # one for each of QUESTION_FEATURES
    answer_from: float  # least probability that some article answers, to answer
    choice_below: float  # share of the best of two under which both are offered


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Every candidate with its probability, best first."""

    order: tuple[int, ...]  # entry numbers
    chances: tuple[float, ...]  # in the same order; with `none` they sum to one
    none: float


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The verdict, the entries it is about (numbers) and how sure it is, 0 to 1."""

    verdict: Verdict
    entries: tuple[int, ...]
    score: float


def rank(measured: Measured, weights: Weights) -> Ranking:
    """The candidates by probability."""
    utilities = measured.rows @ weights.entry
    count = min(CONSIDERED, len(utilities))
    near = np.argpartition(-utilities, count - 1)[:count]
    near = near[np.argsort(-utilities[near], kind="stable")]
    all_of = np.append(utilities[near], measured.whole @ weights.none)
    chances = np.exp(all_of - all_of.max())
    chances /= chances.sum()
    return Ranking(
        order=tuple(int(number) for number in near),
        chances=tuple(float(chance) for chance in chances[:-1]),
        none=float(chances[-1]),
    )


def decide(ranking: Ranking, articles: frozenset[int], weights: Weights) -> Decision:
    """What to do, where `articles` are the entries that may be spoken."""
    pairs = zip(ranking.order, ranking.chances, strict=True)
    found = [(number, chance) for number, chance in pairs if number in articles]
    answerable = sum(chance for _, chance in found)
    if not found or answerable < weights.answer_from:
        return Decision(verdict=Verdict.NONE, entries=(), score=round(answerable, 4))
    (first, best), *rest = found
    second, next_best = rest[0] if rest else (first, 0.0)
    if best / (best + next_best) < weights.choice_below:
        return Decision(verdict=Verdict.CHOICE, entries=(first, second), score=round(answerable, 4))
    return Decision(verdict=Verdict.ANSWER, entries=(first,), score=round(answerable, 4))


def load_weights(path: Path, *, meaning: bool) -> Weights:
    """The learned weights, with or without the sentence embedding. Raises BadData."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        part = data["with_meaning" if meaning else "characters_only"]
        return Weights(
            entry=np.array([part["entry"][name] for name in FEATURES]),
            none=np.array([part["none"][name] for name in QUESTION_FEATURES]),
            answer_from=float(part["answer_from"]),
            choice_below=float(part["choice_below"]),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BadData(
            f"{path.name} 读不出来（{error}）。请运行 python -m knowledge train 重新生成。"
        ) from None
