"""Many rows at once: one statement for all of them, without reading anything back."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from callcenter.store.tables import Base

INSERT: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def add_new(session: Session, table: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
    """Adds rows; one that a unique constraint knows already is left as it is."""
    if rows:
        statement = INSERT[session.get_bind().dialect.name](table).on_conflict_do_nothing()
        session.connection().execute(statement, list(rows))
