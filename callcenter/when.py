"""Reads the times that elders say (后天下午两点到四点, 下礼拜三吃中饭辰光) and says them in full.

A day and a part of the day or a clock time are read on their own and put together, seen from `now`.
The past is refused; what could mean two things is asked back, never guessed silently: whoever calls
this reads the result back with its date and weekday. Festivals and the lunar calendar are left to
jionlp, public holidays to chinese_calendar.
"""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import chinese_calendar
import jionlp

from callcenter.domain.spoken import say_day, say_number
from callcenter.domain.week import SHANGHAI
from callcenter.whenwords import (
    AFTER_NOON,
    ASAP,
    CLOCK,
    CORRECTED,
    DAY_OF_MONTH,
    DIGITS,
    HOLIDAYS,
    IN_DAYS,
    IN_HOURS,
    LUNAR,
    MONTH_DAY,
    MONTH_EDGE,
    NAMED,
    NUMERAL,
    PARTS,
    PAST_DAY,
    RANGE,
    RELATIVE,
    SAID_WEEKDAY,
    SAME,
    VAGUE,
    WEEK_ONLY,
    WHOLE_DAY,
    WORKDAY,
    Part,
)

SOON = timedelta(hours=2)  # 尽快
LEAST_LEFT = timedelta(minutes=1)


class NotInFuture(Exception):
    """这个时间已经过去了。"""


class Unsettled(Exception):
    """A time that has to be asked about; the message is the question, as it is spoken."""


@dataclass(frozen=True, kw_only=True)
class When:
    """A stretch of time in the future."""

    start: datetime  # aware, Asia/Shanghai
    end: datetime  # aware, after start
    words: str  # as it is read back: 明天，11月26日星期四，上午
    dated: bool  # a day was said, not only a part of the day
    timed: bool  # a part of the day or a clock time was said, not only a day
    holiday: str = ""  # the public holiday that the day belongs to


def read_when(text: str, now: datetime, part: str = "") -> When | None:
    """The time that is said, None if none is. `part` is the part of the day when only a day is.

    Raises NotInFuture for the past and Unsettled with a question for what must be asked back.
    """
    here = now.astimezone(SHANGHAI)
    said = _normalised(text)
    found = _read(said, here, part)
    if found is None:
        return None
    start, end, day_said, time_said, words = found
    if end - here < LEAST_LEFT:
        raise NotInFuture
    start = max(start, here)
    return When(
        start=start, end=end, words=words, dated=day_said, timed=time_said,
        holiday=holiday(start.date()),
    )  # fmt: skip


def at_another_time(when: When, text: str, now: datetime) -> When | None:
    """The same day at the time that is said, or the same time on the day that is said."""
    fresh = read_when(text, now)
    if fresh is None or (fresh.dated and (fresh.timed or not when.timed)):
        return fresh
    if fresh.dated:
        return _same_time(when, fresh.start.date(), now.astimezone(SHANGHAI))
    return read_when(f"{when.start.month}月{when.start.day}号{_normalised(text)}", now)


def _same_time(when: When, day: date, now: datetime) -> When:
    ahead = day - when.start.date()
    start, end = when.start + ahead, when.end + ahead
    if end - now < LEAST_LEFT:
        raise NotInFuture
    words = f"{_spoken_day(day, now)}，{when.words.rpartition('，')[2]}"
    return replace(
        when, start=max(start, now), end=end, words=words, dated=True, holiday=holiday(day)
    )


def holiday(day: date) -> str:
    """The public holiday that a day belongs to; empty for others and for unknown years."""
    try:
        _, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return ""
    return HOLIDAYS.get(name or "", "")


def _normalised(text: str) -> str:
    said = text.strip()
    for pattern, plain in SAME:
        said = re.sub(pattern, plain, said)
    said = NUMERAL.sub(lambda m: _digits(m[0]), said)
    pieces = [piece for piece in CORRECTED.split(said) if piece]
    return pieces[-1] if pieces else said


def _digits(numeral: str) -> str:
    """十五 -> 15, 二十三 -> 23, 两 -> 2, 三零一 -> 301."""
    if "十" not in numeral:
        return "".join(str(DIGITS[c]) for c in numeral)
    tens, _, ones = numeral.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return numeral
    return str((DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0))


Reading = tuple[datetime, datetime, bool, bool, str]


