"""The words of the assistant and the tables of services, read once and checked at start."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from callcenter.config import ROOT
from callcenter.understanding import named

WORDS = Path(__file__).parent / "words.yaml"
SERVICES = ROOT / "policy" / "services.yaml"
DESTINATION = re.compile(r"送((?!我|他|她|伊|老|妈|爸)[^，。]{0,6}?)到[^，。]*")  # 送份饭到医院
BLANKS = frozenset({"name", "number", "what", "when", "note", "day", "holiday", "who"})


class BadWords(Exception):
    """actions/words.yaml or policy/services.yaml has a mistake; the message names it."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One kind of service."""

    name: str  # as it is spoken
    say: tuple[str, ...]  # words that ask for it
    ask_wanted: str  # the question for what exactly
    ask_place: str
    enough: tuple[str, ...]  # words that already say what exactly


@dataclass(frozen=True, kw_only=True)
class Words:
    """Everything the actions say and listen for."""

    lines: dict[str, str]
    services: dict[str, Service]
    people: tuple[str, ...]  # words for somebody else

    def say(self, name: str, /, **blanks: str) -> str:
        """A line with its blanks filled. Raises KeyError for an unknown one."""
        return self.lines[name].format(**blanks)

    def service_named(self, text: str) -> str | None:
        """The service that the words name, if any."""
        thing = DESTINATION.sub(r"送\1", text)
        return named(thing, {key: one.say for key, one in self.services.items()})


@lru_cache(maxsize=1)
def words() -> Words:
    """Read and checked once. Raises BadWords with a plain message."""
    lines, tables = _yaml(WORDS), _yaml(SERVICES)
    for name, line in lines.items():
        blanks = {blank for _, blank, _, _ in Formatter().parse(line) if blank}
        if blanks - BLANKS:
            raise BadWords(f"actions/words.yaml, {name}: nobody fills {sorted(blanks - BLANKS)}")
    return Words(
        lines=lines,
        services={key: _service(key, entry) for key, entry in tables["services"].items()},
        people=tuple(tables["people"]),
    )


def _service(key: str, entry: dict[str, Any]) -> Service:
    try:
        return Service(
            name=entry["name"],
            say=tuple(map(str, entry["say"])),
            ask_wanted=entry["ask_wanted"],
            ask_place=entry["ask_place"],
            enough=tuple(map(str, entry["enough"])),
        )
    except KeyError as missing:
        raise BadWords(f"policy/services.yaml, services, {key}: {missing} is missing") from None


def _yaml(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as wrong:
        raise BadWords(f"{file.name} cannot be read: {wrong}") from wrong
