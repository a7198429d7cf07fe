"""The decision: answer, offer a choice, or decline. Pure, with learned weights."""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.facts import BadData
from knowledge.index import FEATURES, QUESTION_FEATURES, Measured

CONSIDERED = 250  # entries that share the probability; the rest are too far to matter
OFFERED = 3  # articles in a choice, at most: more cannot be kept in mind on the telephone
FAR = 0.2  # share of the best one's chance that an article needs, to be offered when unsure


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
    answer_from: float  # least score of the best article, to answer
    offer_from: float  # least score, to offer the nearest articles as a choice
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
    """What to do, where `articles` are the entries that may be spoken.

    The best article is weighed against the best reason to decline: the nearest other entry, or
    that nothing known is near. Other articles do not count: which of them is another question.
    """
    pairs = list(zip(ranking.order, ranking.chances, strict=True))
    found = [(number, chance) for number, chance in pairs if number in articles]
    refusing = max((chance for number, chance in pairs if number not in articles), default=0.0)
    best = found[0][1] if found else 0.0
    score = round(best / (best + refusing + ranking.none), 4) if found else 0.0
    if not found or score < weights.offer_from:
        return Decision(verdict=Verdict.NONE, entries=(), score=score)
    if score < weights.answer_from:
        return _choice(found, FAR, score)
    return _choice(found, (1 - weights.choice_below) / weights.choice_below, score)


def _choice(found: list[tuple[int, float]], share: float, score: float) -> Decision:
    """The best alone, or with at most two others that have at least that share of its chance."""
    best = found[0][1]
    near = tuple(number for number, chance in found[:OFFERED] if chance > best * share)
    verdict = Verdict.CHOICE if len(near) > 1 else Verdict.ANSWER
    return Decision(verdict=verdict, entries=near, score=score)


def load_weights(path: Path, *, meaning: bool) -> Weights:
    """The learned weights, with or without the sentence embedding. Raises BadData."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        part = data["with_meaning" if meaning else "characters_only"]
        return Weights(
            entry=np.array([part["entry"][name] for name in FEATURES]),
            none=np.array([part["none"][name] for name in QUESTION_FEATURES]),
            answer_from=float(part["answer_from"]),
            offer_from=float(part["offer_from"]),
            choice_below=float(part["choice_below"]),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BadData(
            f"{path.name} 读不出来（{error}）。请运行 python -m knowledge train 重新生成。"
        ) from None
