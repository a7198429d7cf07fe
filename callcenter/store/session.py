"""Opening the database: SQLite (WAL) by default, PostgreSQL by URL. One unit of work at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

BUSY_SECONDS = 10


def open_engine(url: str, wait_seconds: float = BUSY_SECONDS) -> Engine:
    """An engine for the URL; who waits longer than `wait_seconds` for others gets an error.

    On SQLite writers queue; foreign keys are held.
    """
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=30,
            pool_timeout=min(5.0, wait_seconds),
            connect_args={
                "connect_timeout": max(1, int(wait_seconds)),
                "options": f"-c lock_timeout={int(wait_seconds * 1000)}",
            },
            hide_parameters=True,
        )
    engine = create_engine(
        url,
        connect_args={"timeout": wait_seconds, "check_same_thread": False},
        hide_parameters=True,  # what a failing statement carries are names, numbers and words
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


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

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reader = engine.execution_options(reading=True)

    @property
    def many_writers(self) -> bool:
        """True on a database on which several engines may claim side by side."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def work(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, undone when it raises."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def look(self) -> Iterator[Session]:
        """Reading only; what is changed here is thrown away."""
        with Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session
            session.expunge_all()  # rows stay readable after the block
