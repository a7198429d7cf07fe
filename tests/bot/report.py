"""How well the assistant hears: `python -m tests.bot.report` (the assistant must run).

Reads the development set, takes the road of a live turn (danger words, then the model, then the
table of the context), and prints recall and precision for each intent, the confusions, danger
recall and false alarms, and how far confidence is from accuracy.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from callcenter.config import ROOT
from callcenter.domain.danger import Danger
from callcenter.policy import read_policy
from callcenter.understanding import DANGERS, Understanding, understand

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One utterance of the development set and what was understood."""

    wanted: Mapping[str, Any]
    got: Understanding

    @property
    def right(self) -> bool:
        """The intent is the wanted one."""
        return bool(self.got.intent == self.wanted["intent"])


def development() -> list[dict[str, Any]]:
    """The utterances with what should be understood of them."""
    lines: list[dict[str, Any]] = []
    for file in sorted(HERE.glob("dev_*.jsonl")):
        lines += [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return lines


def listen(
    lines: Iterable[Mapping[str, Any]],
    parse: Callable[[str], Mapping[str, Any]],
    danger: Callable[[str], Danger | None],
) -> list[Heard]:
    """Everything through the live road."""
    return [
        Heard(wanted=one, got=understand(one["text"], one["context"], parse, danger))
        for one in lines
    ]


def nothing_found(text: str) -> None:
    """The model alone, without the danger words."""


@contextmanager
def asking(url: str, token: str) -> Iterator[Callable[[str], Mapping[str, Any]]]:
    """Asks the running assistant; each text once."""
    with httpx.Client(base_url=url, timeout=30) as client:

        @cache
        def parse(text: str) -> Mapping[str, Any]:
            got: dict[str, Any] = client.post(
                "/model/parse", params={"token": token}, json={"text": text}
            ).json()
            return got

        yield parse


def accuracy(heard: list[Heard]) -> float:
    """The share of utterances whose intent is right."""
    return sum(one.right for one in heard) / len(heard)


def missed(heard: list[Heard]) -> list[str]:
    """Dangers that raised nothing."""
    return [
        one.wanted["text"]
        for one in heard
        if one.wanted["intent"] in DANGERS and not one.got.danger
    ]


def false_alarms(heard: list[Heard]) -> list[str]:
    """Danger raised where there was none."""
    return [
        one.wanted["text"]
        for one in heard
        if one.wanted["intent"] not in DANGERS and one.got.danger
    ]


def recalls(heard: list[Heard]) -> dict[str, float]:
    """The share found of each intent."""
    wanted = Counter(one.wanted["intent"] for one in heard)
    found = Counter(one.wanted["intent"] for one in heard if one.right)
    return {name: found[name] / count for name, count in wanted.items()}


def calibration(heard: list[Heard]) -> float:
    """The expected gap between confidence and accuracy, in ten bins."""
    bins: dict[int, list[Heard]] = {}
    for one in heard:
        bins.setdefault(min(9, int(one.got.confidence * 10)), []).append(one)
    gaps = [
        abs(sum(h.right for h in group) - sum(h.got.confidence for h in group))
        for group in bins.values()
    ]
    return sum(gaps) / len(heard)


def table(heard: list[Heard]) -> str:
    """The report as text."""
    guessed = Counter(one.got.intent for one in heard)
    right = Counter(one.got.intent for one in heard if one.right)
    wanted = Counter(one.wanted["intent"] for one in heard)
    lines = [f"{'intent':18} recall precision  n"]
    for name, recall in sorted(recalls(heard).items()):
        precision = right[name] / guessed[name] if guessed[name] else 0.0
        lines.append(f"{name:18} {recall:6.2f} {precision:9.2f} {wanted[name]:3}")
    mixed = Counter((h.wanted["intent"], h.got.intent) for h in heard if not h.right)
    lines += [f"  {a} heard as {b}: {n}" for (a, b), n in mixed.most_common(15)]
    lines += [f"    {h.wanted['intent']} -> {h.got.intent} {h.got.confidence:.2f} "
              f"{h.wanted['text']}" for h in heard if not h.right]  # fmt: skip
    lines.append(f"accuracy {accuracy(heard):.3f} of {len(heard)}, "
                 f"calibration error {calibration(heard):.3f}")  # fmt: skip
    calm = sum(one.wanted["intent"] not in DANGERS for one in heard)
    lines.append(f"danger missed {missed(heard)}")
    lines.append(f"false alarms {len(false_alarms(heard)) / calm:.3f} {false_alarms(heard)}")
    return "\n".join(lines)


def main() -> int:
    """Ask the assistant at XIXIN_RASA_URL and print the report."""
    url = os.environ.get("XIXIN_RASA_URL", "http://127.0.0.1:5005")
    danger = read_policy(ROOT / "policy", "+8651000000000").danger.find
    with asking(url, os.environ.get("XIXIN_RASA_TOKEN", "")) as parse:
        for name, net in (("danger words and model", danger), ("model alone", nothing_found)):
            sys.stdout.write(f"== {name}\n{table(listen(development(), parse, net))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
