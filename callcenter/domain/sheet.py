"""Reading the cells of a sheet that people filled in: each cell is a value, or a named mistake."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from callcenter.domain.week import Window


class Odd(ValueError):
    """What is wrong with one cell, in plain Chinese."""


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One thing that has to be put right before a sheet is taken."""

    line: int  # as the sheet counts: the heading is line 1
    column: str  # empty when the whole line is meant
    words: str

    def __str__(self) -> str:
        """第5行 出生日期：没有2026-02-30这一天。"""
        place = f"第{self.line}行" + (f" {self.column}" if self.column else "")
        return f"{place}：{self.words}"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its heading, where its value goes, and how a cell is read."""

    heading: str
    key: str
    read: Callable[[str], Any]  # raises Odd
    needed: bool = False


NONE = "无"  # written into a cell to empty what is known; an empty cell keeps it


def read_line(
    columns: Sequence[Column], line: int, cells: Mapping[str, str]
) -> tuple[dict[str, Any], list[Mistake]]:
    """The values of one line by key (without the empty ones), and every mistake in it."""
    values: dict[str, Any] = {}
    mistakes = []
    for column in columns:
        words = cells.get(column.heading, "").strip()
        try:
            if words:
                values[column.key] = column.read(words)
            elif column.needed:
                raise Odd("没有填写。")
        except Odd as odd:
            mistakes.append(Mistake(line=line, column=column.heading, words=str(odd)))
    return values, mistakes


_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_PLAIN_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")


def day(words: str) -> date:
    """1940-05-01, 1940/5/1, 1940年5月1日 or 19400501. Raises Odd for a day that never was."""
    found = _DAY.fullmatch(words) or _PLAIN_DAY.fullmatch(words)
    if found is None:
        raise Odd(f"“{words[:20]}”不是日期，请写成1940-05-01这样。")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise Odd(f"没有{words}这一天。") from None


def short(length: int) -> Callable[[str], str]:
    """Words of at most so many characters; 无 empties."""

    def read(words: str) -> str:
        if len(words) > length:
            raise Odd(f"太长了，最多{length}个字。")
        return "" if words == NONE else words

    return read


def one_of[T](choices: Mapping[str, T]) -> Callable[[str], T]:
    """One of the words of a closed list."""

    def read(words: str) -> T:
        if words not in choices:
            raise Odd(f"“{words[:20]}”不在可填的词里：{'、'.join(choices)}。")
        return choices[words]

    return read


yes_or_no = one_of({"是": True, "否": False, "有": True, "无": False})

_HOURS = re.compile(r"(\d{1,2})[:：](\d{2})\s*(?:-|—|–|~|至|到)\s*(\d{1,2})[:：](\d{2})")


def hours(words: str) -> Window:
    """9:00-17:00 as a calling window within one day."""
    found = _HOURS.fullmatch(words)
    if found is None:
        raise Odd("请写成9:00-17:00这样。")
    opens_hour, opens_minute, closes_hour, closes_minute = (int(part) for part in found.groups())
    if max(opens_hour, closes_hour) > 23 or max(opens_minute, closes_minute) > 59:
        raise Odd(f"没有{words}这样的钟点。")
    try:
        return Window(opens=opens_hour * 60 + opens_minute, closes=closes_hour * 60 + closes_minute)
    except ValueError:
        raise Odd("开始要早于结束。") from None


AREA = "510"  # of a fixed-line number written without its area code: Wuxi
_MOBILE = re.compile(r"1[3-9]\d{9}")
_FIXED = re.compile(r"0[1-9]\d{9,10}")
_LOCAL = re.compile(r"[2-8]\d{7}")
_E164 = re.compile(r"\+[1-9]\d{7,14}")


def phone(words: str) -> str:
    """A number as E.164: mobile, fixed line with or without area code, or +...; 无 is empty."""
    if words == NONE:
        return ""
    digits = re.sub(r"[\s\-()（）]", "", words)
    if _E164.fullmatch(digits):
        return digits
    if _MOBILE.fullmatch(digits):
        return f"+86{digits}"
    if _FIXED.fullmatch(digits):
        return f"+86{digits[1:]}"
    if _LOCAL.fullmatch(digits):
        return f"+86{AREA}{digits}"
    raise Odd("不像电话号码：手机11位，固定电话8位或带区号。")


_SPAN = re.compile(r"(\S+?)\s*(?:至|到|~)\s*(\S+)\s+(\S+)")


@dataclass(frozen=True, kw_only=True)
class Span:
    """Days from `first` to `last`, both included, and why."""

    first: date
    last: date
    why: str


def spans(words: str) -> tuple[Span, ...]:
    """2026-12-01至2026-12-10 住院；... Raises Odd when one cannot be, or two share a day."""
    found = []
    for part in filter(None, (one.strip() for one in re.split("[；;]", words))):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise Odd("请写成“2026-12-01至2026-12-10 住院”，几段用分号隔开。")
        first, last = day(match[1]), day(match[2])
        if last < first:
            raise Odd(f"{match[2]}早于{match[1]}。")
        found.append(Span(first=first, last=last, why=match[3]))
    found.sort(key=lambda one: one.first)
    for before, after in pairwise(found):
        if after.first <= before.last:
            raise Odd(f"{before.first}和{after.first}开始的两段有重叠的日子。")
    return tuple(found)
