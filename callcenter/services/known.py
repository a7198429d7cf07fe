"""What a roster sheet refers to, looked up once: communities, staff, and elders who are known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcenter.domain.people import Role
from callcenter.domain.sheet import Odd
from callcenter.services.communities import stands_on
from callcenter.store.roster_tables import CommunityChange
from callcenter.store.tables import Community, Elder, Street, Worker


@dataclass(frozen=True, kw_only=True)
class Places:
    """Streets and communities by name, as they stand today."""

    streets: dict[str, int]
    communities: dict[tuple[str, str], int]  # by street and name
    gone: dict[str, str]  # a community that stands no more, and what became of it

    def street(self, name: str) -> int:
        """The street's id. Raises Odd."""
        if name not in self.streets:
            raise Odd(f"没有叫“{name}”的街道。")
        return self.streets[name]

    def community(self, street: str, name: str) -> int:
        """The community's id. Raises Odd, saying where it stands or what became of it."""
        self.street(street)
        found = self.communities.get((street, name))
        if found is not None:
            return found
        elsewhere = [at for at, other in self.communities if other == name]
        if elsewhere:
            raise Odd(f"“{name}”在{'、'.join(elsewhere)}，不在{street}。")
        if name in self.gone:
            raise Odd(f"“{name}”已经撤并{self.gone[name]}。")
        raise Odd(f"没有叫“{name}”的社区。")


def places(session: Session, today: date) -> Places:
    """The map of today."""
    streets = {one.name: one.id for one in session.scalars(select(Street))}
    rows = (
        select(Street.name, Community.name, Community.id)
        .join(Street, Street.id == Community.street_id)
        .where(stands_on(today))
    )
    ended = select(Community).where(Community.valid_to < today).order_by(Community.valid_to)
    return Places(
        streets=streets,
        communities={(street, name): number for street, name, number in session.execute(rows)},
        gone={one.name: _became(session, one.id) for one in session.scalars(ended)},
    )


def _became(session: Session, community_id: int) -> str:
    rows = (
        select(Community.name)
        .join(CommunityChange, CommunityChange.into_id == Community.id)
        .where(CommunityChange.from_id == community_id)
        .order_by(Community.id)
    )
    names = session.scalars(rows).all()
    return f"，现在是{'、'.join(names)}" if names else ""


@dataclass(frozen=True, kw_only=True)
class Staff:
    """Members of staff by login, and by name."""

    by_login: dict[str, Worker]
    by_name: dict[str, list[Worker]]

    def caseworker(self, words: str, community_id: int | None) -> int:
        """The caseworker with this login or name. Raises Odd for one who cannot have elders."""
        if words in self.by_login:
            return self._able(self.by_login[words])
        found = self.by_name.get(words, [])
        here = [one for one in found if one.community_id == community_id and one.active]
        able = here or [one for one in found if one.active] or found
        if not able:
            raise Odd(f"没有叫“{words}”的社工。")
        if len(able) > 1:
            logins = "、".join(one.login for one in able)
            raise Odd(f"叫“{words}”的有{len(able)}位，请写登录名（{logins}）。")
        return self._able(able[0])

    def _able(self, one: Worker) -> int:
        if one.role != Role.CASEWORKER.value:
            raise Odd(f"{one.name}不是社工。")
        if not one.active:
            raise Odd(f"{one.name}已经离岗，请写接手的人。")
        return one.id


def staff(session: Session) -> Staff:
    """Everybody who works or has worked here."""
    by_login: dict[str, Worker] = {}
    by_name: dict[str, list[Worker]] = {}
    for one in session.scalars(select(Worker).order_by(Worker.id)):
        by_login[one.login] = one
        by_name.setdefault(one.name, []).append(one)
    return Staff(by_login=by_login, by_name=by_name)


@dataclass(frozen=True, kw_only=True)
class Elders:
    """Elders of a part of a sheet who are known already."""

    by_number: dict[str, Elder]
    by_person: dict[tuple[str, date, str], Elder]


def elders(session: Session, numbers: Iterable[str], names: Iterable[str]) -> Elders:
    """Those with one of the district's numbers, or of one of the names."""
    wanted = or_(Elder.file_no.in_(set(numbers)), Elder.name.in_(set(names)))
    found = session.scalars(select(Elder).where(wanted).order_by(Elder.id)).all()
    return Elders(
        by_number={one.file_no: one for one in found if one.file_no},
        by_person={(one.name, one.born_on, one.address): one for one in found},
    )
