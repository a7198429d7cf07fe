"""A small made-up district for tests of services and pages: two streets, staff of every role."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain.people import Category, Living, Role
from callcenter.services import weekplan
from callcenter.services.scope import Scope
from callcenter.store.roster_tables import VisitingEntry
from callcenter.store.tables import Community, Coverage, Elder, Slot, Street, Worker
from callcenter.wiring import House

STREETS = {"柳巷街道": ("柳巷社区", "竹园社区"), "桥头街道": ("桥头社区",)}
STAFF = (  # login, name, role, street, community
    ("qian", "钱社工", Role.CASEWORKER, "柳巷街道", "柳巷社区"),
    ("shen", "沈社工", Role.CASEWORKER, "桥头街道", "桥头社区"),
    ("tang", "唐站长", Role.STREET_SUPERVISOR, "柳巷街道", None),
    ("rong", "荣值班", Role.DUTY_OFFICER, None, None),
    ("yang", "杨坐席", Role.OPERATOR, None, None),
    ("xu", "许坐席", Role.OPERATOR, None, None),
    ("guo", "过主管", Role.SUPERVISOR, None, None),
)
ELDERS = (  # called, community, born, covered
    ("王阿婆", "柳巷社区", date(1940, 5, 1), True),
    ("李大爷", "竹园社区", date(1938, 5, 1), True),
    ("赵阿婆", "桥头社区", date(1942, 5, 1), True),
    ("孙大爷", "柳巷社区", date(1952, 5, 1), False),
)


@dataclass(frozen=True, kw_only=True)
class District:
    """The people of the district by login or by how they are called."""

    house: House = field(repr=False)
    workers: dict[str, int]
    elders: dict[str, int]

    def worker(self, session: Session, login: str) -> Worker:
        """The row of a member of staff."""
        return session.get_one(Worker, self.workers[login])

    def elder(self, session: Session, called: str) -> Elder:
        """The row of an elder."""
        return session.get_one(Elder, self.elders[called])

    def scope(self, login: str) -> Scope:
        """Whom a member of staff may see."""
        with self.house.store.look() as session:
            one = self.worker(session, login)
            return Scope(
                worker_id=one.id,
                role=Role(one.role),
                street_id=one.street_id,
                community_id=one.community_id,
            )

    def plan(self) -> None:
        """Plans the current week."""
        with self.house.store.work() as session:
            weekplan.plan_week(session, self.house.now())

    def slots(self, called: str, kind: str) -> list[Slot]:
        """The slots of an elder, oldest first."""
        with self.house.store.look() as session:
            rows = select(Slot).where(Slot.elder_id == self.elders[called], Slot.kind == kind)
            return list(session.scalars(rows.order_by(Slot.week, Slot.number)))


def settle(house: House) -> District:
    """Fills the house's database with the district; nothing is planned yet."""
    with house.store.work() as session:
        streets, communities = _places(session)
        workers = {}
        for number, (login, name, role, street, community) in enumerate(STAFF, start=1):
            one = Worker(
                login=login,
                name=name,
                role=role.value,
                phone=f"+86100200000{number:02d}",
                street_id=streets.get(street or ""),
                community_id=communities.get(community or ""),
            )
            session.add(one)
            session.flush()
            workers[login] = one.id
        elders = {}
        for number, (called, community, born, covered) in enumerate(ELDERS, start=1):
            elder = add_elder(session, called, communities[community], born, number)
            elders[called] = elder.id
            list_alone(session, elder, house.now())
            if covered:
                cover(session, elder, house.now())
    return District(house=house, workers=workers, elders=elders)


def _places(session: Session) -> tuple[dict[str, int], dict[str, int]]:
    streets, communities = {}, {}
    for name, parts in STREETS.items():
        street = Street(name=name)
        session.add(street)
        session.flush()
        streets[name] = street.id
        for part in parts:
            community = Community(street_id=street.id, name=part, valid_from=date(2024, 1, 1))
            session.add(community)
            session.flush()
            communities[part] = community.id
    return streets, communities


def add_elder(
    session: Session, called: str, community_id: int, born_on: date, number: int
) -> Elder:
    """One more elder, living alone."""
    elder = Elder(
        name=called[0] + "某某",
        called=called,
        born_on=born_on,
        living=Living.ALONE.value,
        community_id=community_id,
        address=f"柳巷{number}号101室",
        phone=f"+86100100000{number:02d}",
    )
    session.add(elder)
    session.flush()
    return elder


def list_alone(session: Session, elder: Elder, now: datetime) -> None:
    """Puts an elder on the wider visiting list, some weeks ago."""
    since = (now - timedelta(days=30)).date()
    session.add(VisitingEntry(elder_id=elder.id, living=elder.living, entered_on=since))


def cover(session: Session, elder: Elder, now: datetime) -> None:
    """Puts an elder on the list, some weeks ago."""
    since = (now - timedelta(days=30)).date()
    session.add(
        Coverage(elder_id=elder.id, category=Category.OLD_AND_ALONE.value, entered_on=since)
    )
