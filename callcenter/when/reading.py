"""Puts a day and a time of day together, and says the result in full."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from callcenter.domain.spoken import say_day
from callcenter.domain.week import SHANGHAI
from callcenter.when.clock import (
    WHOLE_DAY,
    Part,
    at_clock,
    clock_times,
    in_a_while,
    morning_or_evening,
    on,
    part_named,
    say_stretch,
)
from callcenter.when.days import Day, next_workday, read_day
from callcenter.when.doubt import NotInFuture, Unsettled
from callcenter.when.festivals import holiday
from callcenter.when.words import folded

SOON = timedelta(hours=2)  # 尽快
LEAST_LEFT = timedelta(minutes=1)
ASAP = re.compile(r"马上|立刻|现在(?!几)|尽快|越快越好|赶快|赶紧|快点来|等会|等歇")
TWICE = (8, 9)  # in the morning; once that is over perhaps in the evening
DATED = re.compile(r"(?:[今明后]天，)?(?:\d{4}年)?\d{1,2}月\d{1,2}日星期.")
SAME_TIME = re.compile(r"这个?时候|这个?时间|同1?时间")


@dataclass(frozen=True, kw_only=True)
class When:
    """A stretch of time in the future."""

    start: datetime  # aware, Asia/Shanghai
    end: datetime  # aware, after start
    words: str  # as it is read back: 明天，11月26日星期四，上午
    dated: bool  # a day was said, not only a part of the day
    timed: bool  # a part of the day or a clock time was said, not only a day
    holiday: str = ""  # the public holiday that the day belongs to

    @property
    def day_words(self) -> str:
        """The day alone: 明天，11月26日星期四."""
        return self.words.rpartition("，")[0]

    @property
    def time_words(self) -> str:
        """The time of day alone: 上午, 下午两点到四点."""
        return self.words.rpartition("，")[2]


def read_when(text: str, now: datetime, part: str = "") -> When | None:
    """The time that is said, None if none is. `part` is the part of the day when only a day is.

    Raises NotInFuture for the past and Unsettled for what must be asked back; both carry the
    question.
    """
    here = now.astimezone(SHANGHAI)
    said = folded(text)
    later = in_a_while(said, here)
    if later is not None:
        day = Day(date=later.date())
        return _checked(day, (later, later + timedelta(hours=1)), here, dated=True, timed=True)
    day_said = read_day(said, here.date())
    clock, named = clock_times(said), part_named(said)
    if ASAP.search(said) and clock is None and named is None and _today(day_said, here):
        return _soon(here)
    if SAME_TIME.search(said) and clock is None and day_said is not None:
        clock = (here.hour, here.minute // 5 * 5), None
    if clock is not None:
        return _by_clock(day_said, clock, named, said, here)
    if day_said is None and named is None:
        return None
    return _by_part(day_said, named or part_named(part), here)


def _today(day: Day | None, now: datetime) -> bool:
    return day is None or day.date == now.date()


def _soon(now: datetime) -> When:
    return When(
        start=now, end=now + SOON, words=f"{spoken_day(now.date(), now)}，尽快",
        dated=True, timed=True, holiday=holiday(now.date()),
    )  # fmt: skip


def _by_part(day: Day | None, part: Part | None, now: datetime) -> When:
    """A part of a day; without a day the next one that is not over."""
    of_day = part or WHOLE_DAY
    chosen = day or Day(date=now.date())
    if day is None and of_day is WHOLE_DAY:
        chosen = Day(date=next_workday(now.date()))  # any time will do
    stretch = on(chosen.date, of_day.begins), on(chosen.date, of_day.ends)
    if day is None and stretch[1] - now < LEAST_LEFT:
        chosen = Day(date=now.date() + timedelta(days=1))
        stretch = on(chosen.date, of_day.begins), on(chosen.date, of_day.ends)
    return _checked(
        chosen, stretch, now, part=of_day.name, dated=day is not None, timed=part is not None
    )


def _by_clock(
    day: Day | None,
    clock: tuple[tuple[int, int], tuple[int, int] | None],
    part: Part | None,
    said: str,
    now: datetime,
) -> When:
    clear = part if part is not WHOLE_DAY else None
    chosen = day or Day(date=now.date())
    stretch = at_clock(chosen.date, clock, clear, said)
    if day is None and stretch[0] <= now:
        if clear is None and clock[0][0] in TWICE and now.hour < clock[0][0] + 12:
            raise Unsettled(morning_or_evening(clock[0][0]), said)
        stretch = stretch[0] + timedelta(days=1), stretch[1] + timedelta(days=1)
    return _checked(chosen, stretch, now, dated=day is not None, timed=True)


def _checked(
    day: Day,
    stretch: tuple[datetime, datetime],
    now: datetime,
    *,
    part: str = "",
    dated: bool,
    timed: bool,
) -> When:
    """The result with its words. Raises NotInFuture with the same time a day later."""
    start, end = stretch
    date_ = day.date if part else start.date()
    words = f"{_called(day, date_, now)}，{part or say_stretch(start, end)}"
    if end - now < LEAST_LEFT:
        raise _over(words)
    return When(
        start=max(start, now), end=end, words=words, dated=dated, timed=timed,
        holiday=holiday(date_),
    )  # fmt: skip


def _over(words: str) -> NotInFuture:
    """今天早上七点 is over: the same tomorrow is offered."""
    day, of_day = words.split("，")[0], words.rpartition("，")[2].replace(WHOLE_DAY.name, "")
    late = "已经过去了" if of_day else "已经来不及了"
    return NotInFuture(day + of_day + late, f"明天{of_day}" if day == "今天" else "")


def _called(day: Day, date_: date, now: datetime) -> str:
    spoken = spoken_day(date_, now)
    if day.every:
        return f"{day.every}，头一次是{spoken}"
    return f"{day.name}，{spoken}" if day.name else spoken


def spoken_day(day: date, now: datetime) -> str:
    """明天，11月26日星期四; the year only when it is another."""
    near = {0: "今天", 1: "明天", 2: "后天"}.get((day - now.date()).days, "")
    year = "" if day.year == now.year else f"{day.year}年"
    return f"{near}，{year}{say_day(day)}".lstrip("，").replace("日，", "日")


def said_now(words: str, start: datetime, now: datetime) -> str:
    """Words that were read back some days ago, as they are said today: 明天 may be 今天 by now."""
    here = now.astimezone(SHANGHAI)
    fresh = spoken_day(start.astimezone(SHANGHAI).date(), here)
    return DATED.sub(fresh, words, count=1)


def at_another_time(when: When, text: str, now: datetime) -> When | None:
    """The same day at the time that is said, or the same time on the day that is said."""
    here = now.astimezone(SHANGHAI)
    try:
        fresh = read_when(text, now)
    except Unsettled as doubt:
        if not doubt.keep:
            raise
        fresh = None
    if fresh is not None and fresh.dated:
        return fresh if fresh.timed or not when.timed else _same_time(when, fresh, here)
    said = f"{when.start.year}年{when.start.month}月{when.start.day}号，{folded(text)}"
    moved = read_when(said, now)
    if moved is None or not moved.timed:
        return None
    if moved.start.date() != when.start.date():
        return moved  # past midnight: another date
    return replace(moved, words=f"{when.day_words}，{moved.time_words}")


def _same_time(when: When, fresh: When, now: datetime) -> When:
    """The hours of `when` on the day of `fresh`."""
    ahead = fresh.start.date() - when.start.date()
    start, end = when.start + ahead, when.end + ahead
    if end - now < LEAST_LEFT:
        raise NotInFuture
    return replace(
        fresh, start=max(start, now), end=end, timed=True,
        words=f"{fresh.day_words}，{when.time_words}",
    )  # fmt: skip
