"""Taking a sheet of staff, or one of redrawn communities: checked and written as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain.people import Role
from callcenter.domain.roster import (
    COMMUNITY_COLUMNS,
    STAFF_COLUMNS,
    CommunityLine,
    StaffLine,
)
from callcenter.domain.sheet import Column, Mistake, Odd, read_line
from callcenter.domain.week import local
from callcenter.services import communities, handover, known
from callcenter.services.communities import Part
from callcenter.services.errors import BadRoster, CareError
from callcenter.store.tables import Street, Worker

Lines = Iterable[tuple[int, Mapping[str, str]]]
BY = "人员名册"
NEEDS_STREET = (Role.CASEWORKER, Role.STREET_SUPERVISOR)


@dataclass(kw_only=True)
class Staffed:
    """What a sheet of staff brought."""

    new: int = 0
    changed: int = 0
    left: int = 0
    elders: int = 0  # handed over
    unreachable: list[str] = field(default_factory=list)  # names of those without a phone


def take_staff(session: Session, now: datetime, lines: Lines) -> Staffed:
    """Writes every member of staff. Raises BadRoster naming every bad line, writing nothing.

    Whoever is not in the sheet stays as he is; leaving is written as 在岗 否.
    """
    read, mistakes = _read(lines, STAFF_COLUMNS)
    staff = [StaffLine(line=line, **values) for line, values in read]
    places = known.places(session, local(now).date())
    logins = {one.login for one in staff} | set(known.staff(session).by_login)
    where: dict[int, tuple[int | None, int | None]] = {}
    for one in staff:
        try:
            where[one.line] = _where(one, places)
            _sane(one, staff, logins)
        except Odd as odd:
            mistakes.append(Mistake(line=one.line, column="", words=str(odd)))
    _stop_at(mistakes)
    return _write_staff(session, now, staff, where)


def _write_staff(
    session: Session,
    now: datetime,
    staff: Sequence[StaffLine],
    where: Mapping[int, tuple[int | None, int | None]],
) -> Staffed:
    done = Staffed()
    for one in staff:
        worker = _by_login(session, one.login)
        if worker is None:
            worker = Worker(login=one.login, active=one.active)
            session.add(worker)
            done.new += 1
        else:
            done.changed += 1
        worker.name, worker.role = one.name, one.role.value
        worker.street_id, worker.community_id = where[one.line]
        worker.phone = one.phone if one.phone is not None else worker.phone or ""
        worker.active = worker.active or one.active
        if one.active and not worker.phone:
            done.unreachable.append(one.name)
    session.flush()
    for one in staff:
        if not one.active:
            _leave(session, now, one, done)
    return done


def _leave(session: Session, now: datetime, one: StaffLine, done: Staffed) -> None:
    worker = _by_login(session, one.login)
    successor = _by_login(session, one.successor) if one.successor else None
    if worker is None or not worker.active:
        return
    try:
        moved = handover.hand_over(session, now, worker, successor, BY)
    except CareError as wrong:
        raise BadRoster([Mistake(line=one.line, column="交接给", words=str(wrong))]) from wrong
    done.left += 1
    done.elders += moved.elders


def _where(one: StaffLine, places: known.Places) -> tuple[int | None, int | None]:
    """Street and community of a member of staff. Raises Odd."""
    if one.role not in NEEDS_STREET:
        return None, None
    if not one.street:
        raise Odd("社工和街道负责人要写街道。")
    street = places.street(one.street)
    if one.role is Role.STREET_SUPERVISOR:
        return street, None
    if not one.community:
        raise Odd("社工要写社区。")
    return street, places.community(one.street, one.community)


def _sane(one: StaffLine, staff: Sequence[StaffLine], logins: set[str]) -> None:
    first = next(other.line for other in staff if other.login == one.login)
    if first != one.line:
        raise Odd(f"登录名{one.login}在第{first}行已经有了。")
    if one.successor and one.active:
        raise Odd("还在岗的人不用写交接给谁。")
    if one.successor and one.successor not in logins:
        raise Odd(f"没有登录名是“{one.successor}”的人。")


def _by_login(session: Session, login: str) -> Worker | None:
    return session.scalars(select(Worker).where(Worker.login == login)).one_or_none()


def take_communities(session: Session, now: datetime, lines: Lines) -> list[str]:
    """Redraws the map as the sheet says; gives what happened, in words.

    Lines with the same day and the same old communities are one redrawing. A street that is not
    known yet is opened with its first community. Raises BadRoster, writing nothing.
    """
    read, mistakes = _read(lines, COMMUNITY_COLUMNS)
    _stop_at(mistakes)
    groups: dict[tuple[date, tuple[str, ...], str], list[CommunityLine]] = {}
    for line, values in read:
        one = CommunityLine(line=line, **values)
        own = "" if one.old else f"{one.street}{one.new}"  # each opening is a matter of its own
        groups.setdefault((one.day, one.old, own), []).append(one)
    told = []
    for (day, old, _), group in sorted(groups.items(), key=lambda item: item[0][0]):
        try:
            parts = [_part(session, one, old) for one in group if one.new]
            after = communities.redraw(session, now, day, old, parts)
        except (CareError, Odd) as wrong:
            mistakes.append(Mistake(line=group[0].line, column="", words=str(wrong)))
            continue
        told.append(f"{day} {communities.said(old, [one.name for one in after])}")
    _stop_at(mistakes)
    return told


def _part(session: Session, one: CommunityLine, old: Sequence[str]) -> Part:
    name = one.street or _street_of(session, one.day, old)
    street = session.scalars(select(Street).where(Street.name == name)).one_or_none()
    if street is None and old:
        raise Odd(f"没有叫“{name}”的街道。")
    if street is None:
        street = Street(name=name)
        session.add(street)
        session.flush()
    return Part(name=one.new, street_id=street.id, address_has=one.address_has)


def _street_of(session: Session, day: date, old: Sequence[str]) -> str:
    """The street in which the old communities lie, when the line names none. Raises Odd."""
    found = {communities.street_of(session, name, day) for name in old} - {None}
    if len(found) != 1:
        raise Odd("请写明新社区属于哪个街道。")
    return str(found.pop())


def _read(
    lines: Lines, columns: Sequence[Column]
) -> tuple[list[tuple[int, dict[str, Any]]], list[Mistake]]:
    read, mistakes = [], []
    for number, cells in lines:
        values, wrong = read_line(columns, number, cells)
        mistakes += wrong
        if not wrong:
            read.append((number, values))
    return read, mistakes


def _stop_at(mistakes: Sequence[Mistake]) -> None:
    if mistakes:
        raise BadRoster(sorted(mistakes, key=lambda one: one.line))
