"""What care staff decide, read once from policy/*.yaml; mistakes are named in plain words."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from pypinyin import Style, lazy_pinyin, pinyin

from callcenter.domain.answers import AnswerRules
from callcenter.domain.breaker import BreakerRule
from callcenter.domain.bundling import Bundling
from callcenter.domain.call import Disposition
from callcenter.domain.checkin import Outcome, Retry, RetryPolicy
from callcenter.domain.danger import DangerRules
from callcenter.domain.ear import Ear
from callcenter.domain.escalation import Reason
from callcenter.domain.forecast import ForecastRule
from callcenter.domain.hours import Hours
from callcenter.domain.people import Role
from callcenter.domain.rulesheet import Sheet
from callcenter.domain.sentences import too_much
from callcenter.domain.waiting import TransferRules
from callcenter.domain.watch import Watch
from callcenter.domain.wellbeing import TalkSheet

EAR = Path(__file__).with_name("ear.json")  # learned, not edited: bot/school.py writes it


class BadPolicy(Exception):
    """A policy file has a mistake; the message names the file and says what to do."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """How the phone line speaks and listens; values are the carrier's words."""

    language: str
    voice: str
    loud_voice: str  # for who hears badly, or asks for it
    loud_volume: str  # SSML: medium, loud, x-loud
    hears: str
    hints: str  # words the recogniser should expect, separated by commas
    answer_seconds: int
    pause_seconds: int
    transfer_seconds: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a ladder as configured: people are looked up when an escalation opens."""

    title: str
    who: Role
    wait: timedelta


@dataclass(frozen=True, kw_only=True)
class LadderPlan:
    """A configured ladder."""

    steps: tuple[Step, ...]
    find_within: timedelta


@dataclass(frozen=True, kw_only=True)
class Prompts:
    """What the line says, and how it speaks."""

    line: Line
    sections: Mapping[str, Mapping[str, str]]  # section -> name -> words

    def say(self, section: str, name: str, /, **values: str) -> str:
        """The words of a prompt with its blanks filled. Raises KeyError for an unknown name."""
        return self.sections[section][name].format(**values)


@dataclass(frozen=True, kw_only=True)
class Mass:
    """What concerns many elders or many staff at once."""

    breaker: BreakerRule
    bundling: Bundling
    forecast: ForecastRule


@dataclass(frozen=True, kw_only=True)
class Policy:
    """All that care staff decide."""

    danger: Watch
    answers: AnswerRules
    talk: TalkSheet  # what is asked after a check-in
    retries: RetryPolicy
    ladders: Mapping[str, LadderPlan]
    ladder_of: Mapping[Reason, str]
    published_number: str  # the hotline's number as people write it; the line reads it by digits
    prompts: Prompts
    hours: Hours  # when operators answer
    transfer: TransferRules
    mass: Mass

    @property
    def line(self) -> Line:
        """How the phone line speaks and listens."""
        return self.prompts.line

    def say(self, section: str, name: str, /, **values: str) -> str:
        """The words of a prompt with its blanks filled. Raises KeyError for an unknown name."""
        return self.prompts.say(section, name, **values)

    def ladder_for(self, reason: Reason) -> LadderPlan:
        """The ladder that a reason takes."""
        return self.ladders[self.ladder_of.get(reason, "routine")]


BLANKS = frozenset({"name", "number", "summary", "text", "reason", "words", "at", "place", "when"})


def read_policy(folder: Path, hotline: str) -> Policy:
    """Everything in the folder, for a hotline of this number (E.164).

    Raises BadPolicy with the name of the file and what is wrong in it.
    """
    ladders = _read(folder, "ladders.yaml", _ladders)
    return Policy(
        danger=Watch(
            rules=_read(folder, "danger.yaml", partial(DangerRules.parse, readings=readings)),
            ear=_read_ear(),
        ),
        answers=_read(folder, "answers.yaml", partial(AnswerRules.parse, readings=readings)),
        talk=_read(folder, "talk.yaml", partial(TalkSheet.parse, readings=readings)),
        retries=_read(folder, "retries.yaml", _retries),
        ladders=ladders[0],
        ladder_of=ladders[1],
        published_number=hotline.removeprefix("+86"),
        prompts=read_prompts(folder),
        hours=_read(folder, "hours.yaml", Hours.parse),
        transfer=_read(folder, "transfer.yaml", TransferRules.parse),
        mass=_read(folder, "mass.yaml", _mass),
    )


def read_prompts(folder: Path) -> Prompts:
    """The words alone, for what has to speak though everything else is broken. Raises BadPolicy."""
    prompts: Prompts = _read(folder, "prompts.yaml", _prompts)
    return prompts


@lru_cache(maxsize=1)
def _read_ear() -> Ear:
    try:
        return Ear.parse(json.loads(EAR.read_text(encoding="utf-8")), lazy_pinyin)
    except (OSError, ValueError, KeyError) as wrong:
        raise BadPolicy(f"{EAR.name} cannot be read ({wrong}); restore it") from wrong


@lru_cache(maxsize=8192)
def readings(char: str) -> tuple[str, ...]:
    """How a character may sound, without tones; recognition writes 率倒 for 摔倒."""
    return tuple(pinyin(char, style=Style.NORMAL, heteronym=True)[0])


def _read(folder: Path, name: str, build: Any) -> Any:
    file = folder / name
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"{file} is missing; restore it or point XIXIN_POLICY_FOLDER at its folder"
        raise BadPolicy(message) from None
    except yaml.YAMLError as wrong:
        raise BadPolicy(f"{file} is not valid YAML: {wrong}") from wrong
    return _checked(file, build, raw)


def _checked(file: Path, build: Any, raw: Any) -> Any:
    try:
        return build(raw)
    except KeyError as wrong:
        raise BadPolicy(f"{file}: {wrong} is missing or unknown") from wrong
    except (ValueError, TypeError, AttributeError) as wrong:
        raise BadPolicy(f"{file}: {wrong}") from wrong


def _retries(raw: Mapping[str, Any]) -> RetryPolicy:
    endings = {one.value for one in Outcome} | {one.value for one in Disposition}
    rules = {}
    for ending, rule in raw.items():
        if ending == "attempts":
            continue
        if ending not in endings:
            raise ValueError(f"{ending!r} is not an ending; choose from {sorted(endings)}")
        wait, at_most = int(rule["wait_minutes"]), int(rule["at_most"])
        if wait < 0 or at_most < 0:
            raise ValueError(f"{ending}: wait_minutes and at_most must not be negative")
        rules[ending] = Retry(wait=timedelta(minutes=wait), at_most=at_most)
    return RetryPolicy(by_ending=rules, attempts=int(raw["attempts"]))


def _ladders(raw: Mapping[str, Any]) -> tuple[dict[str, LadderPlan], dict[Reason, str]]:
    plans = {name: _ladder(name, one) for name, one in raw["ladders"].items()}
    reasons = {Reason(reason): str(name) for reason, name in (raw.get("reasons") or {}).items()}
    for name in ("routine", *reasons.values()):
        if name not in plans:
            raise ValueError(f"a ladder named {name!r} is needed")
    return plans, reasons


def _ladder(name: str, raw: Mapping[str, Any]) -> LadderPlan:
    steps = tuple(
        Step(
            title=str(one["title"]),
            who=Role(one["who"]),
            wait=timedelta(minutes=int(one["wait_minutes"])),
        )
        for one in raw["rungs"]
    )
    if not steps or any(step.wait <= timedelta(0) for step in steps):
        raise ValueError(f"ladder {name!r} needs at least one rung, each with wait_minutes over 0")
    return LadderPlan(steps=steps, find_within=timedelta(minutes=int(raw["find_within_minutes"])))


def _mass(raw: Mapping[str, Any]) -> Mass:
    sheet = Sheet(name="mass.yaml", raw=raw)
    return Mass(
        breaker=BreakerRule.parse(sheet.part("breaker")),
        bundling=Bundling.parse(sheet.part("bundling")),
        forecast=ForecastRule.parse(sheet.part("forecast")),
    )


QUOTED = re.compile('[“”‘’"「」『』]')
READ_BY_EYE = "_web"  # prompts of the chat page and Telegram


def _prompts(raw: Mapping[str, Any]) -> Prompts:
    sections = {name: dict(part) for name, part in raw.items() if name != "line"}
    for section, prompts in sections.items():
        for name, words in prompts.items():
            unknown = {field for _, field, _, _ in Formatter().parse(words) if field} - BLANKS
            if unknown:
                raise ValueError(f"{section}.{name} has unknown blanks {sorted(unknown)}")
            wrong = None if name.endswith("_web") else too_much(words)
            if wrong:
                raise ValueError(f"{section}.{name}：{wrong}")
            if QUOTED.search(words) and not name.endswith(READ_BY_EYE):
                raise ValueError(f"{section}.{name} 里有引号；念出来听不见引号，请去掉")
    return Prompts(line=Line(**raw["line"]), sections=sections)
