"""The lunar calendar (农历) of the years that elders plan in: 初八, 腊月廿四, 除夕.

A table of the months of each year, not a computation: `YEARS` holds the first day of each lunar
year, its leap month (0: none) and its months in order, `1` for one of 30 days and `0` for 29.
"""

from datetime import date, timedelta

YEARS = {
    2025: (date(2025, 1, 29), 6, "1010010101110"),
    2026: (date(2026, 2, 17), 0, "101001001110"),
    2027: (date(2027, 2, 6), 0, "110100100110"),
    2028: (date(2028, 1, 26), 5, "1110100100110"),
    2029: (date(2029, 2, 13), 0, "110101010011"),
    2030: (date(2030, 2, 3), 0, "010110101010"),
    2031: (date(2031, 1, 23), 3, "0110101101010"),
    2032: (date(2032, 2, 11), 0, "100101101101"),
    2033: (date(2033, 1, 31), 11, "0100101011101"),
    2034: (date(2034, 2, 19), 0, "010010101101"),
    2035: (date(2035, 2, 8), 0, "101001001101"),
    2036: (date(2036, 1, 28), 6, "1101001001011"),
    2037: (date(2037, 2, 15), 0, "110100100101"),
    2038: (date(2038, 2, 4), 0, "110101010010"),
    2039: (date(2039, 1, 24), 5, "1101101010100"),
    2040: (date(2040, 2, 12), 0, "101101011010"),
    2041: (date(2041, 2, 1), 0, "010101101101"),
    2042: (date(2042, 1, 22), 2, "0100101011011"),
    2043: (date(2043, 2, 10), 0, "010010011011"),
    2044: (date(2044, 1, 30), 7, "1010010010111"),
    2045: (date(2045, 2, 17), 0, "101001001011"),
    2046: (date(2046, 2, 6), 0, "101010100101"),
    2047: (date(2047, 1, 26), 5, "1011010100101"),
    2048: (date(2048, 2, 14), 0, "011011010010"),
    2049: (date(2049, 2, 2), 0, "101011011010"),
    2050: (date(2050, 1, 23), 3, "0101010110110"),
    2051: (date(2051, 2, 11), 0, "100100110111"),
    2052: (date(2052, 2, 1), 8, "0100100101111"),
    2053: (date(2053, 2, 19), 0, "010010010111"),
    2054: (date(2054, 2, 8), 0, "011001001011"),
    2055: (date(2055, 1, 28), 6, "0110101001010"),
    2056: (date(2056, 2, 15), 0, "111010100101"),
    2057: (date(2057, 2, 4), 0, "011010101010"),
    2058: (date(2058, 1, 24), 4, "1010101101100"),
    2059: (date(2059, 2, 12), 0, "101010101110"),
    2060: (date(2060, 2, 2), 0, "100100101110"),
}
_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "腊")
_ONES = "一二三四五六七八九十"


def solar(year: int, month: int, day: int) -> date | None:
    """The date of a lunar day; None if there is no such day or the year is not in the table.

    Of a month that comes twice the first one is meant.
    """
    if year not in YEARS or not 1 <= month <= 12:
        return None
    first, leap, lengths = YEARS[year]
    place = month - 1 + (1 if leap and month > leap else 0)
    if not 1 <= day <= _days(lengths[place]):
        return None
    before = sum(_days(mark) for mark in lengths[:place])
    return first + timedelta(days=before + day - 1)


def lunar_of(day: date) -> tuple[int, int, int] | None:
    """Lunar year, month and day of a date; None outside the table. A leap month has its number."""
    year = day.year if day.year in YEARS and YEARS[day.year][0] <= day else day.year - 1
    if year not in YEARS:
        return None
    first, leap, lengths = YEARS[year]
    left = (day - first).days
    for place, mark in enumerate(lengths):
        if left < _days(mark):
            return year, place + (0 if leap and place >= leap else 1), left + 1
        left -= _days(mark)
    return None


def new_years_eve(year: int) -> date | None:
    """除夕 that falls in a year of the common calendar."""
    return YEARS[year][0] - timedelta(days=1) if year in YEARS else None


def say_lunar(month: int, day: int) -> str:
    """A lunar day as it is spoken: 农历十一月初八, 农历腊月二十四."""
    tens, ones = divmod(day, 10)
    named = "初" + _ONES[day - 1] if day <= 10 else ("", "十", "二十", "三十")[tens]
    if day > 10 and ones:
        named += _ONES[ones - 1]
    return f"农历{_MONTHS[month - 1]}月{named}"


def _days(mark: str) -> int:
    return 30 if mark == "1" else 29