def _read(said: str, now: datetime, default: str) -> Reading | None:
    exact = _in_hours(said, now)
    if exact is not None:
        return _clocked(exact, exact + timedelta(hours=1), now, day_said=True)
    day = _day(said, now)
    clock = _clock_times(said)
    part = _part(said)
    if day is None and clock is None and part is None:
        if ASAP.search(said):
            return now, now + SOON, True, True, f"尽快，{_spoken_day(now.date(), now)}"
        if VAGUE.search(said):
            raise Unsettled("具体是哪一天呢？")
        return None
    if clock is not None:
        return _at_clock(day, clock, part, said, now)
    timed = part is not None or bool(default)
    return _in_part(day, part or _part(default) or WHOLE_DAY, now, timed=timed)


def _in_part(day: date | None, part: Part, now: datetime, *, timed: bool) -> Reading:
    chosen = day or now.date()
    if day is None and now >= _on(chosen, part.ends):
        chosen += timedelta(days=1)
    words = f"{_spoken_day(chosen, now)}，{part.name}"
    return _on(chosen, part.begins), _on(chosen, part.ends), day is not None, timed, words


def _part(said: str) -> Part | None:
    """The part that is named; a clock part (晚上) goes before a meal (晚饭) by its place."""
    found = [(m.start(), p) for p in (*PARTS, WHOLE_DAY) if (m := re.search(p.said, said))]
    return min(found, key=lambda one: one[0])[1] if found else None


def _day(said: str, now: datetime) -> date | None:
    today = now.date()
    if PAST_DAY.search(said):
        raise NotInFuture
    for word, ahead in RELATIVE.items():
        if word in said:
            return today + timedelta(days=ahead)
    if m := IN_DAYS.search(said):
        return _ahead(today, int(m[1] or m[3]), m[2] or "天")
    if m := SAID_WEEKDAY.search(said):
        return _weekday(today, m[1] or "", m[2])
    if m := WEEK_ONLY.search(said):
        raise Unsettled("下个礼拜的哪一天呢？")
    return _calendar_day(said, today)


def _ahead(today: date, count: int, unit: str) -> date:
    days = {"天": 1, "周": 7, "个月": 30}[unit]
    return today + timedelta(days=count * days)


def _weekday(today: date, which: str, name: str) -> date:
    """下周三 is the Wednesday of next week; a bare 周三 the next one, today included."""
    number = 5 if name == "末" else 6 if name in "日7" else int(name) - 1
    monday = today - timedelta(days=today.weekday())
    weeks = which.count("下")
    day = monday + timedelta(days=number, weeks=weeks)
    return day + timedelta(weeks=1) if not which and day < today else day


def _calendar_day(said: str, today: date) -> date | None:
    if m := MONTH_DAY.search(said):
        return _date(today, int(m[1] or m[3]), int(m[2] or m[4]))
    if m := LUNAR.search(said):
        return _festival(m[0], date(today.year + 1, 1, 1) if "明年" in said else today)
    if m := DAY_OF_MONTH.search(said):
        return _of_month(today, m[1] or "", int(m[2]))
    if "月" in said and (m := MONTH_EDGE.search(said)):
        return _edge(today, bool(m[1]), m[2])
    if WORKDAY.search(said):
        return _next_workday(today)
    return None


def _date(today: date, month: int, day: int) -> date:
    for year in (today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise Unsettled("没有这一天，请您再说一遍是几月几号。")


def _of_month(today: date, which: str, day: int) -> date:
    months = (1,) if which.startswith("下") else (0,) if which else (0, 1)
    for ahead in months:
        year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
        try:
            found = date(year, month + 1, day)
        except ValueError:
            continue
        if found >= today or which:
            return found
    raise Unsettled("没有这一天，请您再说一遍是几号。")


def _edge(today: date, following: bool, edge: str) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + following, 12)
    last = calendar.monthrange(year, month + 1)[1]
    day = date(year, month + 1, {"初": 1, "中": 15, "底": last}[edge])
    return _edge(today, True, edge) if day < today and not following else day


def _festival(name: str, today: date) -> date | None:
    for base in (today, date(today.year + 1, 1, 2)):
        noon = datetime.combine(base, time(12), SHANGHAI)  # the same day in any zone
        try:
            raw = jionlp.parse_time(name, time_base=noon.timestamp())["time"][0]
        except (ValueError, KeyError, TypeError, IndexError):
            return None
        found = date.fromisoformat(str(raw)[:10])
        if found >= today:
            return found
    return None


