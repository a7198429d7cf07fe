"""Small units of work share a transaction under load, and each keeps its own end."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.store.session import Store, open_engine
from callcenter.store.tables import Base, Street
from callcenter.store.together import Together


class Counted(Together):
    """Counts its transactions."""

    def __init__(self, store: Store) -> None:
        self.transactions = 0
        self._store = store
        super().__init__(self.counted)

    @contextmanager
    def counted(self) -> Iterator[Session]:
        """One transaction of the store."""
        self.transactions += 1
        with self._store.work() as session:
            yield session


@pytest.fixture
def store(any_url: str) -> Iterator[Store]:
    """An empty database with all tables."""
    engine = open_engine(any_url)
    Base.metadata.create_all(engine)
    yield Store(engine)
    engine.dispose()


def nothing(_: Session, __: Sequence[int]) -> None:
    """Holds no rows."""


def adds(name: str) -> object:
    """A unit that adds a street and gives its name."""

    def unit(session: Session) -> str:
        session.add(Street(name=name))
        session.flush()
        return name

    return unit


def streets(store: Store) -> set[str]:
    with store.look() as session:
        return set(session.scalars(select(Street.name)))


def while_one_works(together: Together, names: Sequence[str]) -> list[object]:
    """Runs units that all come while another one is at work; gives what each gave or raised."""
    waiting = threading.Semaphore(0)

    def holds_up(session: Session) -> None:
        for _ in names:
            waiting.acquire()
        while together.waiting < len(names):
            threading.Event().wait(0.001)

    def ask(name: str) -> object:
        waiting.release()
        try:
            return together.do(1, nothing, adds(name))  # type: ignore[arg-type]
        except Exception as broken:  # noqa: BLE001  what it raised is what is asked for
            return broken

    with ThreadPoolExecutor(len(names) + 1) as web:
        first = web.submit(together.do, 0, nothing, holds_up)
        given = list(web.map(ask, names))
        first.result()
    return given


def test_one_who_comes_alone_has_a_transaction_alone(store: Store) -> None:
    together = Counted(store)
    assert together.do(1, nothing, adds("甲")) == "甲"  # type: ignore[arg-type]
    assert together.transactions == 1
    assert streets(store) == {"甲"}


def test_those_who_come_while_another_works_share_one_transaction(store: Store) -> None:
    together = Counted(store)
    names = [f"街{number}" for number in range(9)]
    assert while_one_works(together, names) == names
    assert together.transactions == 2
    assert streets(store) == set(names)


def test_one_that_breaks_breaks_alone_and_the_others_are_written(store: Store) -> None:
    together = Counted(store)
    together.do(1, nothing, adds("有了"))  # type: ignore[arg-type]
    names = ["甲", "有了", "乙"]
    given = while_one_works(together, names)
    assert [isinstance(one, Exception) for one in given] == [False, True, False]
    assert streets(store) == set(names)


def test_all_rows_of_a_shared_transaction_are_held_at_once_and_in_order(store: Store) -> None:
    together, held = Together(store.work), list[list[int]]()

    def hold(_: Session, keys: Sequence[int]) -> None:
        held.append(list(keys))

    ready = threading.Barrier(5)

    def ask(key: int) -> int:
        ready.wait()
        return together.do(key, hold, lambda session: count(session))

    with ThreadPoolExecutor(5) as web:
        assert list(web.map(ask, (5, 3, 4, 1, 2))) == [0] * 5
    assert sorted(key for keys in held for key in keys) == [1, 2, 3, 4, 5]
    assert all(keys == sorted(keys) for keys in held)


def count(session: Session) -> int:
    """How many streets there are."""
    return session.scalar(select(func.count()).select_from(Street)) or 0
