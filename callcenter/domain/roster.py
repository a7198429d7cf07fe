"""What a roster sheet may say: elders, staff, and how communities change. Pure; see papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from callcenter.domain.people import LIVING_WORDS, ROLE_WORDS, Leaving, Living, Role
from callcenter.domain.sheet import (
    Column,
    Mistake,
    Odd,
    day,
    hours,
    one_of,
    phone,
    short,
    yes_or_no,
)
from callcenter.domain.week import Window

OLDEST = 125  # years; an older birth date is a slip of the pen

_LIVING = {words: living for living, words in LIVING_WORDS.items()}
_ROLES = {words: role for role, words in ROLE_WORDS.items()}
_LEAVING = {why.value: why for why in Leaving}
_CONSENT = {"同意": True, "不同意": False}


def _several(words: str) -> tuple[str, ...]:
    parts = words.replace("；", "、").replace(";", "、").split("、")
    return tuple(part.strip() for part in parts if part.strip())


ELDER_COLUMNS = (
    Column(heading="编号", key="number", read=short(30), needed=True),
    Column(heading="姓名", key="name", read=short(40), needed=True),
    Column(heading="称呼", key="called", read=short(40)),
    Column(heading="出生日期", key="born_on", read=day, needed=True),
    Column(heading="居住情况", key="living", read=one_of(_LIVING), needed=True),
    Column(heading="经济困难", key="hardship", read=yes_or_no),
    Column(heading="失能", key="disabled", read=yes_or_no),
    Column(heading="街道", key="street", read=short(60), needed=True),
    Column(heading="社区", key="community", read=short(60), needed=True),
    Column(heading="住址", key="address", read=short(120), needed=True),
    Column(heading="电话", key="phone", read=phone),
    Column(heading="接听时段", key="window", read=hours),
    Column(heading="语音电话", key="ai_voice", read=one_of(_CONSENT)),
    Column(heading="社工", key="caseworker", read=short(40)),
    Column(heading="联系人", key="contact", read=short(40)),
    Column(heading="联系人关系", key="relation", read=short(20)),
    Column(heading="联系人电话", key="contact_phone", read=phone),
    Column(heading="备注", key="notes", read=short(400)),
    Column(heading="进入日期", key="entered_on", read=day),
    Column(heading="退出日期", key="left_on", read=day),
    Column(heading="退出原因", key="left_why", read=one_of(_LEAVING)),
)
STAFF_COLUMNS = (
    Column(heading="登录名", key="login", read=short(40), needed=True),
    Column(heading="姓名", key="name", read=short(40), needed=True),
    Column(heading="岗位", key="role", read=one_of(_ROLES), needed=True),
    Column(heading="街道", key="street", read=short(60)),
    Column(heading="社区", key="community", read=short(60)),
    Column(heading="电话", key="phone", read=phone),
    Column(heading="在岗", key="active", read=yes_or_no),
    Column(heading="交接给", key="successor", read=short(40)),
)
COMMUNITY_COLUMNS = (
    Column(heading="日期", key="day", read=day, needed=True),
    Column(heading="街道", key="street", read=short(60)),
    Column(heading="原社区", key="old", read=_several),
    Column(heading="新社区", key="new", read=short(60)),
    Column(heading="地址含", key="address_has", read=_several),
)
SHEETS: Mapping[str, Sequence[Column]] = {
    "elders": ELDER_COLUMNS,
    "staff": STAFF_COLUMNS,
    "communities": COMMUNITY_COLUMNS,
}


@dataclass(frozen=True, kw_only=True)
class ElderLine:
    """One elder of a sheet. None: the cell was empty, and what is known stays."""

    line: int
    number: str  # the district's own number of this elder
    name: str
    born_on: date
    living: Living
    street: str
    community: str
    address: str
    called: str | None = None
    hardship: bool | None = None
    disabled: bool | None = None
    phone: str | None = None  # E.164; empty: has none
    window: Window | None = None
    ai_voice: bool | None = None
    caseworker: str | None = None  # login or name
    contact: str | None = None
    relation: str | None = None
    contact_phone: str | None = None
    notes: str | None = None
    entered_on: date | None = None
    left_on: date | None = None
    left_why: Leaving | None = None

    @property
    def person(self) -> tuple[str, date, str]:
        """What two lines share when they mean the same person."""
        return self.name, self.born_on, self.address


@dataclass(frozen=True, kw_only=True)
class StaffLine:
    """One member of staff of a sheet."""

    line: int
    login: str
    name: str
    role: Role
    street: str = ""
    community: str = ""
    phone: str | None = None
    active: bool = True
    successor: str = ""  # login of who takes over when this one leaves


@dataclass(frozen=True, kw_only=True)
class CommunityLine:
    """One line of a redrawing; lines with the same day and old communities belong together."""

    line: int
    day: date
    street: str = ""
    old: tuple[str, ...] = ()
    new: str = ""
    address_has: tuple[str, ...] = ()


def kind_of(headings: Sequence[str]) -> str:
    """Which sheet this is, by its headings. Raises Odd naming what is missing or unknown."""
    for kind, columns in SHEETS.items():
        needed = {column.heading for column in columns if column.needed}
        if needed <= set(headings):
            unknown = [one for one in headings if one not in {c.heading for c in columns}]
            if unknown:
                raise Odd(f"不认识这些列：{'、'.join(unknown)}。请用模板里的列名。")
            twice = sorted({one for one in headings if headings.count(one) > 1})
            if twice:
                raise Odd(f"这些列写了两次：{'、'.join(twice)}。")
            return kind
    wanted = [column.heading for column in ELDER_COLUMNS if column.needed]
    missing = [heading for heading in wanted if heading not in headings]
    raise Odd(f"第一行要是列名。老人名册还缺：{'、'.join(missing)}。")


def elder_mistakes(line: int, values: Mapping[str, Any], today: date) -> list[Mistake]:
    """What cells that are right by themselves say against each other."""
    found: list[tuple[str, str]] = []
    born, entered, left = (values.get(key) for key in ("born_on", "entered_on", "left_on"))
    if born is not None and born > today:
        found.append(("出生日期", f"{born}还没有到。"))
    elif born is not None and today.year - born.year > OLDEST:
        found.append(("出生日期", f"{born}出生的人已经{today.year - born.year}岁，请核对。"))
    elif born is not None and entered is not None and entered < born:
        found.append(("进入日期", f"{entered}在出生以前。"))
    if left is not None and entered is not None and left < entered:
        found.append(("退出日期", f"{left}早于进入日期{entered}。"))
    if (left is None) != ("left_why" not in values):
        found.append(("退出原因", "退出日期和退出原因要一起填写。"))
    if values.get("contact_phone") and not values.get("contact"):
        found.append(("联系人", "写了联系人电话，没有写联系人。"))
    return [Mistake(line=line, column=column, words=words) for column, words in found]


def repeated(lines: Sequence[ElderLine]) -> list[Mistake]:
    """Lines that mean an elder whom an earlier line of the sheet means already."""
    numbers: dict[str, int] = {}
    people: dict[tuple[str, date, str], int] = {}
    found = []
    for one in lines:
        if one.number in numbers:
            words = f"编号{one.number}在第{numbers[one.number]}行已经有了。"
            found.append(Mistake(line=one.line, column="编号", words=words))
        elif one.person in people:
            words = f"和第{people[one.person]}行姓名、出生日期、住址都相同，是不是同一位老人？"
            found.append(Mistake(line=one.line, column="", words=words))
        numbers.setdefault(one.number, one.line)
        people.setdefault(one.person, one.line)
    return found
