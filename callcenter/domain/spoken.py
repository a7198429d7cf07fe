"""Numbers, dates and times as they are spoken in Chinese.

Dates keep their digits (2025年7月1日), which every voice reads correctly and every eye finds; clock
times, amounts and telephone numbers are written out, because voices get those wrong.
"""

from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from callcenter.domain.week import SHANGHAI

_DIGITS = "零一二三四五六七八九"
_WEEKDAYS = "一二三四五六日"
_DAYS = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
_PARTS_OF_DAY = (  # from this hour on
    (0, "凌晨"),
    (6, "早上"),
    (8, "上午"),
    (12, "中午"),
    (13, "下午"),
    (18, "晚上"),
    (23, "夜里"),
)
_UNITS = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿")
_LARGEST = 10**12


def say_number(number: int) -> str:
    """A whole number below a million million: 12 -> 十二, 2200 -> 两千二百, -3 -> 负三."""
    if abs(number) >= _LARGEST:
        raise ValueError(f"too large to be spoken: {number}")
    if number < 0:
        return "负" + say_number(-number)
    if number == 0:
        return "零"
    said = _grouped(number)
    return said[1:] if said.startswith("一十") else said


def say_count(number: int) -> str:
    """How many, before 位 or 个: 2 -> 两, otherwise as `say_number`."""
    return "两" if number == 2 else say_number(number)


def _grouped(number: int) -> str:
    said, gap = "", False
    for power in (2, 1, 0):
        group, number = divmod(number, 10_000**power)
        if group == 0:
            gap = gap or bool(said)
            continue
        zero = "零" if said and (gap or group < 1000) else ""
        words = "两" if group == 2 and power else _below_ten_thousand(group)
        said, gap = said + zero + words + _GROUPS[power], False
    return said


def _below_ten_thousand(group: int) -> str:
    said, gap = "", False
    for power in (3, 2, 1, 0):
        digit, group = divmod(group, 10**power)
        if digit == 0:
            gap = gap or bool(said)
            continue
        word = "两" if digit == 2 and power >= 2 and not said else _DIGITS[digit]
        said, gap = said + ("零" if gap else "") + word + _UNITS[power], False
    return said


def say_digits(number: str, *, phone: bool = False) -> str:
    """Digit by digit: "0042" -> 零零四二. In a phone number one is 幺; signs become pauses."""
    digits = _DIGITS.replace("一", "幺") if phone else _DIGITS
    said = "".join(digits[int(char)] if char in "0123456789" else "，" for char in number)
    return "，".join(piece for piece in said.split("，") if piece)


def say_phone(number: str) -> str:
    """A telephone number in groups: +8613812345678 -> 幺三八，幺二三四，五六七八."""
    digits = "".join(char for char in number if char in "0123456789")
    if number.lstrip().startswith("+86"):
        digits = digits[2:]
    if len(digits) == 11 and digits.startswith("1"):
        digits = f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return say_digits(digits, phone=True)


def say_money(yuan: Decimal | int) -> str:
    """An amount in yuan, to the fen: 12.5 -> 十二元五角, 0.05 -> 五分."""
    fen = int((Decimal(yuan) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if fen < 0:
        return "负" + say_money(-Decimal(yuan))
    whole, rest = divmod(fen, 100)
    jiao, odd = divmod(rest, 10)
    said = say_number(whole) + "元" if whole or not rest else ""
    if jiao:
        said += _DIGITS[jiao] + "角"
    elif odd and whole:
        said += "零"
    return said + (_DIGITS[odd] + "分" if odd else "")


def say_date(day: date) -> str:
    """A date with its year: 2025年7月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def say_weekday(day: date) -> str:
    """The day of the week: 星期四."""
    return "星期" + _WEEKDAYS[day.weekday()]


def say_day(day: date) -> str:
    """A date of these weeks, with the day of the week: 11月26日，星期四."""
    return f"{day.month}月{day.day}日，{say_weekday(day)}"


def say_time(moment: datetime, zone: tzinfo = SHANGHAI) -> str:
    """The clock time of an aware `moment` in `zone`: 上午九点半, 下午两点零五分."""
    local = moment.astimezone(zone)
    return _part_of_day(local) + _clock(local)


def _part_of_day(local: datetime) -> str:
    return [name for hour, name in _PARTS_OF_DAY if hour <= local.hour][-1]


def _clock(local: datetime) -> str:
    hour = local.hour if local.hour <= 12 else local.hour - 12
    said = ("两" if hour == 2 else say_number(hour)) + "点"
    if local.minute == 0:
        return said
    if local.minute == 30:
        return said + "半"
    return said + ("零" if local.minute < 10 else "") + say_number(local.minute) + "分"


def say_when(start: datetime, end: datetime | None, now: datetime, zone: tzinfo = SHANGHAI) -> str:
    """When something is, seen from `now`: 明天，11月25日星期三，上午九点到十一点.

    All times are aware. The year is said only if it is not the present one; without an end only the
    start is said; the part of the day is said again if the end falls into another.
    """
    first, today = start.astimezone(zone), now.astimezone(zone).date()
    said = _day_from(first.date(), today) + say_time(start, zone)
    if end is None or end <= start:
        return said
    last = end.astimezone(zone)
    if last.date() != first.date():
        return f"{said}到{_day_from(last.date(), today)}{say_time(end, zone)}"
    same_part = _part_of_day(first) == _part_of_day(last)
    return f"{said}到{_clock(last) if same_part else say_time(end, zone)}"


def _day_from(day: date, today: date) -> str:
    dated = f"{day.month}月{day.day}日{say_weekday(day)}"
    said = dated if day.year == today.year else f"{day.year}年{dated}"
    near = _DAYS.get((day - today) // timedelta(days=1))
    return f"{near}，{said}，" if near else f"{said}，"
