"""Reads clock times and parts of the day, and says them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from callcenter.domain.spoken import say_number
from callcenter.domain.week import SHANGHAI
from callcenter.when.doubt import Unsettled

HOUR = timedelta(hours=1)
ROUGHLY = timedelta(hours=2)  # 十点以后, 十点以前
DAY_BEGINS, DAY_ENDS = 8, 18  # a whole day, in service hours


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the day, from the full hour `begins` to `ends`."""

    name: str
    begins: int
    ends: int
    said: str  # pattern


LUNCH, SUPPER, BREAKFAST = "(?:午饭|中饭|午餐|中餐)", "(?:晚饭|夜饭|晚餐)", "(?:早饭|早餐|早点心)"
AFTER, BEFORE = "(?:以后|之后|过后|后)", "(?:以前|之前|前)"
PARTS = (
    Part(name="凌晨", begins=1, ends=6, said="凌晨|后半夜"),
    Part(name="中午", begins=11, ends=13, said=f"中午|{LUNCH}|中浪|日中|晌午|正午|午觉{BEFORE}"),
    Part(name="早上", begins=6, ends=9,
         said=f"早上|清早|早晨|一早|老早|早浪|天亮|{BREAKFAST}"),
    Part(name="上午", begins=8, ends=11,
         said=f"上午|上半日|上半天|上昼|前半天|午前|{LUNCH}{BEFORE}|{BREAKFAST}{AFTER}|"
              f"吃[好完过了]{BREAKFAST}"),
    Part(name="下午", begins=13, ends=17,
         said=f"下午|下半日|下半天|下昼|后半天|午后|{LUNCH}{AFTER}|吃[好完过了]{LUNCH}|"
              f"睡?[好醒完]午觉|午[觉睡]{AFTER}|{SUPPER}{BEFORE}"),
    Part(name="傍晚", begins=17, ends=19, said=f"傍晚|夜快|{SUPPER}|天黑前|黄昏"),
    Part(name="晚上", begins=18, ends=21,
         said=f"晚上|夜里|夜头|夜到|今夜|今晚|夜晚|夜间|晚间|夜浪|{SUPPER}{AFTER}|吃[好完过了]{SUPPER}"),
    Part(name="半夜", begins=22, ends=24, said="半夜|午夜|深夜"),
)  # fmt: skip
WHOLE_DAY = Part(
    name="全天", begins=DAY_BEGINS, ends=DAY_ENDS,
    said="全天|整天|1天都|一天都|什么时候都|啥时候都|几点都|随便|都可以|都行|都好|上班时间|白天|"
         "上午下午都|你们方便|你们定|看你们",
)  # fmt: skip
AFTER_NOON = ("下午", "傍晚", "晚上", "半夜")
NAMED = (
    Part(name="凌晨", begins=0, ends=6, said=""), Part(name="早上", begins=6, ends=8, said=""),
    Part(name="上午", begins=8, ends=12, said=""), Part(name="中午", begins=12, ends=13, said=""),
    Part(name="下午", begins=13, ends=18, said=""), Part(name="晚上", begins=18, ends=24, said=""),
)  # fmt: skip

CLOCK = re.compile(r"(?<![\d.])(\d{1,2})(?:点|时(?!候|间)|:|：)(半|[13]刻|\d{1,2}(?!点))?分?")
HALF_TO_QUARTER = re.compile(r"(?<![\d.])(\d{1,2})点半3刻")
SHORT_OF = re.compile(r"差(1刻|\d{1,2}分?)(?:到)?(\d{1,2})点|(\d{1,2})点差(1刻|\d{1,2}分?)")
RANGE = re.compile(r"到|至|[-~—]")
HOURS_TO = re.compile(r"(?<!\d)(\d{1,2})(?:到|至|-)(?=\d{1,2}点)")
BEFORE_IT = re.compile(r"点\S{0,3}?(以前|之前|前)")
AFTER_IT = re.compile(r"点\S{0,3}?(以后|之后|过后|后)")
IN_HOURS = re.compile(
    r"(?:过|再过)?(\d+|半)个?(小时|分钟)(半)?(?:后|以后|之后|过后)|(?:再?过)(\d+|半)个?(小时|分钟)(半)?"
)
Clock = tuple[int, int]
Stretch = tuple[datetime, datetime]


def part_named(said: str) -> Part | None:
    """The part that is told first; of two at the same place the longer words (午饭前)."""
    found = [
        (m.start(), -len(m[0]), p) for p in (*PARTS, WHOLE_DAY) if (m := re.search(p.said, said))
    ]
    if not found:
        return None
    first = min(found, key=lambda one: one[:2])[2]
    told = {p.name for _, _, p in found}
    if {"上午", "下午"} <= told and "点" not in said:
        if re.search("都|随便|到", said):
            return WHOLE_DAY
        raise Unsettled("上午还是下午？您定一个。")
    return first


