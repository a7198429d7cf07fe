"""Teaches the ear: `.venv-rasa/bin/python -m bot.school` writes callcenter/ear.json.

It learns from what the assistant learns from (bot/data/nlu) and from what residents were heard to
say (policy/heard/*.jsonl, `text` and `danger`). Half a minute, the same result every time.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import yaml
from pypinyin import lazy_pinyin
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.svm import LinearSVC

from callcenter.domain.ear import SOUND_WEIGHT, fold, runs, spoken

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "callcenter" / "ear.json"
DANGERS = ("emergency", "crisis")
RARE = 2  # a run that fewer examples have says nothing
STRENGTH = 3.0  # inverse regularisation
Lessons = list[tuple[str, bool]]


def sources() -> list[Path]:
    """Every file that the ear learns from, in order."""
    nlu = sorted((ROOT / "bot" / "data" / "nlu").glob("*.yml"))
    return [*nlu, *sorted((ROOT / "policy" / "heard").glob("*.jsonl"))]


def fingerprint() -> str:
    """A hash of all sources, so that a stale ear is noticed."""
    digest = hashlib.sha256()
    for file in sources():
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def lessons() -> Lessons:
    """What was said, and whether it was a danger."""
    read: Lessons = []
    for file in sources():
        text = file.read_text(encoding="utf-8")
        read += _spoken_data(text) if file.suffix == ".yml" else _heard(text)
    return read


def _spoken_data(text: str) -> Lessons:
    blocks = [block for block in yaml.safe_load(text)["nlu"] if "intent" in block]
    return [
        (line[2:], block["intent"] in DANGERS)
        for block in blocks
        for line in block["examples"].splitlines()
        if line
    ]


def _heard(text: str) -> Lessons:
    rows = [json.loads(line) for line in text.splitlines()]
    return [(row["text"], bool(row["danger"])) for row in rows]


def by_sight(text: str) -> set[str]:
    """Runs of characters."""
    return runs(list(spoken(text)))


def by_sound(text: str) -> set[str]:
    """Runs of syllables."""
    return runs([fold(one) for one in lazy_pinyin(spoken(text))])


def learn(taught: Lessons) -> dict[str, object]:
    """The weights, in thousandths."""
    blocks, words = [], []
    for split, weight in ((by_sight, 1.0), (by_sound, SOUND_WEIGHT)):
        counter = CountVectorizer(analyzer=split, binary=True, min_df=RARE)
        found = counter.fit_transform([text for text, _ in taught])
        length = np.array([1 / np.sqrt(len(split(text))) for text, _ in taught])
        blocks.append(csr_matrix(diags(length * weight) @ found))
        words.append(counter.get_feature_names_out())
    model = LinearSVC(C=STRENGTH, class_weight="balanced", random_state=1)
    model.fit(hstack(blocks, format="csr"), [danger for _, danger in taught])
    thousandths = np.rint(model.coef_[0] * 1000).astype(int)
    sight, sound = np.split(thousandths, [len(words[0])])
    return {
        "learned_from": fingerprint(),
        "bias": round(float(model.intercept_[0]), 4),
        "sight": _table(words[0], sight),
        "sound": _table(words[1], sound),
    }


def _table(words: np.ndarray, weights: np.ndarray) -> dict[str, int]:
    return {str(word): int(weight) for word, weight in zip(words, weights) if weight}  # noqa: B905


def main() -> int:
    """Write the file; prints how much it holds."""
    taught = lessons()
    made = learn(taught)
    TARGET.write_text(json.dumps(made, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    size = len(made["sight"]) + len(made["sound"])  # type: ignore[arg-type]
    sys.stdout.write(f"{len(taught)} utterances, {size} runs\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
