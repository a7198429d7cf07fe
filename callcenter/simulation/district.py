"""A made-up district of any size: roster, staff, and how each of them answers the phone.

Everybody's ways depend on the seed and on nothing else. No number can be a real one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import batched
from pathlib import Path
from random import Random
from typing import Any

import yaml
from sqlalchemy.orm import Session

from callcenter.domain.people import Category, Leaving, Living, Role
from callcenter.store.session import Store
from callcenter.store.tables import Community, Coverage, Elder, Street, Worker

PREFIX = "+86100"  # no carrier in China gives out numbers that begin like this
HOTLINE = "+8610095511222"
ELDERS_PER_COMMUNITY = 40
COMMUNITIES_PER_STREET = 10
BATCH = 500
BEHAVIOURS = Path(__file__).with_name("behaviours.yaml")
SURNAMES = "王李张陈赵周吴徐孙朱马胡郭何林罗"
WINDOWS = ((9, 17), (9, 17), (8, 17), (9, 18), (8, 12), (13, 18), (9, 11))  # hours of the day
# how elders answer: a name in the exchange's behaviours or in behaviours.yaml, and how many
ANSWERS = (
    ("sound", 840),
    ("elder", 60),
    ("slow_speaker", 25),
    ("says_well", 25),
    ("no_answer", 12),
    ("relative_answers", 10),
    ("voicemail", 8),
    ("hangs_up_midway", 5),
    ("taken_for_a_machine", 5),
    ("silent", 4),
    ("unreachable", 3),
    ("busy", 3),
)


class Habit(StrEnum):
    """How a member of staff takes a notice."""

    KEYS = "keys"  # picks up the phone and presses the key
    TEXTS = "texts"  # answers the text message
    CHATS = "chats"  # presses the button in Telegram
    SCREEN = "screen"  # sees it on the console
    NEVER = "never"  # never acknowledges anything


HABITS = {
    Role.CASEWORKER: ((Habit.KEYS, 50), (Habit.TEXTS, 13), (Habit.CHATS, 13), (Habit.SCREEN, 12)),
    Role.STREET_SUPERVISOR: ((Habit.KEYS, 60), (Habit.SCREEN, 25)),
}
NEVER_SHARE = {Role.CASEWORKER: 12, Role.STREET_SUPERVISOR: 15}


@dataclass
class District:
    """Who is there; ids are those of the database."""

    people: list[dict[str, Any]] = field(default_factory=list)  # entries of the phone book
    habits: dict[int, Habit] = field(default_factory=dict)  # by worker
    phones: dict[int, str] = field(default_factory=dict)  # of workers
    officers: list[int] = field(default_factory=list)
    operators: list[int] = field(default_factory=list)
    elders: int = 0

    def book(self) -> dict[str, Any]:
        """The exchange's phone book."""
        ways = yaml.safe_load(BEHAVIOURS.read_text(encoding="utf-8"))
        return {"people": self.people, "behaviours": ways}


