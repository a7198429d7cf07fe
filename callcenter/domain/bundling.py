"""Many escalations for one worker (合并通知): told as one, and shared when there are too many.

Danger is never bundled and never waits: only routine notices come here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.domain.escalation import REASON_WORDS, Ladder, Reason
from callcenter.domain.rulesheet import Sheet
from callcenter.domain.spoken import say_count

NAMED = 6  # so many names are said; the others are counted


@dataclass(frozen=True, kw_only=True)
class Bundling:
    """How often one worker is told, and of how much. Read from policy/mass.yaml."""

    within: timedelta  # after a notice the next ones wait so long, and then go out as one
    cap: int  # whoever has so many open escalations shares new ones with the next rung

    @classmethod
    def parse(cls, sheet: Sheet) -> "Bundling":
        """The rule as staff wrote it. Raises BadRules in plain Chinese."""
        return cls(
            within=timedelta(minutes=sheet.whole("within_minutes", 1, 4)),
            cap=sheet.whole("cap", 1, 200),
        )


def goes_out_at(rule: Bundling, now: datetime, last_told: datetime | None) -> datetime:
    """When a routine notice may leave for somebody who was last told at `last_told`."""
    return now if last_told is None else max(now, last_told + rule.within)


def rungs_told(ladder: Ladder, load: Mapping[int, int], cap: int) -> tuple[int, ...]:
    """The rungs that hear of a new escalation: the first, and on while everybody has too many.

    `load` is how many open escalations each worker has by id. The last rung always can take one.
    """
    told = [0]
    while told[-1] + 1 < len(ladder.rungs):
        if any(load.get(one, 0) < cap for one in ladder.rungs[told[-1]].workers):
            break
        told.append(told[-1] + 1)
    return tuple(told)


@dataclass(frozen=True, kw_only=True)
class Several:
    """The words for several escalations told as one."""

    number: str  # how many, as spoken
    reason: str  # what they have in common
    names: str  # whom they are about


def several(about: Sequence[str], reasons: Sequence[Reason]) -> Several:
    """The words for escalations about these people, for these reasons."""
    alike = set(reasons)
    return Several(
        number=say_count(len(about)),
        reason=REASON_WORDS[reasons[0]] if len(alike) == 1 else "等您核实",
        names="、".join(about[:NAMED]) + ("等" if len(about) > NAMED else ""),
    )
