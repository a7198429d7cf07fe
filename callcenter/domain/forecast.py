"""The Wednesday forecast (周三预告): who will be missed by Sunday as things stand, and why.

Judges what is planned against who is there to do it. Nothing here is a promise of the future.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from callcenter.domain.handcall import Why
from callcenter.domain.rulesheet import Sheet
from callcenter.domain.week import local, monday_of, sunday_of

WEDNESDAY = 2
DAY_ENDS = 17  # o'clock; after that no more visits are made today


class Cause(StrEnum):
    """Why a slot will be missed."""

    NO_PHONE = "no_phone"
    NUMBER_WRONG = "number_wrong"
    NOBODY_RINGS = "nobody_rings"  # on the human call list, and nobody has taken it
    NO_WORKER = "no_worker"  # the caseworker is off and nobody stands in
    TOO_MANY_VISITS = "too_many_visits"  # more visits than the days left can hold


CAUSE_WORDS = {
    Cause.NO_PHONE: "没有登记电话，要人当面问或补号码",
    Cause.NUMBER_WRONG: "电话号码无效，要补号码",
    Cause.NOBODY_RINGS: "在人工拨打名单上，还没有人打",
    Cause.NO_WORKER: "社工不在岗，没有人顶替",
    Cause.TOO_MANY_VISITS: "剩下的天数不够走完要上的门",
}
_OF_WHY = {Why.NO_PHONE: Cause.NO_PHONE, Why.NUMBER_WRONG: Cause.NUMBER_WRONG}


@dataclass(frozen=True, kw_only=True)
class ForecastRule:
    """What one caseworker can do, and when supervisors are told. Read from policy/mass.yaml."""

    visits_a_day: int  # of one caseworker
    hour: int  # of Wednesday, from which on the forecast is told

    @classmethod
    def parse(cls, sheet: Sheet) -> "ForecastRule":
        """The rule as staff wrote it. Raises BadRules in plain Chinese."""
        return cls(visits_a_day=sheet.whole("visits_a_day", 1, 50), hour=sheet.whole("hour", 0, 23))


@dataclass(frozen=True, kw_only=True)
class Team:
    """Who makes some visits of this week: one caseworker by name, or all of a community."""

    name: str  # of the caseworker or the community
    hands: int  # how many of them work here, stand-ins included
    visits: int  # still to be made this week


def of_call(why: Why | None, *, taken: bool) -> Cause | None:
    """Why a call that only a person can make will be missed; None when somebody is ringing."""
    if taken:
        return None
    return _OF_WHY.get(why, Cause.NOBODY_RINGS) if why is not None else Cause.NO_PHONE


def of_visits(team: Team, rule: ForecastRule, now: datetime) -> tuple[Cause, int] | None:
    """Why some of these visits will be missed, and how many; None when there is time for all."""
    if team.visits == 0:
        return None
    if team.hands == 0:
        return Cause.NO_WORKER, team.visits
    room = rule.visits_a_day * team.hands * days_left(now)
    return (Cause.TOO_MANY_VISITS, team.visits - room) if team.visits > room else None


def days_left(now: datetime) -> int:
    """The days of this week on which visits can still be made, today included until five."""
    wall = local(now)
    sunday: date = sunday_of(monday_of(now))
    return (sunday - wall.date()).days + (1 if wall.hour < DAY_ENDS else 0)


def is_time(rule: ForecastRule, now: datetime) -> bool:
    """Whether the forecast of this week is to be told by now."""
    wall = local(now)
    return (wall.weekday(), wall.hour) >= (WEDNESDAY, rule.hour)
