"""What kind of day it is, as far as opening hours go."""

from datetime import date

from callcenter.domain.hours import DayKind
from callcenter.when.festivals import holiday, works


def day_kind(day: date) -> DayKind:
    """A weekend that is worked to make up for a holiday is a workday."""
    if works(day):
        return DayKind.WORKDAY
    return DayKind.HOLIDAY if holiday(day) else DayKind.WEEKEND
