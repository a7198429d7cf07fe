"""Reads the times that elders say (后天下午两点到四点, 下礼拜三吃中饭辰光) and says them in full.

A day and a part of the day or a clock time are read on their own and put together, seen from `now`.
The past is refused; what could mean two things is asked back, never guessed silently: whoever calls
this reads the result back with its date and weekday. Festivals and the lunar calendar are left to
jionlp, public holidays to chinese_calendar.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import chinese_calendar
import jionlp

from callcenter.domain.spoken import say_day, say_number
from callcenter.domain.week import SHANGHAI

DAY_BEGINS, DAY_ENDS = 8, 18  # a whole day, in service hours
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


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the day, from the full hour `begins` to `ends`."""

    name: str
    begins: int
    ends: int
    said: str  # pattern


PARTS = (
    Part(name="凌晨", begins=1, ends=6, said="凌晨|后半夜"),
    Part(name="中午", begins=11, ends=13, said="中午|午饭|中饭|午餐|中餐|中浪|日中|晌午|正午"),
    Part(name="早上", begins=6, ends=9, said="早上|清早|早晨|一早|老早|早浪|早饭|早餐|早点心|早起|清老早"),
    Part(name="上午", begins=8, ends=11, said="上午|上半日|上半天|上昼|前半天|午前"),
    Part(name="下午", begins=13, ends=17, said="下午|下半日|下半天|下昼|后半天|午后|点心"),
    Part(name="傍晚", begins=17, ends=19, said="傍晚|夜快|晚饭|夜饭|晚餐|天黑前|黄昏"),
    Part(name="晚上", begins=18, ends=21, said="晚上|夜里|夜头|夜到|今夜|夜晚|夜间|晚间|夜浪"),
)  # fmt: skip
WHOLE_DAY = Part(
    name="全天",
    begins=DAY_BEGINS,
    ends=DAY_ENDS,
    said="全天|整天|一天都|什么时候都|啥时候都|几点都|随便|都可以|都行|都好",
)
AFTER_NOON = ("下午", "傍晚", "晚上")

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
NUMERAL = re.compile(r"[零〇一二两三四五六七八九十]+")
SAME = (
    (r"\s+|那个|就是说|这个嘛|嗯+|呃+|啊|呀", ""),
    (r"(?<=[^午晨里天号日，到至上])一点(?!半|钟|[一二三四五刻])", ""),  # 软一点, 慢一点
    (r"辰光", "时候"),
    (r"今朝|今日|今儿个?|今天子", "今天"),
    (r"明朝|明日|明儿个?|明天子|名天", "明天"),
    (r"大后[日朝]|大后儿", "大后天"),
    (r"后[日朝]|后儿个?", "后天"),
    (r"昨[日朝]|昨儿", "昨天"),
    (r"([今明后])早(?!饭|餐)", r"\1天早上"),
    (r"([今明后])[晚夜](?!饭|餐|里|上|头)", r"\1天晚上"),
    (r"星期|礼拜", "周"),
    (r"周天", "周日"),
    (r"周([一二三四五六日])", r"周\1，"),  # 周三八点 is not 38 o'clock
    (r"个半(?:钟头|小时)", "半小时"),
    (r"个?钟头|个小时", "小时"),
    (r"[一两二三四五六七八九](?=[两二三四五六七八九十]点)", ""),
    (r"点钟|點", "点"),
)
CORRECTED = re.compile(r"不是[^，。]*?[，,]?是|不对|说错了?|错了|讲错|不不|改成|换成|改到|换到")

RELATIVE = {"大后天": 3, "后天": 2, "明天": 1, "今天": 0, "今晚": 0}
PAST_DAY = re.compile(r"昨天|昨晚|前天|上个?周|上个?月|去年|刚才|前几天")
SAID_WEEKDAY = re.compile(r"(下+|这|本)?个?周([1-7日末])")
WEEK_ONLY = re.compile(r"(下+)个?周(?![1-7日末])")
IN_DAYS = re.compile(
    r"(?:过|再过)?(\d+)(天|周|个月)(?:后|以后|之后|过后)|(?:过|再过)([3-9]|\d\d)天"
)
IN_HOURS = re.compile(
    r"(?:过|再过)?(\d+|半)(半)?(小时|分钟)(?:后|以后|之后|过后)|(?:再?过)(\d+|半)(小时|分钟)"
)
MONTH_DAY = re.compile(
    r"(?<!\d)(\d{1,2})月(?:份)?(\d{1,2})(?:号|日)?|(?<!\d)(\d{1,2})/(\d{1,2})(?!\d)"
)
DAY_OF_MONTH = re.compile(
    r"(下个?月|这个?月|本月)?(?<![\d楼栋幢室门弄路街])(\d{1,2})(?:号|日)(?!楼|门|单|栋|幢|室|弄|线|工)"
)
MONTH_EDGE = re.compile(r"(下个?月)?(?:月)?([初底中])(?:旬)?(?<=[月初底中])")
LUNAR = re.compile(
    r"元旦|春节|大?年初[一二三四五六七八九十\d]+|正月初?[一二三四五六七八九十\d]+|除夕|年三十|大年夜|元宵节?|清明节?|五一节?|劳动节|端午节?|"
    r"七夕节?|中秋节?|重阳节?|国庆节?|冬至|腊八节?|腊月[一二三四五六七八九十初廿\d]+|农历[\d一二三四五六七八九十正冬腊月初廿]+"
)
VAGUE = re.compile(r"过两天|过2天|过几天|这两天|这2天|这几天|改天|哪天|过一阵|过阵子|以后再")
ASAP = re.compile(r"马上|立刻|现在就|现在|尽快|越快越好|赶快|赶紧|快点来|等会|等一会|等一歇|一歇")
CLOCK = re.compile(r"(?<!\d)(\d{1,2})(?:点|时(?!候|间)|:|：)(半|[13]刻|\d{1,2})?分?")
RANGE = re.compile(r"到|至|[-~—]")
WORKDAY = re.compile(r"工作日|上班")
HOLIDAYS = {
    "New Year's Day": "元旦", "Spring Festival": "春节", "Tomb-sweeping Day": "清明",
    "Labour Day": "劳动节", "Dragon Boat Festival": "端午", "National Day": "国庆",
    "Mid-autumn Festival": "中秋",
}  # fmt: skip


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
    fresh = read_when(text, now, part=_name_of(when) if when.timed else "")
    if fresh is None or fresh.dated:
        return fresh
    return read_when(f"{when.start.month}月{when.start.day}号{text}", now)


def holiday(day: date) -> str:
    """The public holiday that a day belongs to; empty for others and for unknown years."""
    try:
        _, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return ""
    return HOLIDAYS.get(name or "", "")


def _name_of(when: When) -> str:
    return next((p.name for p in (*PARTS, WHOLE_DAY) if p.name in when.words), "")


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


NAMED = (
    Part(name="凌晨", begins=0, ends=6, said=""), Part(name="早上", begins=6, ends=8, said=""),
    Part(name="上午", begins=8, ends=12, said=""), Part(name="中午", begins=12, ends=13, said=""),
    Part(name="下午", begins=13, ends=18, said=""), Part(name="晚上", begins=18, ends=23, said=""),
)  # fmt: skip


def _spoken_day(day: date, now: datetime) -> str:
    near = {0: "今天", 1: "明天", 2: "后天"}.get((day - now.date()).days, "")
    year = "" if day.year == now.year else f"{day.year}年"
    return f"{near}，{year}{say_day(day)}".lstrip("，").replace("日，", "日")


def _on(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(), SHANGHAI) + timedelta(hours=hour)
