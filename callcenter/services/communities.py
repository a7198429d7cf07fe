"""The map of communities (社区), redrawn now and then; every past week keeps its own map."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from callcenter.domain.people import REDRAWING_WORDS, Redrawing, redrawing
from callcenter.domain.week import local
from callcenter.services.errors import RosterMistake
from callcenter.services.timeline import note
from callcenter.store.roster_tables import CommunityChange, FormerHome
from callcenter.store.tables import Community, Elder, Street, Worker


@dataclass(frozen=True, kw_only=True)
class Part:
    """One community that comes out of a redrawing."""

    name: str
    street_id: int
    address_has: tuple[str, ...] = ()  # words of the addresses that belong to it; empty: the rest


def home_on(day: date, today: date) -> ColumnElement[int]:
    """The id of the community in which an Elder row lived on that day."""
    if day >= today:
        return Elder.community_id.expression
    former = (
        select(FormerHome.community_id)
        .where(FormerHome.elder_id == Elder.id, FormerHome.until > day)
        .order_by(FormerHome.until, FormerHome.id)
        .limit(1)
        .correlate(Elder)
        .scalar_subquery()
    )
    return func.coalesce(former, Elder.community_id)


def stands_on(day: date) -> ColumnElement[bool]:
    """The condition that a Community row stood on that day."""
    ends_later = or_(Community.valid_to.is_(None), Community.valid_to >= day)
    return (Community.valid_from <= day) & ends_later


def count_on(session: Session, day: date) -> int:
    """How many communities the district had on that day."""
    return session.scalar(select(func.count(Community.id)).where(stands_on(day))) or 0


def move(session: Session, now: datetime, elder: Elder, community_id: int, day: date) -> None:
    """The elder lives in another community from `day` on; the former one is kept for past weeks."""
    if elder.community_id == community_id:
        return
    before = session.get_one(Community, elder.community_id)
    after = session.get_one(Community, community_id)
    session.add(FormerHome(elder_id=elder.id, community_id=before.id, until=day))
    elder.community_id = community_id
    text = f"所属社区由{before.name}改为{after.name}"
    note(session, now, "roster", text, elder_id=elder.id)


def redraw(
    session: Session, now: datetime, day: date, old: Sequence[str], new: Sequence[Part]
) -> list[Community]:
    """Communities named `old` become `new` on that day; elders and staff go along.

    Opens, renames, splits, merges or closes, as the numbers say. An elder goes to the part that
    has words of the address, else to the part without words. Raises RosterMistake in plain words,
    before anything is changed.
    """
    if day > local(now).date():
        raise RosterMistake("社区调整只能登记当天或以前生效的，请到那一天再登记。")
    before = [_standing(session, name, day) for name in old]
    elders = _elders_of(session, before)
    _check(session, before, elders, new, day)
    kind = redrawing(len(before), len(new))
    after = [Community(name=part.name, street_id=part.street_id, valid_from=day) for part in new]
    session.add_all(after)
    for one in before:
        one.valid_to = day - timedelta(days=1)
    session.flush()
    for elder in elders:
        move(session, now, elder, after[_place(elder, new) or 0].id, day)
    _staff(session, before, after, new)
    _remember(session, day, kind, before, after)
    return after


def said(old: Sequence[str], new: Sequence[str]) -> str:
    """What happened, in words: 拆分：柳巷社区 → 柳巷东社区、柳巷西社区."""
    kind = REDRAWING_WORDS[redrawing(len(old), len(new))]
    return f"{kind}：{' → '.join(filter(None, ('、'.join(old), '、'.join(new))))}"


def street_of(session: Session, name: str, day: date) -> str | None:
    """The street of a community that stood on that day, if there is exactly one of the name."""
    rows = (
        select(Street.name)
        .join(Community, Community.street_id == Street.id)
        .where(Community.name == name, stands_on(day))
    )
    found = session.scalars(rows).all()
    return found[0] if len(found) == 1 else None


def _standing(session: Session, name: str, day: date) -> Community:
    rows = select(Community).where(Community.name == name, stands_on(day))
    found = session.scalars(rows).all()
    if not found:
        raise RosterMistake(f"{day}这一天没有叫“{name}”的社区。")
    if len(found) > 1:
        raise RosterMistake(f"{day}这一天有{len(found)}个“{name}”，请先把名字改开。")
    if found[0].valid_from >= day:
        raise RosterMistake(f"“{name}”从{found[0].valid_from}才开始，不能在{day}就结束。")
    if found[0].valid_to is not None:
        raise RosterMistake(f"“{name}”已经登记到{found[0].valid_to}为止，不能再调整。")
    return found[0]


def _elders_of(session: Session, places: Sequence[Community]) -> Sequence[Elder]:
    ids = [one.id for one in places]
    rows = select(Elder).where(Elder.community_id.in_(ids)).order_by(Elder.id)
    return session.scalars(rows).all()


def _check(
    session: Session,
    before: Sequence[Community],
    elders: Sequence[Elder],
    new: Sequence[Part],
    day: date,
) -> None:
    if not before and not new:
        raise RosterMistake("没有写明哪个社区变成哪个社区。")
    names = [part.name for part in new]
    ending = {one.id for one in before}
    taken = session.scalars(select(Community).where(Community.name.in_(names), stands_on(day)))
    clash = {one.name for one in taken if one.id not in ending}
    clash |= {name for name in names if names.count(name) > 1}
    if clash:
        raise RosterMistake(f"社区名字重复：{'、'.join(sorted(clash))}。")
    lost = [elder for elder in elders if _place(elder, new) is None]
    if lost:
        raise RosterMistake(
            f"有{len(lost)}位老人不知道归哪个新社区（例如住址“{lost[0].address}”），"
            "请留一个不写地址的新社区收其余的人。"
        )


def _place(elder: Elder, new: Sequence[Part]) -> int | None:
    """Which part an elder belongs to."""
    for number, part in enumerate(new):
        if any(words in elder.address for words in part.address_has):
            return number
    return next((number for number, part in enumerate(new) if not part.address_has), None)


def _staff(
    session: Session,
    before: Sequence[Community],
    after: Sequence[Community],
    new: Sequence[Part],
) -> None:
    """Caseworkers go to the part that takes the rest; who belongs elsewhere is moved by name."""
    rest = next((number for number, part in enumerate(new) if not part.address_has), 0)
    into = after[rest].id if after else None
    ids = [one.id for one in before]
    for worker in session.scalars(select(Worker).where(Worker.community_id.in_(ids))):
        worker.community_id = into


def _remember(
    session: Session,
    day: date,
    kind: Redrawing,
    before: Sequence[Community],
    after: Sequence[Community],
) -> None:
    froms: list[int | None] = [one.id for one in before]
    intos: list[int | None] = [one.id for one in after]
    session.add_all(
        CommunityChange(changed_on=day, kind=kind.value, from_id=old, into_id=new)
        for old in froms or [None]
        for new in intos or [None]
    )
    session.flush()
