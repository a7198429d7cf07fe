"""Who is covered, and what we may know of a person. No clock: every question says on which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise


class Living(StrEnum):
    """With whom an elder lives."""

    ALONE = "alone"
    EMPTY_NEST = "empty_nest"  # a couple whose children live elsewhere
    WITH_FAMILY = "with_family"


LIVING_WORDS = {
    Living.ALONE: "独居",
    Living.EMPTY_NEST: "空巢",
    Living.WITH_FAMILY: "与家人同住",
}


class Category(StrEnum):
    """Why an elder gets two calls and two visits a week (district report, 5 February 2024)."""

    OLD_AND_ALONE = "old_and_alone"  # 80 or older, and living alone or in an empty nest
    POOR_AND_DISABLED = "poor_and_disabled"  # in hardship and disabled; no age floor


CATEGORY_WORDS = {
    Category.OLD_AND_ALONE: "80周岁以上空巢、独居",
    Category.POOR_AND_DISABLED: "经济困难的失能老人",
}

COVERED_FROM_AGE = 80  # "80周岁以上" includes 80


class Leaving(StrEnum):
    """Why an elder leaves a list; the value is what the roster keeps and people read."""

    MOVED = "已搬走"
    DECEASED = "已去世"
    IN_A_HOME = "入住养老机构"
    UNFIT = "不再符合条件"  # the only one after which the rules may take the elder back
    WISH = "本人要求退出"
    MISTAKE = "登记有误"


GONE = frozenset({Leaving.MOVED, Leaving.DECEASED, Leaving.IN_A_HOME})  # lives here no longer
OFF_BOTH = GONE | {Leaving.MISTAKE}  # off the wider visiting list as well


class Redrawing(StrEnum):
    """How the map of communities changes on a day."""

    OPENED = "opened"
    RENAMED = "renamed"
    SPLIT = "split"
    MERGED = "merged"
    REDRAWN = "redrawn"  # several into several
    CLOSED = "closed"


REDRAWING_WORDS = {
    Redrawing.OPENED: "新设",
    Redrawing.RENAMED: "更名",
    Redrawing.SPLIT: "拆分",
    Redrawing.MERGED: "合并",
    Redrawing.REDRAWN: "重新划分",
    Redrawing.CLOSED: "撤销",
}


def redrawing(before: int, after: int) -> Redrawing:
    """What it is called when so many communities become so many. Raises ValueError for none."""
    if before == 0 and after == 0:
        raise ValueError("a redrawing without communities changes nothing")
    if before == 0:
        return Redrawing.OPENED
    if after == 0:
        return Redrawing.CLOSED
    if before == 1:
        return Redrawing.RENAMED if after == 1 else Redrawing.SPLIT
    return Redrawing.MERGED if after == 1 else Redrawing.REDRAWN


class Role(StrEnum):
    """What a member of staff does."""

    CASEWORKER = "caseworker"
    STREET_SUPERVISOR = "street_supervisor"
    DUTY_OFFICER = "duty_officer"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"


ROLE_WORDS = {
    Role.CASEWORKER: "社工",
    Role.STREET_SUPERVISOR: "街道负责人",
    Role.DUTY_OFFICER: "区值班员",
    Role.OPERATOR: "坐席",
    Role.SUPERVISOR: "主管",
}


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What decides whether an elder is covered."""

    born_on: date
    living: Living
    hardship: bool  # recognised as in economic hardship
    disabled: bool  # assessed as unable to care for himself


def age_on(born_on: date, day: date) -> int:
    """Completed years on that day; someone born on 29 February turns on 1 March."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def category_on(who: Situation, day: date) -> Category | None:
    """Under which rule the elder is covered on that day, or None."""
    if who.hardship and who.disabled:
        return Category.POOR_AND_DISABLED
    alone = who.living in (Living.ALONE, Living.EMPTY_NEST)
    if alone and age_on(who.born_on, day) >= COVERED_FROM_AGE:
        return Category.OLD_AND_ALONE
    return None


def birthday(born_on: date, age: int) -> date:
    """The day on which somebody completes that many years; after a leap day the first of March."""
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 3, 1)


def covered_from(who: Situation) -> date | None:
    """The first day on which the elder is covered, if the situation stays as it is; or None."""
    if who.hardship and who.disabled:
        return who.born_on
    return birthday(who.born_on, COVERED_FROM_AGE) if on_visiting_list(who) else None


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days on a list: from the first day to the first day no longer on it (None: still there)."""

    first: date
    after: date | None

    def __post_init__(self) -> None:
        if self.after is not None and self.after < self.first:
            raise ValueError("a period cannot end before it begins")

    @property
    def empty(self) -> bool:
        """True for an entry taken back on the same day: it covers nobody."""
        return self.after == self.first

    def overlaps(self, other: "Period") -> bool:
        """Whether some day lies in both."""
        if self.empty or other.empty:
            return False
        begins_in_time = other.after is None or self.first < other.after
        return begins_in_time and (self.after is None or other.first < self.after)


def overlapping(periods: Sequence[Period]) -> tuple[Period, Period] | None:
    """Two of the periods that share a day, or None when all lie apart."""
    ordered = sorted((one for one in periods if not one.empty), key=lambda one: one.first)
    for before, after in pairwise(ordered):
        if before.overlaps(after):
            return before, after
    return None


def on_visiting_list(who: Situation) -> bool:
    """The wider list behind the visiting rate: everyone living alone or in an empty nest."""
    return who.living in (Living.ALONE, Living.EMPTY_NEST)
