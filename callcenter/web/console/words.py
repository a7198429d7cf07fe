"""Moments, spans and numbers as people in Wuxi say them; used by the pages only."""

from datetime import date, datetime, timedelta

from callcenter.domain.people import LIVING_WORDS, Living, age_on
from callcenter.domain.week import local, monday_of

DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def clock(moment: datetime) -> str:
    """The time of day: 9:20."""
    wall = local(moment)
    return f"{wall.hour}:{wall.minute:02d}"


def day(on: date) -> str:
    """A day in this year or another: 11月24日."""
    return f"{on.month}月{on.day}日"


def full_day(on: date) -> str:
    """A day with its year and weekday: 2026年11月24日 周二."""
    return f"{on.year}年{on.month}月{on.day}日 {DAYS[on.weekday()]}"


def when(moment: datetime | None, now: datetime) -> str:
    """As short as is clear: 今天 9:20, 周四 9:20 in this week, 11月24日 9:20, or with the year."""
    if moment is None:
        return ""
    wall, today = local(moment), local(now)
    if wall.date() == today.date():
        return f"今天 {clock(moment)}"
    if monday_of(moment) == monday_of(now):
        return f"{DAYS[wall.weekday()]} {clock(moment)}"
    year = "" if wall.year == today.year else f"{wall.year}年"
    return f"{year}{day(wall.date())} {clock(moment)}"


def span(length: timedelta) -> str:
    """A length of time in its two largest units at most: 2小时5分, 3天."""
    minutes = int(abs(length).total_seconds()) // 60
    if minutes < 1:
        return f"{int(abs(length).total_seconds())}秒"
    if minutes < 60:
        return f"{minutes}分钟"
    if minutes < 48 * 60:
        rest = minutes % 60
        return f"{minutes // 60}小时" + (f"{rest}分" if rest else "")
    return f"{minutes // (24 * 60)}天"


def left(until: datetime | None, now: datetime) -> str:
    """How much time is left, or how late it is: 还剩12分钟, 超时3分钟."""
    if until is None:
        return ""
    return ("还剩" if until >= now else "超时") + span(until - now)


def haste(until: datetime | None, now: datetime) -> str:
    """How pressing a deadline is, for its colour: over, soon or calm."""
    if until is None:
        return "calm"
    if until < now:
        return "over"
    return "soon" if until - now < timedelta(minutes=10) else "calm"


def age(born_on: date, now: datetime) -> str:
    """Completed years: 84岁."""
    return f"{age_on(born_on, local(now).date())}岁"


def living(value: str) -> str:
    """With whom an elder lives, in words."""
    return LIVING_WORDS[Living(value)]


def week(monday: date) -> str:
    """A week by its first and last day: 11月23日至29日."""
    sunday = monday + timedelta(days=6)
    last = day(sunday) if sunday.month != monday.month else f"{sunday.day}日"
    return f"{day(monday)}至{last}"


def minute(of_day: int) -> str:
    """A minute of the day as a time: 9:00."""
    return f"{of_day // 60}:{of_day % 60:02d}"


def phone(number: str) -> str:
    """A phone number as it is written down: 138 0000 0001."""
    digits = number.removeprefix("+86")
    if len(digits) == 11 and digits.isdigit():
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return digits
