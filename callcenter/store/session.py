"""Opening the database: SQLite (WAL) by default, PostgreSQL by URL. One unit of work at a time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError, TimeoutError
from sqlalchemy.orm import Session

from callcenter.store.together import Hold, Together

BUSY_SECONDS = 10
IDLE_SECONDS = 2.0  # a connection that has rested for so long is asked whether it still lives


def open_engine(url: str, wait_seconds: float = BUSY_SECONDS) -> Engine:
    """An engine for the URL; who waits longer than `wait_seconds` for others gets an error.

    On SQLite writers queue; foreign keys are held.
    """
    room: dict[str, Any] = {  # a connection for each of the forty threads that answer webhooks
        "pool_size": 10,
        "max_overflow": 30,
        "pool_timeout": min(5.0, wait_seconds),
    }
    if not url.startswith("sqlite"):
        engine = create_engine(
            url,
            **room,
            connect_args={
                "connect_timeout": max(1, int(wait_seconds)),
                "options": f"-c lock_timeout={int(wait_seconds * 1000)}",
            },
            insertmanyvalues_page_size=8,  # the driver keeps no statement of more than 50 values
            hide_parameters=True,
        )
        _ask_rested_connections(engine)
        return engine
    engine = create_engine(
        url,
        **room,
        connect_args={"timeout": wait_seconds, "check_same_thread": False},
        hide_parameters=True,  # what a failing statement carries are names, numbers and words
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _ask_rested_connections(engine: Engine) -> None:
    """A restarted server is noticed before work begins; a busy connection is not asked again."""
    broken = engine.dialect.loaded_dbapi.Error

    def rests(_: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    def taken(connection: Any, record: Any, _: Any) -> None:
        now = time.monotonic()
        if now - record.info.get("rests_since", now) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except broken as gone:
            raise InvalidatePoolError from gone  # all of them were connected to the same server

    event.listen(engine, "checkin", rests)
    event.listen(engine, "checkout", taken)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    """A writer takes the write lock at once, so that read-then-write can never be overtaken."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


class Store:
    """The doors to the database: `work()` writes and commits as a whole, `look()` only reads."""

    def __init__(self, engine: Engine, wait_seconds: float = BUSY_SECONDS) -> None:
        """`wait_seconds`: how long a writer waits for others of this process on SQLite."""
        self.engine = engine
        self._pen, self._wait_seconds = threading.Lock(), wait_seconds
        self._reader = engine.execution_options(reading=True)
        self._together = Together(self.work)

    @property
    def many_writers(self) -> bool:
        """True on a database on which several engines may claim side by side."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def work(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, undone when it raises."""
        with (
            self._in_turn(),
            Session(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """On SQLite one thread at a time writes, and the others wait here. Raises TimeoutError.

        SQLite has no queue: who finds it locked tries again now and then, and under hundreds of
        calls somebody was never lucky in all the seconds that a webhook may wait.
        """
        if self.many_writers:
            yield
            return
        if not self._pen.acquire(timeout=self._wait_seconds):
            raise TimeoutError("others of this process have been writing for too long")
        try:
            yield
        finally:
            self._pen.release()

    def together[T](self, key: int, hold: Hold, unit: Callable[[Session], T]) -> T:
        """One unit of work in a transaction that it may share; see `store.together`."""
        return self._together.do(key, hold, unit)

    @contextmanager
    def look(self) -> Iterator[Session]:
        """Reading only; what is changed here is thrown away."""
        with Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session
            session.expunge_all()  # rows stay readable after the block
