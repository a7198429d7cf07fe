"""No everyday question costs more for every week that lies behind, on either database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from callcenter.benches.queries import BIG, FEW, compared, everyday
from callcenter.benches.work import STEP, Watch, watched
from callcenter.store.session import Store, open_engine
from callcenter.store.tables import Base, Street

ELDERS = 50
MANY = 2 * FEW


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Where the bench puts its made-up district."""
    if request.param == "sqlite":
        return ""
    found: str = request.getfixturevalue("postgres_url")
    return found


def test_no_question_of_engine_auditor_or_pages_follows_the_number_of_weeks(url: str) -> None:
    few, many = everyday(url, ELDERS, FEW), everyday(url, ELDERS, MANY)
    for less, more in zip(few, many, strict=True):
        found = compared(less, more)
        assert len(found) > 30
        assert [one for one in found if one.grows] == []
    assert many[0].scans(BIG) == []


@pytest.fixture
def store(any_url: str) -> Iterator[Store]:
    """An empty database with all tables."""
    engine = open_engine(any_url)
    Base.metadata.create_all(engine)
    yield Store(engine)
    engine.dispose()


def test_the_same_question_costs_the_same_twice(store: Store) -> None:
    with store.work() as session:
        session.add_all([Street(name=f"街{number}") for number in range(50)])
    found = []
    for _ in range(2):
        with watched(store.engine) as watch, store.look() as session:
            session.scalars(select(Street).where(Street.name == "街7")).one()
        found.append(max(watch.work.values()))
    assert found[0] > 0
    assert abs(found[0] - found[1]) <= STEP


def test_a_question_that_reads_everything_is_found(store: Store) -> None:
    def all_streets() -> Watch:
        with watched(store.engine) as watch, store.look() as session:
            session.scalar(select(func.count()).where(Street.name != ""))
        return watch

    def build(numbers: range) -> None:
        with store.work() as session:
            session.add_all([Street(name=f"街{number}") for number in numbers])

    build(range(3_000))
    few = all_streets()
    build(range(3_000, 9_000))
    many = all_streets()
    assert [one.grows for one in compared(few, many)].count(True) == 1
    if not store.many_writers:
        assert len(many.scans(frozenset({"streets"}))) == 1
