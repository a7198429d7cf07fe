"""The phone book: who has which number, and how simulated people behave."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROLES = {
    "elder": "老人",
    "family": "家属",
    "caseworker": "社工",
    "operator": "坐席",
    "other": "其他",
}
LINES = {"mobile": "手机", "landline": "座机"}
PICKUPS = (
    "answers",
    "no_answer",
    "busy",
    "declines",
    "unreachable",
    "voicemail",
    "fax",
)

Span = tuple[float, float]


class BadPhoneBook(ValueError):
    """The phone book has a mistake; the message says where and what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a person does when the line waits for an answer."""

    hears: re.Pattern[str]  # must be found in what was said since the last reply
    press: str = ""
    say: tuple[tuple[str, float], ...] = ()  # sentence, weight
    hang_up: bool = False
    after: Span = (1.0, 3.0)  # seconds of thinking
    chance: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a person takes one call."""

    weight: float = 1.0
    pickup: str = "answers"
    after: Span = (5.0, 5.0)  # seconds of ringing
    greets: str = ""
    detected: str | None = None
    replies: tuple[Reply, ...] = ()
    talk: tuple[str, ...] = ()
    talk_seconds: Span = (45.0, 45.0)
    hangs_up_after: Span | None = None


Behaviour = tuple[Manner, ...]


@dataclass(frozen=True, kw_only=True)
class Person:
    """An entry of the phone book."""

    number: str  # E.164, or a short number such as 120
    name: str
    role: str  # one of ROLES
    line: str  # mobile or landline
    behaviour: str  # a name in the book's behaviours
    refuses: int | None = None  # a REST error code that placing a call to this number gives
    remark: str = ""  # shown to who takes the phone: age, street, what is special


@dataclass(frozen=True, kw_only=True)
class PhoneBook:
    """People by number, and the behaviours that they name."""

    people: Mapping[str, Person] = field(default_factory=dict)
    behaviours: Mapping[str, Behaviour] = field(default_factory=dict)

    def find(self, number: str) -> Person | None:
        """Who has this number."""
        return self.people.get(number)


def load(file: Path | None) -> PhoneBook:
    """The phone book of a file. Raises BadPhoneBook with a message that says what to mend."""
    if file is None:
        return from_data({})
    try:
        return from_data(yaml.safe_load(file.read_text(encoding="utf-8")) or {})
    except (OSError, yaml.YAMLError) as broken:
        raise BadPhoneBook(f"phone book {file.name} cannot be read: {broken}") from broken


def from_data(data: Mapping[str, Any]) -> PhoneBook:
    """The phone book out of plain data: {"behaviours": {...}, "people": [...]}."""
    _only(data, {"people", "behaviours"}, "the phone book")
    behaviours = dict(_built_in())
    for name, manners in (data.get("behaviours") or {}).items():
        behaviours[name] = _behaviour(name, manners)
    people: dict[str, Person] = {}
    for entry in data.get("people") or ():
        person = _person(entry, behaviours)
        if person.number in people:
            raise BadPhoneBook(f"the number {person.number} is in the phone book twice")
        people[person.number] = person
    return PhoneBook(people=people, behaviours=behaviours)


@cache
def _built_in() -> Mapping[str, Behaviour]:
    text = Path(__file__).with_name("behaviours.yaml").read_text(encoding="utf-8")
    return {name: _behaviour(name, manners) for name, manners in yaml.safe_load(text).items()}


def _person(entry: Mapping[str, Any], behaviours: dict[str, Behaviour]) -> Person:
    where = f"phone book entry {entry.get('number')}"
    _only(entry, set(Person.__dataclass_fields__), where)
    number = str(entry.get("number") or "")
    if not re.fullmatch(r"\+[1-9]\d{6,14}|\d{3,6}", number):
        raise BadPhoneBook(f"{where}: number must look like +8651012345678 or 120")
    role, line = entry.get("role", "other"), entry.get("line", "mobile")
    if role not in ROLES or line not in LINES:
        raise BadPhoneBook(f"{where}: role is one of {[*ROLES]}, line one of {[*LINES]}")
    behaviour = entry.get("behaviour", "no_answer")
    if not isinstance(behaviour, str):  # manners written in place
        behaviours[number], behaviour = _behaviour(number, behaviour), number
    if behaviour not in behaviours:
        raise BadPhoneBook(f"{where}: no behaviour {behaviour!r}; known: {sorted(behaviours)}")
    return Person(
        number=number,
        name=str(entry.get("name") or number),
        role=role,
        line=line,
        behaviour=behaviour,
        refuses=entry.get("refuses"),
        remark=str(entry.get("remark") or ""),
    )


def _behaviour(name: str, manners: Any) -> Behaviour:
    if not isinstance(manners, list) or not manners:
        raise BadPhoneBook(f"behaviour {name!r} must be a list with at least one manner")
    return tuple(_manner(name, manner) for manner in manners)


def _manner(name: str, data: Mapping[str, Any]) -> Manner:
    where = f"behaviour {name!r}"
    _only(data, set(Manner.__dataclass_fields__), where)
    pickup = data.get("pickup", "answers")
    if pickup not in PICKUPS:
        raise BadPhoneBook(f"{where}: pickup {pickup!r} is none of {PICKUPS}")
    leaves = data.get("hangs_up_after")
    return Manner(
        weight=float(data.get("weight", 1)),
        pickup=pickup,
        after=_span(data.get("after", 5), where),
        greets=data.get("greets", ""),
        detected=data.get("detected"),
        replies=tuple(_reply(where, reply) for reply in data.get("replies", ())),
        talk=tuple(data.get("talk", ())),
        talk_seconds=_span(data.get("talk_seconds", 45), where),
        hangs_up_after=None if leaves is None else _span(leaves, where),
    )


def _reply(where: str, data: Mapping[str, Any]) -> Reply:
    _only(data, set(Reply.__dataclass_fields__), where)
    said = [({"text": s} if isinstance(s, str) else s) for s in data.get("say", ())]
    try:
        hears = re.compile(data.get("hears", ""))
    except re.error as broken:
        raise BadPhoneBook(f"{where}: hears {data['hears']!r} is no pattern: {broken}") from broken
    return Reply(
        hears=hears,
        press=str(data.get("press", "")),
        say=tuple((s["text"], float(s.get("weight", 1))) for s in said),
        hang_up=bool(data.get("hang_up", False)),
        after=_span(data.get("after", [1, 3]), where),
        chance=float(data.get("chance", 1)),
    )


def _span(value: Any, where: str) -> Span:
    if isinstance(value, int | float):
        return float(value), float(value)
    if isinstance(value, list) and len(value) == 2 and value[0] <= value[1]:
        return float(value[0]), float(value[1])
    raise BadPhoneBook(f"{where}: {value!r} must be seconds or [least, most]")


def _only(data: Mapping[str, Any], allowed: set[str], where: str) -> None:
    unknown = set(data) - allowed
    if unknown:
        raise BadPhoneBook(f"{where}: unknown {sorted(unknown)}; allowed are {sorted(allowed)}")
