"""A hold (暂停): days without calls and visits, since somebody said where the elder is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from callcenter.domain.week import at

LONGEST = timedelta(days=92)  # a longer absence is looked at again in between
CHECKED_BY = 17 * 60  # minute of the last day until which somebody has to have asked


class HoldReason(StrEnum):
    """Where the elder is."""

    HOSPITAL = "hospital"
    AWAY = "away"
    OTHER = "other"


HOLD_WORDS = {
    HoldReason.HOSPITAL: "住院",
    HoldReason.AWAY: "和家人在外",
    HoldReason.OTHER: "其他原因暂停",
}


@dataclass(frozen=True, kw_only=True)
class Days:
    """The days of a hold, both included; `last` before `first` is no day at all."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether nobody phones or visits on that day."""
        return self.first <= day <= self.last

    def overlaps(self, other: "Days") -> bool:
        """Whether some day lies in both."""
        return max(self.first, other.first) <= min(self.last, other.last)


def mistake(days: Days, monday: date, today: date) -> str:
    """What is wrong with the days of a new hold, in plain words; empty when nothing is.

    `monday` is that of this week: weeks that are over have their report.
    """
    if days.last < days.first:
        return "暂停的最后一天早于第一天。"
    if days.first < monday:
        return "暂停不能从过去的周开始，那一周已经存档。"
    if days.last < today:
        return "暂停的最后一天已经过去了。"
    if days.last - days.first > LONGEST:
        return "一次暂停最多三个月，到时候核对了再延长。"
    return ""


def check_due(last: date) -> datetime:
    """Until when somebody has to have asked whether the elder is back: on the last day."""
    return at(last, CHECKED_BY)
