"""Reads which day is meant, seen from today: relative, by weekday, by date, by festival."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from callcenter.domain.spoken import say_weekday
from callcenter.when.doubt import NotInFuture, Unsettled
from callcenter.when.festivals import named_day, works

RELATIVE = {"大大后天": 4, "大后天": 3, "后天": 2, "明天": 1, "今天": 0, "今晚": 0}
NEAR = re.compile("大*后天|明天|今天|今晚")
PAST_DAY = re.compile(r"上个?周|上个?月|去年|昨天|前天|前日|刚才|前几天|前2天|上趟|上次")
BESIDE_THE_PAST = re.compile(r"昨天|前天|前日|刚才|前几天|前2天|上趟|上次")
WHICH_ONE = re.compile(r"第\d+个周|最后1?个周")
EVERY = re.compile(r"(每天|天天|每日|日日|每个?周[1-7日末]?(?:，?周?[1-7日末])*|隔1?天|每个?月)")
SAID_WEEKDAY = re.compile(r"(下+|这|本)?个?周([1-7日末])")
WEEK_ONLY = re.compile(r"(下+)个?周(?![1-7日末])")
IN_DAYS = re.compile(
    r"(?:过|再过)?(\d+)(天|个?周|个月)(?:后|以后|之后|过后)|(?:过|再过)([3-9]|\d\d)天"
)
YEAR = re.compile(r"(明年|后年|今年|(20\d\d)年)")
MONTH_DAY = re.compile(
    r"(?<!\d)(\d{1,2})月(?:份)?(\d{1,2})(?:号|日)?|"
    r"(?<![\d.])(\d{1,2})[/](\d{1,2})(?![\d./]|以上|以下)"
)
STREET = "百千楼栋幢室门弄路街巷村苑园里桥院湾浜坊区道第"
DAY_OF_MONTH = re.compile(
    rf"(下个?月|这个?月|本月)?(?<![\d{STREET}])(\d{{1,2}})(?:号|日)"
    rf"(?!\d|楼|门|单|栋|幢|室|弄|线|工|院|馆|房|桌|床|那张|的?单)"
)
MONTH_EDGE = re.compile(r"(下个?月|这个?月|本月)?(?:月)?(初|底|中旬?)(?<=月[初底中旬]|.[旬])")
LAST_DAY = re.compile(r"(下个?月|这个?月|本月|月底)(?:的)?最后1天")
MONTH_ONLY = re.compile(r"(下个月|下月|(?<!\d)\d{1,2}月)(?:份)?(?![\d初底中里])")
WORKDAY = re.compile(r"工作日|上班天")
LUNAR = ("农历", "阴历", "旧历")
VAGUE = re.compile(
    r"过(?:两|2|几)天|这(?:两|2|几)天|改天|哪天再|过1?(?:阵|段)|有空|以后再|下次|年底|年前|年后|"
    r"过了?年后?|过年前|下半年|明年|月里"
)
LATELY = timedelta(days=60)  # a date that is over by less was meant, and missed
FURTHEST = timedelta(days=500)


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day that was said."""

    date: date
    name: str = ""  # a festival or lunar day, said before the date
    every: str = ""  # 每个星期三: it shall be again and again, and this is the first time


def read_day(said: str, today: date) -> Day | None:
    """The day in folded text, None if none is told. Raises NotInFuture and Unsettled."""
    if WHICH_ONE.search(said):
        raise Unsettled("那是几月几号呢？")
    past = PAST_DAY.search(said)
    if past and not BESIDE_THE_PAST.search(said):
        raise NotInFuture("那个日子已经过去了")
    said = BESIDE_THE_PAST.sub("", said)
    if m := EVERY.search(said):
        return _first_of_many(m, said, today)
    found = _one_day(said, today)
    if found is None and past:
        gone = {"昨": "昨天", "前": "那天"}.get(past[0][0], "那个时候")
        raise NotInFuture(f"{gone}已经过去了")
    if found is None and VAGUE.search(said):
        raise Unsettled("具体是哪一天呢？")
    if found is not None and found.date - today > FURTHEST:
        raise Unsettled("那还早得很。请您说近一点的日子，几月几号？")
    return found


def _one_day(said: str, today: date) -> Day | None:
    if (dated := _calendar_date(said, today)) is not None:
        return Day(date=dated)
    if (near := _near(said, today)) is not None:
        return Day(date=near)
    if m := IN_DAYS.search(said):
        return Day(date=_ahead(today, int(m[1] or m[3]), m[2] or "天"))
    if (weekday := _by_weekday(said, today)) is not None:
        return Day(date=weekday)
    if named := named_day(said, today, _year(said, today)):
        return Day(date=named[0], name=named[1])
    month_day = _in_a_month(said, today)
    return None if month_day is None else Day(date=month_day)


def _near(said: str, today: date) -> date | None:
    """今天, 明天, 后天; two of them have to be asked about unless either will do."""
    told = list(dict.fromkeys(NEAR.findall(said)))
    if not told:
        return None
    if len(told) > 1 and not re.search("都|随便", said):
        raise Unsettled(f"{told[0]}，还是{told[1]}？您定一天。")
    return today + timedelta(days=RELATIVE.get(told[0], 0))


