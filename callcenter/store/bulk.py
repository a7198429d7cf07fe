"""Many rows at once: one statement for all of them, without reading anything back."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Executable, Table, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from callcenter.store.tables import Base

Rows = Sequence[Mapping[str, object]]


def add_new(session: Session, table: type[Base], rows: Rows) -> None:
    """Adds rows, all with the same columns; one that a unique constraint knows is left as it is."""
    if not rows:
        return
    assert isinstance(table.__table__, Table)  # noqa: S101
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_column_by_column(table.__table__, rows))
    else:
        statement = sqlite.insert(table.__table__).on_conflict_do_nothing()
        session.connection().execute(statement, list(rows))


def _column_by_column(table: Table, rows: Rows) -> Executable:
    """One list for each column: the driver and the server handle one statement, not one a row."""
    names = list(rows[0])
    lists = [
        literal([row[name] for row in rows], postgresql.ARRAY(table.c[name].type)) for name in names
    ]
    unnested = func.unnest(*lists).table_valued(*names).render_derived(name="added")
    statement = postgresql.insert(table).from_select(names, select(*unnested.c))
    return statement.on_conflict_do_nothing()