def settle(store: Store, elders: int, seed: int, monday: date, until: date) -> District:
    """Fills an empty database with so many elders, covered from `monday` to the day before `until`.

    One in fifty enters later in the first weeks, one in a hundred leaves earlier.
    """
    chance = Random(f"{seed}:district")  # noqa: S311  not for secrets
    district = District()
    with store.work() as session:
        caseworkers = _staff(session, district, chance, elders)
    last: Elder | None = None
    for some in batched(range(elders), BATCH):
        with store.work() as session:
            for number in some:
                home = caseworkers[number // ELDERS_PER_COMMUNITY]
                last = _elder(session, district, chance, number, home, last)
                _cover(session, last, chance, monday, until)
    district.elders = elders
    return district


@dataclass(frozen=True, kw_only=True)
class Home:
    """A community and its caseworker."""

    community_id: int
    caseworker_id: int


def _staff(session: Session, district: District, chance: Random, elders: int) -> list[Home]:
    numbers = iter(range(1, 10**6))
    homes: list[Home] = []
    street: Street | None = None
    for place in range(-(-elders // ELDERS_PER_COMMUNITY)):
        if street is None or place % COMMUNITIES_PER_STREET == 0:
            street = Street(name=f"演示{place // COMMUNITIES_PER_STREET + 1}街道")
            session.add(street)
            session.flush()
            _worker(session, district, chance, Role.STREET_SUPERVISOR, numbers, street.id)
        community = Community(
            street_id=street.id, name=f"演示{place + 1}社区", valid_from=date(2024, 1, 1)
        )
        session.add(community)
        session.flush()
        one = _worker(session, district, chance, Role.CASEWORKER, numbers, street.id, community.id)
        homes.append(Home(community_id=community.id, caseworker_id=one.id))
    for role, many in ((Role.DUTY_OFFICER, 2), (Role.OPERATOR, 2 + elders // 2000)):
        for _ in range(many):
            _worker(session, district, chance, role, numbers)
    return homes


def _worker(
    session: Session,
    district: District,
    chance: Random,
    role: Role,
    numbers: Iterator[int],
    street_id: int | None = None,
    community_id: int | None = None,
) -> Worker:
    number = next(numbers)
    habit = _habit(role, chance)
    one = Worker(
        login=f"{role.value}-{number}",
        name=f"{SURNAMES[number % len(SURNAMES)]}演{number}",
        role=role.value,
        street_id=street_id,
        community_id=community_id,
        phone=f"{PREFIX}20{number:06d}",
        telegram=str(number),
        signed_on=role is Role.OPERATOR,
        demonstration=True,
    )
    session.add(one)
    session.flush()
    district.habits[one.id], district.phones[one.id] = habit, one.phone
    ways = {Role.DUTY_OFFICER: "on_duty", Role.OPERATOR: "operator"}
    way = ways.get(role) or ("caseworker" if habit is Habit.KEYS else "no_answer")
    book_role = "operator" if role is Role.OPERATOR else "caseworker"
    district.people.append(
        {"number": one.phone, "name": one.name, "role": book_role, "behaviour": way}
    )
    if role is Role.DUTY_OFFICER:
        district.officers.append(one.id)
    if role is Role.OPERATOR:
        district.operators.append(one.id)
    return one


def _habit(role: Role, chance: Random) -> Habit:
    if role not in HABITS:
        return Habit.KEYS
    habits, weights = zip(*HABITS[role], (Habit.NEVER, NEVER_SHARE[role]), strict=True)
    return Habit(chance.choices(habits, weights)[0])


def _elder(
    session: Session,
    district: District,
    chance: Random,
    number: int,
    home: Home,
    neighbour: Elder | None,
) -> Elder:
    opens, closes = chance.choice(WINDOWS)
    roll = chance.random()
    couple = neighbour is not None and neighbour.phone != "" and roll < 0.02
    phone = neighbour.phone if couple and neighbour else f"{PREFIX}10{number + 1:06d}"
    surname = chance.choice(SURNAMES)
    elder = Elder(
        name=f"{surname}演{number + 1}",
        called=f"{surname}{chance.choice(('阿婆', '大爷'))}",
        born_on=date(1928 + chance.randrange(18), chance.randint(1, 12), chance.randint(1, 28)),
        living=Living.EMPTY_NEST.value if couple else Living.ALONE.value,
        community_id=home.community_id,
        address=f"演示路{number + 1}号",
        phone="" if roll > 0.997 else phone,
        window_opens=opens * 60,
        window_closes=closes * 60,
        ai_voice=chance.random() > 0.005,
        habits={"dementia": True} if 0.99 < roll < 0.994 else {},
        caseworker_id=home.caseworker_id if chance.random() < 0.9 else None,
        demonstration=True,
    )
    session.add(elder)
    session.flush()
    if elder.phone and not couple:
        district.people.append(_in_book(elder, chance))
    return elder


def _in_book(elder: Elder, chance: Random) -> dict[str, Any]:
    ways, weights = zip(*ANSWERS, strict=True)
    entry = {
        "number": elder.phone,
        "name": elder.name,
        "role": "elder",
        "line": chance.choice(("mobile", "landline")),
        "behaviour": chance.choices(ways, weights)[0],
    }
    roll = chance.random()
    if roll < 0.003:
        entry["refuses"] = 21211 if roll < 0.0015 else 21214  # no such number · cannot be reached
    return entry


def _cover(session: Session, elder: Elder, chance: Random, monday: date, until: date) -> None:
    days = (until - monday).days
    entered, left = monday, until
    roll = chance.random()
    if roll < 0.02:
        entered = monday + timedelta(days=chance.randrange(days))
    elif roll < 0.03:
        left = monday + timedelta(days=chance.randrange(1, days))
    session.add(
        Coverage(
            elder_id=elder.id,
            category=Category.OLD_AND_ALONE.value,
            entered_on=entered,
            left_on=left,
            left_why=Leaving.WISH.value,
        )
    )
