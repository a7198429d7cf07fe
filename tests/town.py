"""A small district in a world with a clock: three elders, four members of staff, one hotline."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select

from callcenter.config import Settings
from callcenter.domain.escalation import Finding, Standing
from callcenter.domain.people import Category, Living, Role
from callcenter.exchange.faults import NONE as NO_FAULTS
from callcenter.exchange.faults import Faults
from callcenter.policy import Policy
from callcenter.services.escalations import resolve
from callcenter.store.tables import (
    Attempt,
    Community,
    Coverage,
    Elder,
    Escalation,
    Event,
    Handoff,
    Notice,
    Slot,
    Street,
    Worker,
)
from callcenter.world import World
from tests.house import HOTLINE, SECRETS, policy

MONDAY_MORNING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # eight o'clock in Wuxi
WANG, LI, ZHAO = "+8610010000001", "+8610010000002", "+8610010000003"
CASEWORKER, HEAD, OFFICER, OPERATOR = (f"+861002000000{n}" for n in range(1, 5))
BOOK = {
    "people": [
        {"number": WANG, "name": "王阿婆", "role": "elder", "behaviour": "presses_one"},
        {"number": LI, "name": "李大爷", "role": "elder", "behaviour": "presses_one"},
        {"number": ZHAO, "name": "赵阿婆", "role": "elder", "behaviour": "presses_one"},
        {"number": CASEWORKER, "name": "钱社工", "role": "caseworker", "behaviour": "no_answer"},
        {"number": HEAD, "name": "唐站长", "role": "caseworker", "behaviour": "no_answer"},
        {"number": OFFICER, "name": "荣值班", "role": "caseworker", "behaviour": "no_answer"},
        {"number": OPERATOR, "name": "杨坐席", "role": "operator", "behaviour": "operator_accepts"},
    ]
}
STAFF = (
    ("caseworker", "钱社工", Role.CASEWORKER, CASEWORKER),
    ("head", "唐站长", Role.STREET_SUPERVISOR, HEAD),
    ("officer", "荣值班", Role.DUTY_OFFICER, OFFICER),
    ("operator", "杨坐席", Role.OPERATOR, OPERATOR),
)


@dataclass
class Town:
    """The world and its people by name, with the questions that stories ask."""

    world: World

    def behaves(self, number: str, behaviour: str) -> None:
        """From the next call on, whoever has this number behaves so."""
        self.world.exchange.people.behaves(number, behaviour)

    def slots(self, called: str, kind: str = "call") -> list[Slot]:
        """This week's slots of an elder, in order."""
        with self.world.house.store.look() as session:
            return list(
                session.scalars(
                    select(Slot)
                    .join(Elder, Elder.id == Slot.elder_id)
                    .where(Elder.called == called, Slot.kind == kind)
                    .order_by(Slot.number)
                )
            )

    def rows[T](self, table: type[T]) -> list[T]:
        """All rows of a table, oldest first."""
        with self.world.house.store.look() as session:
            return list(session.scalars(select(table).order_by(table.id)))  # type: ignore[attr-defined]

    def attempts(self, called: str) -> list[Attempt]:
        """All dials to an elder."""
        with self.world.house.store.look() as session:
            rows = select(Attempt).join(Elder, Elder.id == Attempt.elder_id)
            return list(session.scalars(rows.where(Elder.called == called).order_by(Attempt.id)))

    def worker(self, login: str) -> Worker:
        """A member of staff."""
        with self.world.house.store.look() as session:
            return session.scalars(select(Worker).where(Worker.login == login)).one()

    def escalations(self) -> list[Escalation]:
        """All escalations, oldest first."""
        return self.rows(Escalation)

    def notices(self) -> list[Notice]:
        """All notices, oldest first."""
        return self.rows(Notice)

    def handoffs(self) -> list[Handoff]:
        """All handoffs, oldest first."""
        return self.rows(Handoff)

    def until(self, happens: Callable[[], object], minutes: int = 2, at_most: int = 400) -> None:
        """Lets time pass in small steps until something has happened; fails when it never does."""
        for _ in range(at_most):
            if happens():
                return
            self.world.passes(minutes=minutes)
        raise AssertionError("it never happened:\n" + self.story())

    def finds_everyone_well(self) -> None:
        """The caseworker goes and looks, and writes down what was found."""
        house = self.world.house
        worker = self.worker("caseworker")
        for one in self.escalations():
            if one.standing != Standing.RESOLVED.value:
                with house.store.work() as session:
                    resolve(session, house.now(), one.id, worker, Finding.SEEN_WELL)

    def story(self) -> str:
        """Everything that happened, in the words of the time line."""
        return "\n".join(event.text for event in self.rows(Event))

    def texts(self, number: str) -> list[str]:
        """The text messages on a phone, oldest first."""
        return [message.body for message in self.world.exchange.messages.inbox(number)]

    def heard(self, number: str) -> str:
        """Everything that was said on the latest call of a phone."""
        call = self.world.exchange.current(number)
        return "\n".join(line.text for line in call.lines) if call else ""


def settle(world: World, elders: int = 3) -> None:
    """Street, community, staff and elders of the small district."""
    with world.house.store.work() as session:
        street = Street(name="柳巷街道")
        session.add(street)
        session.flush()
        community = Community(street_id=street.id, name="柳巷社区", valid_from=date(2024, 1, 1))
        session.add(community)
        session.flush()
        staff = {}
        for login, name, role, phone in STAFF:
            staff[login] = Worker(
                login=login,
                name=name,
                role=role.value,
                phone=phone,
                street_id=street.id,
                community_id=community.id if role is Role.CASEWORKER else None,
                signed_on=role is Role.OPERATOR,
            )
        session.add_all(staff.values())
        session.flush()
        people = (("王阿婆", WANG), ("李大爷", LI), ("赵阿婆", ZHAO))[:elders]
        for order, (called, phone) in enumerate(people, start=1):
            elder = Elder(
                id=2 * order,  # an even number: the first call is on Monday
                name=called[0] + "某",
                called=called,
                born_on=date(1940, 5, 1),
                living=Living.ALONE.value,
                community_id=community.id,
                address="柳巷1号101室",
                phone=phone,
                caseworker_id=staff["caseworker"].id,
            )
            session.add(elder)
            session.flush()
            session.add(
                Coverage(
                    elder_id=elder.id,
                    category=Category.OLD_AND_ALONE.value,
                    entered_on=date(2026, 1, 1),
                )
            )


def make_town(
    folder: Path,
    elders: int = 3,
    faults: Faults = NO_FAULTS,
    rules: Policy | None = None,
    **settings: object,
) -> Town:
    """A town of its own database in `folder`, with the real policy files unless given."""
    values = {
        "database_url": f"sqlite:///{folder}/town.db",
        "hotline_number": HOTLINE,
        "duty_number": OFFICER,
        **SECRETS,
        **settings,
    }
    chosen = Settings(**values)  # type: ignore[arg-type]
    world = World(chosen, BOOK, MONDAY_MORNING, policy=rules or policy(), faults=faults)
    settle(world, elders)
    return Town(world)
