"""How well the assistant hears: `python -m tests.bot.report [FILE ...]`.

Reads files of utterances with what should be understood of them (without a file: the development
sets), takes the road of a live turn (danger words, then the model, then the table of the context),
and prints for each file recall and precision of each intent, the confusions, danger recall and
false alarms, kinds, services and topics, and how far confidence is from accuracy. Starts an
assistant of its own unless XIXIN_RASA_URL and XIXIN_RASA_TOKEN name one that runs.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from callcenter.assistant import DANGERS
from callcenter.config import ROOT
from callcenter.domain.danger import Danger
from callcenter.lent import lent_assistant
from callcenter.policy import read_policy
from callcenter.understanding import FindTopic, Understanding, understand
from knowledge import Library

HERE = Path(__file__).parent
DEVELOPMENT = (
    *sorted(HERE.glob("dev_*.jsonl")),
    HERE / "speech" / "c_dev.jsonl",
    HERE / "speech" / "g_dev.jsonl",
)
FIELDS = ("kind", "service", "topic")  # told apart beside the intent
AS_OF = date(2026, 11, 25)  # the day on which questions are asked: articles expire


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One utterance of the development set and what was understood."""

    wanted: Mapping[str, Any]
    got: Understanding

    @property
    def right(self) -> bool:
        """The intent is the wanted one."""
        return bool(self.got.intent == self.wanted["intent"])


def utterances(file: Path) -> list[dict[str, Any]]:
    """The utterances of a file with what should be understood of them."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def development() -> list[dict[str, Any]]:
    """All sets that were read while training data was written, but never trained on."""
    return [line for file in DEVELOPMENT for line in utterances(file)]


def listen(
    lines: Iterable[Mapping[str, Any]],
    parse: Callable[[str], Mapping[str, Any]],
    danger: Callable[[str], Danger | None],
    topic: FindTopic | None = None,
) -> list[Heard]:
    """Everything through the live road."""
    return [
        Heard(wanted=one, got=understand(one["text"], one["context"], parse, danger, topic))
        for one in lines
    ]


def found(heard: list[Heard], field: str) -> tuple[int, int]:
    """How many of the utterances that have such a field got the right one, and how many have it."""
    having = [one for one in heard if one.wanted.get(field)]
    return sum(one.wanted[field] == getattr(one.got, field) for one in having), len(having)


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
    urgent, alarms = len(heard) - calm, false_alarms(heard)
    lines.append(f"danger recall {1 - len(missed(heard)) / max(1, urgent):.3f} of {urgent}, "
                 f"missed {missed(heard)}")  # fmt: skip
    lines.append(
        f"false alarms {len(alarms)} of {calm} ({len(alarms) / max(1, calm):.3f}) {alarms}"
    )
    marks = [(field, *found(heard, field)) for field in FIELDS]
    lines.append(", ".join(f"{field} right {right} of {all_}" for field, right, all_ in marks))
    return "\n".join(lines)


def main(words: list[str] | None = None) -> int:
    """Ask the assistant about each file and print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bot.report", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=DEVELOPMENT)
    files = parser.parse_args(words).files
    danger = read_policy(ROOT / "policy", "+8651000000000").danger.find
    library = Library.load()
    with lent_assistant() as assistant:
        parse = cache(assistant.parse)
        for file in files:
            for name, net in (("danger words and model", danger), ("model alone", nothing_found)):
                heard = listen(utterances(file), parse, net, _topic(library))
                sys.stdout.write(f"== {file.name}, {name}\n{table(heard)}\n")
    return 0


def _topic(library: Library) -> FindTopic:
    return lambda text: library.ask(text, AS_OF).topic


if __name__ == "__main__":
    sys.exit(main())
