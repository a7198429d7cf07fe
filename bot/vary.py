"""Writes bot/data/nlu/varied.yml from bot/variation.yaml: `.venv-rasa/bin/python -m bot.vary`.

Systematic variation beside what was written by hand: the same aches, dishes and services in the
forms they are told in. Deterministic, so that the result can be reviewed and kept in the project.
"""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).parent
TARGET = HERE / "data" / "nlu" / "varied.yml"
BLANK = re.compile(r"\{(\w+)\}")
SEED = 20231201
HEAD = """version: "3.1"
# Written by bot/vary.py from bot/variation.yaml; change those, not this.
nlu:
"""


def draw(
    patterns: list[str], lists: dict[str, list[str]], count: int, chance: random.Random
) -> list[str]:
    """`count` different utterances, or fewer when the patterns give no more."""
    drawn: dict[str, None] = {}
    for turn in range(count * 20):
        pattern = patterns[turn % len(patterns)]
        said = BLANK.sub(lambda m: chance.choice(lists[m[1]]), pattern)
        drawn[said.strip("，")] = None
        if len(drawn) == count:
            break
    return list(drawn)


def main() -> int:
    """Write the file; prints how many utterances it has."""
    table = yaml.safe_load((HERE / "variation.yaml").read_text(encoding="utf-8"))
    chance = random.Random(SEED)  # noqa: S311 - variety, not a secret
    text, total = HEAD, 0
    for intent, entry in table["patterns"].items():
        said = draw(entry["say"], table["lists"], entry["count"], chance)
        text += f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {one}\n" for one in said)
        total += len(said)
    TARGET.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{total} utterances in {TARGET.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