def _next_workday(today: date) -> date:
    day = today + timedelta(days=1)
    while not _works(day):
        day += timedelta(days=1)
    return day


def _works(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # the calendar is published one year at a time
        return day.weekday() < 5


def _in_hours(said: str, now: datetime) -> datetime | None:
    if m := IN_HOURS.search(said):
        count = m[1] or m[4]
        minutes = (30 if count == "半" else int(count) * 60) + (30 if m[2] else 0)
        return now + timedelta(minutes=minutes if (m[3] or m[5]) == "小时" else int(count))
    return None


Clock = tuple[int, int]


def _clock_times(said: str) -> tuple[Clock, Clock | None] | None:
    found = list(CLOCK.finditer(said))
    if not found or any(int(m[1]) > 24 for m in found):
        return None
    first = _hour_minute(found[0])
    if len(found) > 1 and RANGE.search(said[found[0].end() : found[1].start()]):
        return first, _hour_minute(found[1])
    if m := re.search(r"(\d{1,2})(?:到|至|-)(?=\d{1,2}点)", said):
        return (int(m[1]), 0), first
    return first, None


def _hour_minute(m: re.Match[str]) -> Clock:
    minute = {"半": 30, "1刻": 15, "3刻": 45}.get(m[2] or "")
    return int(m[1]), int(m[2] or 0) if minute is None else minute


def _at_clock(
    day: date | None, clock: tuple[Clock, Clock | None], part: Part | None, said: str, now: datetime
) -> Reading:
    first, last = clock
    chosen = day or now.date()
    start = _moment(chosen, first, part)
    if day is None and start <= now:
        start += timedelta(days=1)
    end = start + timedelta(hours=1) if last is None else _ending(start, last)
    if last is None and re.search(r"点\S{0,3}(以前|之前|前)", said):
        start, end = start - timedelta(hours=2), start
    return _clocked(start, end, now, day_said=day is not None)


def _ending(start: datetime, last: Clock) -> datetime:
    end = start.replace(hour=last[0] % 24, minute=last[1])
    while end <= start:
        end += timedelta(hours=12)
    return end


def _moment(day: date, clock: Clock, part: Part | None) -> datetime:
    hour, minute = clock
    if part is None and hour in (6, 7) and hour < 13:
        name = say_number(hour)
        raise Unsettled(f"您是说早上{name}点，还是晚上{name}点？")
    if hour <= 12 and _is_evening(hour, part):
        hour = hour % 12 + 12 if hour != 12 or (part and part.name == "中午") else 24
    return _on(day, hour) + timedelta(minutes=minute)


def _is_evening(hour: int, part: Part | None) -> bool:
    if part is None:
        return 1 <= hour <= 5
    if part.name == "中午":
        return hour < 10
    return part.name in AFTER_NOON and not (part.name == "下午" and hour == 12)


def _clocked(start: datetime, end: datetime, now: datetime, *, day_said: bool) -> Reading:
    words = f"{_spoken_day(start.date(), now)}，{_spoken_clock(start)}"
    if end - start != timedelta(hours=1):
        words += f"到{_spoken_clock(end, start)}"
    return start, end, day_said, True, words


def _spoken_clock(moment: datetime, after: datetime | None = None) -> str:
    name = next((p.name for p in NAMED if p.begins <= moment.hour < p.ends), "夜里")
    before = next((p.name for p in NAMED if after and p.begins <= after.hour < p.ends), None)
    hour = moment.hour if moment.hour <= 12 else moment.hour - 12
    minute = {0: "", 30: "半", 15: "一刻", 45: "三刻"}.get(moment.minute)
    tail = say_number(moment.minute) + "分" if minute is None else minute
    said = ("两" if hour == 2 else say_number(hour)) + "点" + tail
    return said if name == before else name + said


def _spoken_day(day: date, now: datetime) -> str:
    near = {0: "今天", 1: "明天", 2: "后天"}.get((day - now.date()).days, "")
    year = "" if day.year == now.year else f"{day.year}年"
    return f"{near}，{year}{say_day(day)}".lstrip("，").replace("日，", "日")


def _on(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(), SHANGHAI) + timedelta(hours=hour)