def _first_of_many(m: re.Match[str], said: str, today: date) -> Day:
    """每个礼拜三: the first one, from tomorrow on; the rest is for a person to arrange."""
    rest = said.replace(m[0], "", 1)
    found = _one_day(rest, today)
    every = re.sub(r"周([1-6])", lambda w: "星期" + "一二三四五六"[int(w[1]) - 1], m[0])
    every = every.replace("周", "星期").replace("隔1天", "隔一天").replace("，", "")
    if found is not None:
        return Day(date=found.date, every=every)
    if "月" in m[0]:
        raise Unsettled("每个月的几号呢？", "")
    weekday = re.search(r"周([1-7日末])", m[0])
    day = today + timedelta(days=1)
    while weekday and day.weekday() != _number(weekday[1]):
        day += timedelta(days=1)
    return Day(date=day, every=every)


def _ahead(today: date, count: int, unit: str) -> date:
    if unit != "个月":
        return today + timedelta(days=min(count, 900) * (1 if unit == "天" else 7))
    year, month = divmod(today.year * 12 + today.month - 1 + min(count, 30), 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def _by_weekday(said: str, today: date) -> date | None:
    """下周三 is the Wednesday of next week; a bare 周三 the next one."""
    told = list(dict.fromkeys((m[1] or "", m[2]) for m in SAID_WEEKDAY.finditer(said)))
    if not told and (m := WEEK_ONLY.search(said)):
        raise Unsettled("下个礼拜的哪一天呢？", m[0])
    if not told:
        return None
    if len(told) > 1 and not re.search("都|随便", said):
        raise Unsettled("您先定一天，星期几呢？", told[0][0])
    which, name = told[0]
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=_number(name), weeks=which.count("下"))
    if which:
        if day < today:
            raise NotInFuture(f"这个{say_weekday(day)}已经过去了", f"下个{say_weekday(day)}")
        return day
    if name == "末" and today.weekday() >= 5:
        raise Unsettled("是今天，还是下个周末？", re.sub("周末，?", "", said))
    if day == today:
        raise Unsettled(
            f"是今天，还是下个{say_weekday(day)}？", SAID_WEEKDAY.sub("", said, count=1)
        )
    return day + timedelta(weeks=1) if day < today else day


def _number(name: str) -> int:
    return 5 if name == "末" else 6 if name in "日7" else int(name) - 1


def _year(said: str, today: date) -> int | None:
    m = YEAR.search(said)
    if m is None:
        return None
    return int(m[2]) if m[2] else today.year + {"今年": 0, "明年": 1, "后年": 2}[m[1]]


def _calendar_date(said: str, today: date) -> date | None:
    """12月3号, with its year or the next one; a date that is just over was missed."""
    told = (m for m in MONTH_DAY.finditer(said) if not said[: m.start()].endswith(LUNAR))
    m = next(told, None)
    if m is None:
        return None
    month, day = int(m[1] or m[3]), int(m[2] or m[4])
    if m[3] and not 1 <= month <= 12:
        return None
    year = _year(said, today)
    found = [one for y in ((year,) if year else (today.year, today.year + 1))
             if (one := _date(y, month, day))]  # fmt: skip
    if not found:
        raise Unsettled("没有这一天。请您再说一遍是几月几号。")
    first = found[0]
    if first < today and (year or today - first < LATELY):
        raise NotInFuture(f"{first.month}月{first.day}日已经过去了")
    return next((one for one in found if one >= today), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _in_a_month(said: str, today: date) -> date | None:
    if m := DAY_OF_MONTH.search(said):
        return _of_month(today, m[1] or "", int(m[2]))
    if m := LAST_DAY.search(said):
        return _edge(today, m[1], "底")
    if "月" in said and (m := MONTH_EDGE.search(said)):
        return _edge(today, m[1] or "", m[2][0])
    if WORKDAY.search(said):
        return next_workday(today)
    if m := MONTH_ONLY.search(said):
        raise Unsettled(f"{m[1]}几号呢？", m[1])
    return None


def _of_month(today: date, which: str, day: int) -> date:
    months = (1,) if which.startswith("下") else (0,) if which else (0, 1)
    for ahead in months:
        found = _date(*_month(today, ahead), day)
        if found is not None and found < today and which:
            raise NotInFuture(f"这个月{day}号已经过去了")
        if found is not None and found >= today:
            return found
    raise Unsettled("没有这一天。请您再说一遍是几号。")


def _month(today: date, ahead: int) -> tuple[int, int]:
    year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
    return year, month + 1


def _edge(today: date, which: str, edge: str) -> date:
    year, month = _month(today, int(which.startswith("下")))
    day = date(year, month, {"初": 1, "中": 15, "底": calendar.monthrange(year, month)[1]}[edge])
    if day >= today:
        return day
    if which:
        raise NotInFuture("那个日子已经过去了")
    return _edge(today, "下", edge)


def next_workday(today: date) -> date:
    """The first working day after today."""
    day = today + timedelta(days=1)
    while not works(day):
        day += timedelta(days=1)
    return day
