"""A unit of work is whole or not there; a look changes nothing; two live dials are impossible."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, StatementError

from callcenter.store.session import Store, open_engine
from callcenter.store.tables import Attempt, Base, Beat, Event, Street
from tests.town import make_town

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture
def store(any_url: str) -> Iterator[Store]:
    """An empty database with all tables."""
    engine = open_engine(any_url)
    Base.metadata.create_all(engine)
    yield Store(engine)
    engine.dispose()


def test_what_raises_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(RuntimeError), store.work() as session:
        session.add(Street(name="柳巷"))
        session.flush()
        raise RuntimeError
    with store.look() as session:
        assert session.scalar(select(func.count()).select_from(Street)) == 0


def test_a_look_never_writes(store: Store) -> None:
    with store.look() as session:
        session.add(Street(name="柳巷"))
        session.flush()
    with store.look() as session:
        assert session.scalar(select(func.count()).select_from(Street)) == 0


def test_moments_come_back_aware_and_in_utc(store: Store) -> None:
    with store.work() as session:
        session.add(Beat(name="engine", at=NOON, note=""))
    with store.look() as session:
        assert session.get_one(Beat, "engine").at == NOON
        assert session.get_one(Beat, "engine").at.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(StatementError, match="without a time zone"), store.work() as session:
        session.add(Event(at=naive, kind="x", text="x"))
        session.flush()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_database_itself_refuses_a_second_live_dial_to_one_elder(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings = {}
    if kind == "postgres":
        settings["database_url"] = request.getfixturevalue("postgres_url")
    town = make_town(tmp_path, elders=1, **settings)
    town.world.tick()
    slots = town.slots("王阿婆")

    def dial(slot_id: int) -> Attempt:
        return Attempt(
            slot_id=slot_id,
            elder_id=2,
            number=1,
            to_phone="+8610010000001",
            state="intended",
            intended_at=NOON,
            talk={},
        )

    with town.world.house.store.work() as session:
        session.add(dial(slots[0].id))
    with pytest.raises(IntegrityError), town.world.house.store.work() as session:
        session.add(dial(slots[1].id))
    town.world.close()
