"""When operators answer the hotline: opening hours by the kind of day, and days of their own."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from callcenter.domain.week import at, local, minute_of

LOOKS_AHEAD = 60  # days; nobody is promised an opening further away
SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
CLOSED = "休息"


class DayKind(StrEnum):
    """What kind of day it is; the value is what stands in policy/hours.yaml."""

    WORKDAY = "平日"
    WEEKEND = "周末"
    HOLIDAY = "节假日"


KindOf = Callable[[date], DayKind]
Spans = tuple[tuple[int, int], ...]
"""From when until when, in minutes of the day, in order; empty for a day without hours."""


@dataclass(frozen=True, kw_only=True)
class Hours:
    """The opening hours."""

    by_kind: Mapping[DayKind, Spans]
    dates: Mapping[date, Spans]  # days with hours of their own

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> "Hours":
        """From the policy file. Raises ValueError that says in Chinese what is wrong."""
        by_kind = {_kind(name): _spans(words) for name, words in raw["hours"].items()}
        if missing := [kind.value for kind in DayKind if kind not in by_kind]:
            raise ValueError(f"hours 里缺少{'、'.join(missing)}的时间")
        dates = {_date(day): _spans(words) for day, words in (raw.get("dates") or {}).items()}
        return cls(by_kind=by_kind, dates=dates)

    def on(self, day: date, kind_of: KindOf) -> Spans:
        """The hours of a day."""
        own = self.dates.get(day)
        return self.by_kind[kind_of(day)] if own is None else own

    def is_open(self, moment: datetime, kind_of: KindOf) -> bool:
        """Whether operators answer at this moment."""
        minute = minute_of(moment)
        spans = self.on(local(moment).date(), kind_of)
        return any(opens <= minute < closes for opens, closes in spans)

    def opens_next(self, moment: datetime, kind_of: KindOf) -> datetime | None:
        """The next opening after this moment; None when none is near."""
        today = local(moment).date()
        for ahead in range(LOOKS_AHEAD):
            day = today + timedelta(days=ahead)
            for opens, _ in self.on(day, kind_of):
                if at(day, opens) > moment:
                    return at(day, opens)
        return None


def _kind(name: object) -> DayKind:
    try:
        return DayKind(str(name))
    except ValueError:
        raise ValueError(
            f"不认识“{name}”，日子只分{'、'.join(kind.value for kind in DayKind)}"
        ) from None


def _date(day: object) -> date:
    if not isinstance(day, date):
        raise ValueError(f"“{day}”不是日期，请写成 2027-02-05 这样")
    return day


def _spans(words: object) -> Spans:
    text = str(words).replace(" ", "")
    if text == CLOSED:
        return ()
    spans = tuple(_span(part) for part in text.split(","))
    if any(first[1] > second[0] for first, second in pairwise(spans)):
        raise ValueError(f"“{words}”里后一段时间要晚于前一段")
    return spans


def _span(text: str) -> tuple[int, int]:
    found = SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"“{text}”不是时间，请写成 8:00-20:00，整天不接写 休息")
    opens, closes = (
        int(hour) * 60 + int(minute)
        for hour, minute in ((found[1], found[2]), (found[3], found[4]))
    )
    if not opens < closes <= 24 * 60 or int(found[2]) > 59 or int(found[4]) > 59:
        raise ValueError(f"“{text}”要从早写到晚，最晚 24:00")
    return opens, closes
