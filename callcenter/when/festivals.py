"""Festivals, the lunar calendar and public holidays, as days are named after them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import chinese_calendar

from callcenter.domain.lunar import lunar_of, new_years_eve, say_lunar, solar
from callcenter.when.doubt import Unsettled

EVE = (0, 0)  # of the lunar new year: the last day of the old one, whichever that is


@dataclass(frozen=True, kw_only=True)
class Festival:
    """A day with a name."""

    name: str  # as it is read back
    said: str  # pattern, numbers as digits
    day: tuple[int, int]  # month and day
    lunar: bool = False


FESTIVALS = (
    Festival(name="小年夜", said="小年夜", day=(-1, 0), lunar=True),
    Festival(name="除夕", said="除夕|大年夜|年夜头|年30|大年30|年三十", day=EVE, lunar=True),
    Festival(name="春节", said="春节|大年初1(?!\\d)|年初1(?!\\d)", day=(1, 1), lunar=True),
    Festival(name="元宵节", said="元宵|正月半|正月15", day=(1, 15), lunar=True),
    Festival(name="端午节", said="端午", day=(5, 5), lunar=True),
    Festival(name="七夕", said="七夕|7夕", day=(7, 7), lunar=True),
    Festival(name="中元节", said="7月半|中元节", day=(7, 15), lunar=True),
    Festival(name="中秋节", said="中秋|8月半", day=(8, 15), lunar=True),
    Festival(name="重阳节", said="重阳|老年节|敬老节", day=(9, 9), lunar=True),
    Festival(name="腊八", said="腊8|腊八", day=(12, 8), lunar=True),
    Festival(name="小年", said="小年(?!夜)|24夜", day=(12, 24), lunar=True),
    Festival(name="元旦", said="元旦|阳历年", day=(1, 1)),
    Festival(name="妇女节", said="妇女节|38节", day=(3, 8)),
    Festival(name="劳动节", said="劳动节|5一节|51节", day=(5, 1)),
    Festival(name="儿童节", said="儿童节|61节", day=(6, 1)),
    Festival(name="教师节", said="教师节", day=(9, 10)),
    Festival(name="国庆节", said="国庆", day=(10, 1)),
    Festival(name="圣诞节", said="圣诞", day=(12, 25)),
)
TERMS = ("立春", "春分", "清明", "立夏", "夏至", "立秋", "秋分", "立冬", "冬至")
SPAN = re.compile(
    r"(国庆|春节|劳动节|元旦|中秋|端午|清明)节?(长假|假期|期间|放假)|长假|过年(?!前|后)|过节|年里"
)
BESIDE = re.compile(r"^节?(?:那天)?(?:以|之|过)?(前|后)")
NTH = re.compile(r"^节?(?:的)?第?(\d)天")
NEW_YEAR_DAY = re.compile(r"年初(\d{1,2})")
LUNAR_MARK = re.compile(r"农历|阴历|旧历")
LUNAR_DATE = re.compile(r"(?:(正|冬|腊)|(\d{1,2}))月(?:份)?(初?)(\d{1,2})(?!号|日|\d)")
OF_MONTH = re.compile(r"(?<![年月])初(\d{1,2})")
MONTHS = {"正": 1, "冬": 11, "腊": 12}
Named = tuple[date, str]
"""A day and how it is called."""


def named_day(said: str, today: date, year: int | None) -> Named | None:
    """The festival or lunar day that is named, the next one or that of `year`. Raises Unsettled."""
    if m := SPAN.search(said):
        name = m[1] or {"过年": "过年", "年里": "过年", "过节": "过节"}.get(m[0], "长假")
        october = today.year if today <= date(today.year, 10, 7) else today.year + 1
        keep = {"国庆": f"{year or october}年10月", "春节": "年", "过年": "年"}.get(name, "")
        raise Unsettled(f"{name}的哪一天呢？", keep)
    for festival in FESTIVALS:
        if m := re.search(festival.said, said):
            day = _next(partial(_of_year, festival), today, year)
            return None if day is None else _beside(day, festival.name, said[m.end() :])
    for term in TERMS:
        if term in said:
            day = _next(partial(_term, term), today, year)
            return None if day is None else _beside(day, term, said.partition(term)[2])
    return _lunar(said, today, year)


def _beside(day: date, name: str, rest: str) -> Named:
    """国庆第二天 is a day; 国庆以后 has to be asked about."""
    if m := BESIDE.search(rest):
        raise Unsettled(f"{name}以{m[1]}的哪一天呢？")
    if (m := NTH.search(rest)) and m[1] != "1":
        return day + timedelta(days=int(m[1]) - 1), ""
    return day, name


def _next(of_year: Callable[[int], date | None], today: date, year: int | None) -> date | None:
    """The first such day that is not over, or the one in `year`."""
    years = (today.year, today.year + 1) if year is None else (year,)
    found = [day for one in years if (day := of_year(one)) is not None]
    ahead = [day for day in found if day >= today or year is not None]
    if found and not ahead:
        return None
    if not found:
        raise Unsettled("这个日子我算不准。请您说几月几号。")
    return ahead[0]


def _of_year(festival: Festival, year: int) -> date | None:
    """The festival as it falls in a year of the common calendar."""
    month, day = festival.day
    if not festival.lunar:
        return date(year, month, day)
    if month <= 0:
        eve = new_years_eve(year)
        return eve and eve + timedelta(days=month)
    return _lunar_in(month, day, year)


def _lunar_in(month: int, day: int, year: int) -> date | None:
    """The lunar day that falls in a common year: its own lunar year or the one before."""
    both = (solar(year - 1, month, day), solar(year, month, day))
    return next((one for one in both if one is not None and one.year == year), None)


def _term(term: str, year: int) -> date | None:
    terms = chinese_calendar.get_solar_terms(date(year, 1, 1), date(year, 12, 31))
    return next((day for day, name in terms if name == term), None)


def _lunar(said: str, today: date, year: int | None) -> Named | None:
    """Told apart from a common date by 农历, 正月, 初; 十月二十 alone is not lunar."""
    marked = bool(LUNAR_MARK.search(said))
    if m := NEW_YEAR_DAY.search(said):
        return _lunar_named(1, int(m[1]), today, year)
    m = LUNAR_DATE.search(said)
    if m is not None and (marked or m[1] or m[3]):
        return _lunar_named(MONTHS.get(m[1] or "", 0) or int(m[2]), int(m[4]), today, year)
    alone = OF_MONTH.search(said) or (marked and re.search(r"(\d{1,2})", said))
    return _of_this_month(int(alone[1]), today) if alone else None


def _lunar_named(month: int, day: int, today: date, year: int | None) -> Named:
    found = _next(partial(_lunar_in, month, day), today, year) if 1 <= month <= 12 else None
    if found is None:
        raise Unsettled("农历没有这一天。请您再说一遍是几月初几。")
    return found, say_lunar(month, day)


def _of_this_month(day: int, today: date) -> Named:
    """初八: the next one, of whichever lunar month."""
    for ahead in range(62):
        at = today + timedelta(days=ahead)
        lunar = lunar_of(at)
        if lunar is not None and lunar[2] == day:
            return at, say_lunar(lunar[1], day)
    raise Unsettled("农历没有这一天。请您再说一遍是初几。")


HOLIDAYS = {
    "New Year's Day": "元旦", "Spring Festival": "春节", "Tomb-sweeping Day": "清明",
    "Labour Day": "劳动节", "Dragon Boat Festival": "端午", "National Day": "国庆",
    "Mid-autumn Festival": "中秋",
}  # fmt: skip
# Days off by law, whatever the yearly calendar will add (全国年节及纪念日放假办法, 2025).
LEGAL = {(1, 1): "元旦", (5, 1): "劳动节", (5, 2): "劳动节",
         (10, 1): "国庆", (10, 2): "国庆", (10, 3): "国庆"}  # fmt: skip
LEGAL_LUNAR = {(1, 1): "春节", (1, 2): "春节", (1, 3): "春节", (5, 5): "端午", (8, 15): "中秋"}


def holiday(day: date) -> str:
    """The public holiday that a day belongs to; empty for others.

    The calendar is published one year at a time; of later years the days free by law count.
    """
    try:
        _, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return _by_law(day)
    return HOLIDAYS.get(name or "", "")


def _by_law(day: date) -> str:
    if named := LEGAL.get((day.month, day.day)):
        return named
    if day == new_years_eve(day.year):
        return "春节"
    if day == _term("清明", day.year):
        return "清明"
    lunar = lunar_of(day)
    return LEGAL_LUNAR.get(lunar[1:], "") if lunar else ""


def works(day: date) -> bool:
    """Whether it is a working day; in a year not yet published, by the weekday and the law."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5 and not _by_law(day)
