"""Calls per second are shared exactly: no second is given more than the limit, none is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from callcenter.services import pace
from callcenter.store.session import Store, open_engine
from callcenter.store.tables import Base

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture
def store(any_url: str) -> Iterator[Store]:
    """An empty database with all tables."""
    engine = open_engine(any_url)
    Base.metadata.create_all(engine)
    yield Store(engine)
    engine.dispose()


def test_what_one_engine_has_taken_another_does_not_get(store: Store) -> None:
    with store.work() as session:
        assert pace.take(session, NOON, 3, 5) == 3
    with store.work() as session:
        assert pace.take(session, NOON, 3, 5) == 2
    with store.work() as session:
        assert pace.take(session, NOON, 3, 5) == 0


def test_the_next_second_begins_anew_and_a_slow_clock_gets_nothing(store: Store) -> None:
    with store.work() as session:
        pace.take(session, NOON, 5, 5)
    with store.work() as session:
        assert pace.take(session, NOON + timedelta(seconds=1), 9, 5) == 5
    with store.work() as session:
        assert pace.take(session, NOON, 1, 5) == 0


def test_many_engines_that_ask_at_once_on_a_fresh_database_get_the_limit_together(
    store: Store,
) -> None:
    def ask(_: int) -> int:
        with store.work() as session:
            return pace.take(session, NOON, 2, 7)

    with ThreadPoolExecutor(8) as engines:
        assert sum(engines.map(ask, range(8))) == 7