def in_a_while(said: str, now: datetime) -> datetime | None:
    """半小时以后, to the next full five minutes."""
    m = IN_HOURS.search(said)
    if m is None:
        return None
    count, unit, half = (m[1], m[2], m[3]) if m[1] else (m[4], m[5], m[6])
    minutes = 30 if count == "半" else min(int(count), 999) * (60 if unit == "小时" else 1)
    if count == "半" and unit == "分钟":
        minutes = 1
    later = now + timedelta(minutes=minutes + (30 if half else 0))
    return _full(later)


def _full(moment: datetime) -> datetime:
    """Up to the next full five minutes, as one speaks."""
    over = timedelta(
        minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond
    )
    return moment + (timedelta(minutes=5) - over if over else timedelta())


def clock_times(said: str) -> tuple[Clock, Clock | None] | None:
    """One clock time, or two of a range; None if none is told or there is no such time."""
    if m := SHORT_OF.search(said):
        return _short_of(m), None
    if m := HALF_TO_QUARTER.search(said):
        return (int(m[1]), 30), (int(m[1]), 45)
    found = list(CLOCK.finditer(said))
    times = [_hour_minute(m) for m in found]
    if not found or any(hour > 24 or minute > 59 for hour, minute in times):
        return None
    if len(found) > 1 and RANGE.search(said[found[0].end() : found[1].start()]):
        return times[0], times[1]
    if m := HOURS_TO.search(said):
        return (int(m[1]), 0), times[0]
    return times[0], None


def _short_of(m: re.Match[str]) -> Clock:
    less, hour = (m[1], int(m[2])) if m[1] else (m[4], int(m[3]))
    minutes = hour * 60 - (15 if "刻" in less else int(less.rstrip("分")))
    return (minutes // 60) % 24, minutes % 60


def _hour_minute(m: re.Match[str]) -> Clock:
    minute = {"半": 30, "1刻": 15, "3刻": 45}.get(m[2] or "")
    return int(m[1]), int(m[2] or 0) if minute is None else minute


def at_clock(day: date, clock: tuple[Clock, Clock | None], part: Part | None, said: str) -> Stretch:
    """The stretch of time that clock times on a day mean. Raises Unsettled for 七点."""
    first, last = clock
    start = _moment(day, first, part, said)
    if last is not None:
        return start, _ending(start, last, said)
    if BEFORE_IT.search(said):
        return start - ROUGHLY, start
    return start, start + (ROUGHLY if AFTER_IT.search(said) else HOUR)


def _ending(start: datetime, last: Clock, said: str) -> datetime:
    """The first such time after the start; one told with its own part of the day is that."""
    end = start.replace(hour=0, minute=0) + timedelta(hours=last[0], minutes=last[1])
    afternoon = re.search("(?<![冬夏])[到至](?:下午|晚上|傍晚)", said)
    while end <= start or (afternoon and end.hour < 12 and end - start < timedelta(hours=12)):
        end += timedelta(hours=12)
    return end


def _moment(day: date, clock: Clock, part: Part | None, said: str) -> datetime:
    hour, minute = clock
    name = part.name if part else ""
    if not name and hour in (6, 7):
        raise Unsettled(morning_or_evening(hour), said)
    return on(day, _hour_of_day(hour, name)) + timedelta(minutes=minute)


def morning_or_evening(hour: int) -> str:
    """The question to a clock time that comes twice a day."""
    spoken = say_number(hour)
    return f"您是说早上{spoken}点，还是晚上{spoken}点？"


def _hour_of_day(hour: int, part: str) -> int:
    """24 and more is the following day: 晚上十二点, 半夜两点."""
    if hour > 12:
        return hour
    if hour == 12:
        return {"凌晨": 0, "晚上": 24, "半夜": 24}.get(part, 12)
    if part in ("晚上", "半夜") and hour < 5:
        return hour + 24
    if part == "中午":
        return hour + 12 if hour < 10 else hour
    if part in AFTER_NOON or (not part and 1 <= hour <= 5):
        return hour + 12
    return hour


def say_stretch(start: datetime, end: datetime) -> str:
    """上午九点; 下午两点到四点. An hour alone is its beginning."""
    words = _say(start)
    return words if end - start == HOUR else f"{words}到{_say(end, start)}"


def _say(moment: datetime, after: datetime | None = None) -> str:
    name = _named(moment)
    hour = moment.hour if moment.hour <= 12 else moment.hour - 12
    minute = {0: "", 30: "半", 15: "一刻", 45: "三刻"}.get(moment.minute)
    if minute is None:
        minute = ("零" if moment.minute < 10 else "") + say_number(moment.minute) + "分"
    said = ("两" if hour == 2 else say_number(hour)) + "点" + minute
    return said if after and name == _named(after) else name + said


def _named(moment: datetime) -> str:
    return next(p.name for p in NAMED if p.begins <= moment.hour < p.ends)


def on(day: date, hour: int) -> datetime:
    """That many hours after midnight of a day, in Wuxi."""
    return datetime.combine(day, time(), SHANGHAI) + timedelta(hours=hour)
