"""Recall and false alarms of rules on lines of labelled sentences; one place for tests and docs."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callcenter.domain.answers import Answer, AnswerRules
from callcenter.domain.danger import DangerRules

HERE = Path(__file__).parent
HEARD = HERE.parents[1] / "policy" / "heard"  # the danger sets, which the ear learns from too


def lines(name: str) -> list[dict[str, Any]]:
    """The labelled sentences of one file beside this one."""
    return [
        json.loads(line)
        for line in ((HEARD if name.startswith("danger_") else HERE) / name)
        .read_text(encoding="utf-8")
        .splitlines()
    ]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What came out, with the sentences that went wrong."""

    dangers: int
    safe: int
    missed: tuple[str, ...]  # dangers that are not found as certain
    alarms: tuple[str, ...]  # harmless sentences that are found as certain
    asked: tuple[str, ...]  # harmless sentences that only go to a person
    other_kind: tuple[str, ...]  # dangers found as another kind

    @property
    def recall(self) -> float:
        """Share of dangers found."""
        return 1 - len(self.missed) / self.dangers

    @property
    def false_alarms(self) -> float:
        """Share of harmless sentences that raise an escalation."""
        return len(self.alarms) / self.safe


def measure(rules: DangerRules, rows: Iterable[dict[str, Any]]) -> Measured:
    """How `rules` do on lines with `text`, `danger` and, for dangers, `kind`."""
    found = [(row, rules.find(row["text"])) for row in rows]
    sure = [(row, danger) for row, danger in found if danger and danger.certain]
    heard = {row["text"] for row, _ in sure}
    dangers = [row for row, _ in found if row["danger"]]
    return Measured(
        dangers=len(dangers),
        safe=len(found) - len(dangers),
        missed=tuple(row["text"] for row in dangers if row["text"] not in heard),
        alarms=tuple(row["text"] for row, _ in sure if not row["danger"]),
        asked=tuple(
            row["text"]
            for row, danger in found
            if danger and not danger.certain and not row["danger"]
        ),
        other_kind=tuple(
            row["text"] for row, danger in sure if row["danger"] and danger.kind != row["kind"]
        ),
    )


def misread(rules: AnswerRules, rows: Iterable[dict[str, Any]]) -> list[tuple[str, str, Answer]]:
    """The answers that are not read as labelled: text, label, reading."""
    read = [(row["text"], row["intent"], rules.read(row["text"]).intent) for row in rows]
    return [line for line in read if line[1] != line[2]]
