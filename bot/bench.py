"""Which pipeline hears best? `.venv-rasa/bin/python -m bot.bench [--share 0.2] [NAME ...]`.

Trains each pipeline of `bot/bench.yml` with Rasa on the same examples (a share of each intent's,
because DIET would take hours on all) and asks it the development sets, in their contexts, once as
written and once with characters changed for others of the same sound. Prints one JSON line for
each: seconds of training, accuracy of intents, danger recall and false alarms (share of harmless
utterances), milliseconds of a sentence. Danger rules and the learned ear have no part in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import rasa.model_training
import yaml
from pypinyin import lazy_pinyin
from rasa.core.agent import load_agent

from bot.components.gate import meant
from bot.quiet import hush

ROOT = Path(__file__).parents[1]
SETS = ("dev_hotline.jsonl", "dev_check_in.jsonl", "speech/c_dev.jsonl")
DANGERS = ("emergency", "crisis")
GARBLED = 0.2  # share of the characters
CONTEXTS = yaml.safe_load((ROOT / "bot/contexts.yml").read_text(encoding="utf-8"))["contexts"]
Utterance = dict[str, Any]


def pipelines() -> dict[str, list[dict[str, Any]]]:
    """Each pipeline by its name; that of `config.yml` is called today."""
    today = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    others = yaml.safe_load((ROOT / "bot/bench.yml").read_text(encoding="utf-8"))
    return {"today": today, **others}


def sampled(share: float, folder: Path) -> int:
    """Writes a share of every block of examples into `folder`; how many there are."""
    chance = random.Random(7)  # noqa: S311 - reproducible, not a secret
    count = 0
    for file in sorted((ROOT / "bot/data/nlu").glob("*.yml")):
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        for block in data["nlu"]:
            lines = [line for line in block["examples"].splitlines() if line]
            kept = chance.sample(lines, max(1, round(share * len(lines))))
            block["examples"] = "\n".join(kept) + "\n"
            count += len(kept)
        (folder / file.name).write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return count


def development() -> list[Utterance]:
    """Every utterance of the development sets."""
    files = [ROOT / "tests/bot" / name for name in SETS]
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def garbled(lines: list[Utterance]) -> list[Utterance]:
    """The same utterances with characters changed for others of the same sound."""
    chance = random.Random(7)  # noqa: S311 - reproducible, not a secret
    alike: dict[str, list[str]] = {}
    for character in sorted({c for line in lines for c in line["text"]}):
        alike.setdefault(lazy_pinyin(character)[0], []).append(character)

    def swap(character: str) -> str:
        if chance.random() < GARBLED:
            return chance.choice(alike[lazy_pinyin(character)[0]])
        return character

    return [{**line, "text": "".join(swap(c) for c in line["text"])} for line in lines]


async def heard(agent: Any, lines: list[Utterance]) -> list[str]:
    """The intent of every utterance in its context."""
    found = []
    for line in lines:
        parsed = await agent.parse_message(line["text"])
        ranking = [one for one in parsed["intent_ranking"] if one["name"] != "nlu_fallback"]
        found.append(meant(ranking, CONTEXTS[line["context"]])[0]["name"])
    return found


def marks(lines: list[Utterance], found: list[str]) -> dict[str, float]:
    """Accuracy, danger recall and false alarms."""
    wanted = [line["intent"] for line in lines]
    alarms = [(w in DANGERS, f in DANGERS) for w, f in zip(wanted, found, strict=False)]
    return {
        "intents": round(float(np.mean([w == f for w, f in zip(wanted, found, strict=False)])), 3),
        "recall": round(float(np.mean([f for w, f in alarms if w])), 3),
        "false_alarms": round(float(np.mean([f for w, f in alarms if not w])), 3),
    }


def measure(name: str, pipeline: list[dict[str, Any]], data: Path) -> dict[str, Any]:
    """Trains one pipeline and asks it everything."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yml"
        recipe = {"recipe": "default.v1", "language": "zh", "pipeline": pipeline}
        config.write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
        began = time.monotonic()
        model = rasa.model_training.train_nlu(str(config), str(data), output=folder)
        trained = time.monotonic() - began
        agent = asyncio.run(load_agent(model_path=model))
    lines = development()
    began = time.monotonic()
    clean = marks(lines, asyncio.run(heard(agent, lines)))
    each = (time.monotonic() - began) / len(lines)
    poor = garbled(lines)
    return {
        "pipeline": name,
        "training_seconds": round(trained),
        **clean,
        "garbled_intents": marks(poor, asyncio.run(heard(agent, poor)))["intents"],
        "parse_ms": round(each * 1000, 1),
    }


def main() -> int:
    """Measures the named pipelines, or all."""
    known = pipelines()
    parser = argparse.ArgumentParser(prog="python -m bot.bench", description=__doc__)
    parser.add_argument("--share", type=float, default=0.2, help="of the training examples")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    asked = parser.parse_args()
    strange = [name for name in asked.names if name not in known]
    if strange:
        parser.error(f"no such pipeline: {', '.join(strange)}; there are {', '.join(known)}")
    hush()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        count = sampled(asked.share, Path(folder))
        for name in asked.names or known:
            line = {"examples": count, **measure(name, known[name], Path(folder))}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
