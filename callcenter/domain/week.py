"""Weeks and wall-clock days in Wuxi: Monday to Sunday, Asia/Shanghai. Moments are aware UTC."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(moment: datetime) -> datetime:
    """The same moment on a wall clock in Wuxi."""
    return moment.astimezone(SHANGHAI)


def at(day: date, minute: int) -> datetime:
    """The given minute of the day (0 to 1439) on that day in Wuxi, as aware UTC."""
    return datetime.combine(day, time(minute // 60, minute % 60), SHANGHAI).astimezone(UTC)


def monday_of(moment: datetime) -> date:
    """The Monday that begins the week of this moment in Wuxi."""
    day = local(moment).date()
    return day - timedelta(days=day.weekday())


def sunday_of(monday: date) -> date:
    """The last day of the week that begins on this Monday."""
    return monday + timedelta(days=6)


def month_of(day: date) -> tuple[date, date]:
    """The first day of the month of `day`, and the first day of the month after it."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def minute_of(moment: datetime) -> int:
    """Minutes since midnight on a wall clock in Wuxi."""
    wall = local(moment)
    return wall.hour * 60 + wall.minute


@dataclass(frozen=True, kw_only=True)
class Window:
    """When an elder may be phoned, in minutes of the day: from opens (included) to closes."""

    opens: int  # minute of the day, 0 to 1439
    closes: int  # minute of the day, after opens
    nap: tuple[int, int] | None = None  # not in between; inside the window

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= 1439:
            raise ValueError(f"a calling window runs forward within a day, not {self}")
        if self.nap and not self.opens < self.nap[0] < self.nap[1] < self.closes:
            raise ValueError(f"a nap runs forward inside the calling window, not {self}")

    def holds(self, moment: datetime) -> bool:
        """True when the elder may be phoned at this moment."""
        return self.opens <= minute_of(moment) < self.closes and not self._asleep(moment)

    def next_open(self, moment: datetime) -> datetime:
        """The first moment from `moment` on at which the elder may be phoned."""
        if self.holds(moment):
            return moment
        day = local(moment).date()
        if self.nap and self._asleep(moment):
            return at(day, self.nap[1])
        if minute_of(moment) >= self.closes:
            day += timedelta(days=1)
        return at(day, self.opens)

    def _asleep(self, moment: datetime) -> bool:
        return self.nap is not None and self.nap[0] <= minute_of(moment) < self.nap[1]

    def closing(self, moment: datetime) -> datetime:
        """When the window closes on the day of `moment`."""
        return at(local(moment).date(), self.closes)
