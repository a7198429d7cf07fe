"""The made-up district of a bench: streets, communities, staff and any number of elders, in bulk.

Every elder lives alone, is over eighty and covered, so that each has two calls and two visits a
week. All are marked as demonstration people: no real carrier is ever used with them.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import batched
from typing import Any

from sqlalchemy import Connection, Engine, insert, text

from callcenter.benches.databases import MARK
from callcenter.domain.people import Category, Living, Role
from callcenter.store.roster_tables import VisitingEntry
from callcenter.store.tables import Community, Coverage, Elder, Street, Worker

STREET = 5_000  # elders on the list of one street
COMMUNITY = 200  # and of one community
ROWS = 5_000  # written in one statement
OPENS, CLOSES = 0, 1439  # a bench may run at any hour of the day
NUMBERED = (  # tables whose rows a bench numbers itself
    "streets",
    "communities",
    "workers",
    "elders",
    "slots",
    "attempts",
    "conversations",
    "escalations",
)
SURNAMES = "王李赵钱孙周吴郑陈许"


def settle(engine: Engine, elders: int, since: date) -> None:
    """Fills an empty database with the district. `since` is the day from which all are covered."""
    streets = -(-elders // STREET)
    communities = -(-elders // COMMUNITY)
    with engine.begin() as connection:
        fill(connection, Street, ({"id": n, "name": f"{MARK}{n}"} for n in _up_to(streets)))
        fill(connection, Community, map(_community, _up_to(communities)))
        fill(connection, Worker, _staff(streets, communities))
        fill(connection, Elder, map(_elder, _up_to(elders)))
        fill(connection, Coverage, (_cover(n, since) for n in _up_to(elders)))
        fill(connection, VisitingEntry, (_visit(n, since) for n in _up_to(elders)))
    tidy(engine)


def tidy(engine: Engine) -> None:
    """Lets the database know what it holds, as its own service does on a quiet day."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
        if engine.dialect.name == "postgresql":
            for table in NUMBERED:
                serial = f"pg_get_serial_sequence('{table}', 'id')"
                top = f"(SELECT coalesce(max(id), 1) FROM {table})"  # noqa: S608  our own tables
                connection.execute(text(f"SELECT setval({serial}, {top})"))


def _up_to(number: int) -> range:
    return range(1, number + 1)


def fill(connection: Connection, table: Any, rows: Iterable[dict[str, object]]) -> None:
    """Writes rows, some thousands in one statement."""
    for some in batched(rows, ROWS):
        connection.execute(insert(table), some)


def _community(number: int) -> dict[str, object]:
    street = (number - 1) // (STREET // COMMUNITY) + 1
    founded = date(2024, 1, 1)
    return {"id": number, "street_id": street, "name": f"第{number}社区", "valid_from": founded}


def _staff(streets: int, communities: int) -> Iterator[dict[str, object]]:
    """A caseworker for each community, a head for each street, one duty officer, one supervisor."""
    for number in _up_to(communities):
        place = {"community_id": number, "street_id": _community(number)["street_id"]}
        yield _worker(number, Role.CASEWORKER, **place)
    for number in _up_to(streets):
        yield _worker(communities + number, Role.STREET_SUPERVISOR, street_id=number)
    last = communities + streets
    yield _worker(last + 1, Role.DUTY_OFFICER)
    yield _worker(last + 2, Role.SUPERVISOR)


def _worker(number: int, role: Role, **place: object) -> dict[str, object]:
    return {
        "id": number,
        "login": f"staff{number}",
        "name": f"员工{number}",
        "role": role.value,
        "phone": f"+86109{number:08d}",
        "demonstration": True,
        "street_id": None,
        "community_id": None,
        **place,
    }


def _elder(number: int) -> dict[str, object]:
    community = (number - 1) // COMMUNITY + 1
    surname = SURNAMES[number % len(SURNAMES)]
    return {
        "id": number,
        "name": f"{surname}某{number}",
        "called": f"{surname}阿婆",
        "born_on": date(1930, 1, 1) + timedelta(days=number % 4_000),
        "living": Living.ALONE.value,
        "community_id": community,
        "caseworker_id": community,  # the community's own caseworker has its number
        "address": f"量测路{number}号",
        "phone": f"+86101{number:08d}",
        "window_opens": OPENS,
        "window_closes": CLOSES,
        "demonstration": True,
    }


def _cover(number: int, since: date) -> dict[str, object]:
    return {"elder_id": number, "category": Category.OLD_AND_ALONE.value, "entered_on": since}


def _visit(number: int, since: date) -> dict[str, object]:
    return {"elder_id": number, "living": Living.ALONE.value, "entered_on": since}
