"""Taking a roster sheet of elders (名册导入): checked as a whole, then written as a whole.

A sheet with a single mistake writes nothing. An elder without a phone is taken all the same: a
person asks instead of a call, and the elder stays on the board.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain.people import Leaving, Period
from callcenter.domain.roster import ELDER_COLUMNS, ElderLine, elder_mistakes, repeated
from callcenter.domain.sheet import Mistake, Odd, read_line
from callcenter.domain.week import local, monday_of
from callcenter.services import calling, communities, coverage, known
from callcenter.services.errors import BadRoster
from callcenter.services.timeline import note
from callcenter.store.tables import Contact, Coverage, Elder, Slot

CHUNK = 400  # lines looked up together; databases limit how much one question may name
BY = "名册导入"

Lines = Iterable[tuple[int, Mapping[str, str]]]


@dataclass(kw_only=True)
class Taken:
    """What a sheet brought."""

    new: int = 0
    changed: int = 0
    same: int = 0
    left: int = 0
    no_phone: list[int] = field(default_factory=list)  # lines; a person asks instead of a call
    unlisted: list[int] = field(default_factory=list)  # lines; on neither list, only a file


@dataclass(frozen=True, kw_only=True)
class _Found:
    """One line with everything that it refers to."""

    line: ElderLine
    elder: Elder | None
    community_id: int
    caseworker_id: int | None


def take(session: Session, now: datetime, lines: Lines) -> Taken:
    """Writes every elder of the sheet. Raises BadRoster naming every bad line, writing nothing."""
    read, mistakes = read_elders(lines, local(now).date())
    found = list(_look_up(session, now, read, mistakes))
    if mistakes:
        raise BadRoster(sorted(mistakes, key=lambda one: one.line))
    taken = Taken()
    for one in found:
        _write(session, now, one, taken)
    session.flush()
    return taken


def read_elders(lines: Lines, today: date) -> tuple[list[ElderLine], list[Mistake]]:
    """The lines that make sense by themselves, and the mistakes of the others."""
    read: list[ElderLine] = []
    mistakes: list[Mistake] = []
    for number, cells in lines:
        values, wrong = read_line(ELDER_COLUMNS, number, cells)
        wrong += elder_mistakes(number, values, today)
        mistakes += wrong
        if not wrong:
            read.append(ElderLine(line=number, **values))
    return read, mistakes + repeated(read)


def _look_up(
    session: Session, now: datetime, read: Sequence[ElderLine], mistakes: list[Mistake]
) -> Iterator[_Found]:
    places = known.places(session, local(now).date())
    staff = known.staff(session)
    begun = session.scalar(select(Slot.id).limit(1)) is not None
    for part in batched(read, CHUNK):
        elders = known.elders(session, [o.number for o in part], [o.name for o in part])
        periods = _periods(session, [one.id for one in elders.by_number.values()])
        for one in part:
            check = _Check(one.line, mistakes)
            elder = check.ask("编号", _who, one, elders)
            place = check.ask("社区", places.community, one.street, one.community)
            worker = check.ask("社工", _worker, one, staff, place)
            before = periods.get(elder.id, []) if elder else []
            check.ask("进入日期", _entry, one, before, now, begun)
            check.ask("退出日期", _exit, one, before)
            yield _Found(line=one, elder=elder, community_id=place or 0, caseworker_id=worker)


class _Check:
    """Asks one question after the other about a line, and keeps every mistake."""

    def __init__(self, line: int, mistakes: list[Mistake]) -> None:
        self._line, self._mistakes = line, mistakes

    def ask[T](self, column: str, question: Callable[..., T], *about: Any) -> T | None:
        """The answer; None after a mistake, which is named with its column."""
        try:
            return question(*about)
        except Odd as odd:
            self._mistakes.append(Mistake(line=self._line, column=column, words=str(odd)))
            return None


def _who(one: ElderLine, elders: known.Elders) -> Elder | None:
    """The elder that the line means; None for a new one. Raises Odd for a likely double."""
    by_number = elders.by_number.get(one.number)
    if by_number is not None:
        if by_number.name != one.name and by_number.born_on != one.born_on:
            raise Odd(f"{one.number}已经是另一位老人（姓名和出生日期都不同）。")
        return by_number
    same = elders.by_person.get(one.person)
    if same is not None and same.file_no is not None:
        raise Odd(f"姓名、出生日期、住址和编号{same.file_no}都相同，是不是同一位老人？")
    return same


def _worker(one: ElderLine, staff: known.Staff, community_id: int | None) -> int | None:
    return staff.caseworker(one.caseworker, community_id) if one.caseworker else None


def _entry(one: ElderLine, before: Sequence[Period], now: datetime, begun: bool) -> None:
    """An entry fits the periods that are known, and no week that is over. Raises Odd."""
    if one.entered_on is None or any(one.entered_on == period.first for period in before):
        return
    monday = monday_of(now)
    if begun and one.entered_on < monday:
        raise Odd(f"{one.entered_on}在本周（{monday}起）以前，过去的周已经存档，不能改。")
    wanted = Period(first=one.entered_on, after=one.left_on)
    for period in before:
        if wanted.overlaps(period):
            raise Odd(f"和已有的在册期间（{_said(period)}）重叠。")


def _exit(one: ElderLine, before: Sequence[Period]) -> None:
    """Nobody leaves before having entered. Raises Odd."""
    if one.left_on is None or one.entered_on is not None:
        return
    standing = [period for period in before if period.after is None]
    if standing and one.left_on < standing[0].first:
        raise Odd(f"早于进入日期{standing[0].first}。")


def _said(period: Period) -> str:
    return f"{period.first}起" if period.after is None else f"{period.first}至{period.after}"


def _periods(session: Session, ids: Sequence[int]) -> dict[int, list[Period]]:
    rows = select(Coverage).where(Coverage.elder_id.in_(ids)).order_by(Coverage.entered_on)
    found: dict[int, list[Period]] = {}
    for row in session.scalars(rows):
        period = Period(first=row.entered_on, after=row.left_on)
        found.setdefault(row.elder_id, []).append(period)
    return found


def _write(session: Session, now: datetime, found: _Found, taken: Taken) -> None:
    line, elder = found.line, found.elder
    if elder is None:
        elder = _new(session, now, found)
        taken.new += 1
    elif _change(session, now, found, elder):
        taken.changed += 1
    else:
        taken.same += 1
    _contact(session, line, elder)
    if line.left_on is not None and line.left_why is not None:
        taken.left += _leave(session, now, elder, line.left_on, line.left_why)
    elif not elder.phone:
        taken.no_phone.append(line.line)
    if line.left_on is None and not coverage.on_a_list(session, elder.id, local(now).date()):
        taken.unlisted.append(line.line)


def _new(session: Session, now: datetime, found: _Found) -> Elder:
    line = found.line
    elder = Elder(
        file_no=line.number,
        name=line.name,
        called=line.called or line.name,
        born_on=line.born_on,
        living=line.living.value,
        hardship=bool(line.hardship),
        disabled=bool(line.disabled),
        community_id=found.community_id,
        address=line.address,
        phone=line.phone or "",
        ai_voice=line.ai_voice is not False,
        caseworker_id=found.caseworker_id,
        notes=line.notes or "",
    )
    if line.window is not None:
        elder.window_opens, elder.window_closes = line.window.opens, line.window.closes
    session.add(elder)
    session.flush()
    coverage.enter(session, now, elder, line.entered_on or local(now).date())
    return elder


def _change(session: Session, now: datetime, found: _Found, elder: Elder) -> bool:
    """What the sheet says anew; an empty cell keeps what is known. True when anything changed."""
    line, today = found.line, local(now).date()
    moved = elder.community_id != found.community_id
    communities.move(session, now, elder, found.community_id, today)
    put = (heading for heading, key, value in _facts(found) if _put(elder, key, value))
    changed = list(dict.fromkeys(put))
    if changed:
        note(session, now, "roster", f"档案更新：{'、'.join(changed)}", elder_id=elder.id)
    if set(changed) & {"电话", "语音电话"}:
        calling.settle(session, now, elder, BY)
    if set(changed) & {"出生日期", "居住情况", "经济困难", "失能"}:
        coverage.review(session, now, elder, today)
    entered = False
    if line.entered_on is not None:
        session.flush()
        entered = coverage.enter(session, now, elder, line.entered_on)
    return moved or bool(changed) or entered


def _facts(found: _Found) -> Iterator[tuple[str, str, Any]]:
    """Heading, attribute and value of everything that the line says about the elder."""
    line = found.line
    yield "编号", "file_no", line.number
    yield "姓名", "name", line.name
    yield "称呼", "called", line.called
    yield "出生日期", "born_on", line.born_on
    yield "居住情况", "living", line.living.value
    yield "经济困难", "hardship", line.hardship
    yield "失能", "disabled", line.disabled
    yield "住址", "address", line.address
    yield "电话", "phone", line.phone
    yield "接听时段", "window_opens", line.window.opens if line.window else None
    yield "接听时段", "window_closes", line.window.closes if line.window else None
    yield "语音电话", "ai_voice", line.ai_voice
    yield "社工", "caseworker_id", found.caseworker_id
    yield "备注", "notes", line.notes


def _put(elder: Elder, key: str, value: Any) -> bool:
    if value is None or getattr(elder, key) == value:
        return False
    setattr(elder, key, value)
    return True


def _contact(session: Session, line: ElderLine, elder: Elder) -> None:
    """The emergency contact; one of the same name is brought up to date."""
    if not line.contact:
        return
    rows = select(Contact).where(Contact.elder_id == elder.id, Contact.name == line.contact)
    one = session.scalars(rows).first()
    if one is None:
        one = Contact(elder_id=elder.id, name=line.contact, relation="", phone="")
        session.add(one)
    one.relation = line.relation if line.relation is not None else one.relation
    one.phone = line.contact_phone if line.contact_phone is not None else one.phone


def _leave(session: Session, now: datetime, elder: Elder, day: date, why: Leaving) -> bool:
    """Leaving takes effect in this week at the earliest: past weeks keep the roster they had."""
    begins = max(day, monday_of(now))
    if not coverage.on_a_list(session, elder.id, begins):
        return False  # a sheet that is taken a second time changes nothing
    coverage.leave(session, now, elder.id, begins, why, BY)
    note(session, now, "roster", f"退出名册（{day}）：{why}", elder_id=elder.id)
    return True
