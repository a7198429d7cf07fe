"""Who is covered, and what we may know of a person. No clock: every question says on which day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


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


def on_visiting_list(who: Situation) -> bool:
    """The wider list behind the visiting rate: everyone living alone or in an empty nest."""
    return who.living in (Living.ALONE, Living.EMPTY_NEST)
