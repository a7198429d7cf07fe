"""What every table shares: aware moments, named constraints, JSON columns."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Index,
    MetaData,
    String,
    TypeDecorator,
    literal_column,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.operators import OperatorType


class Utc(TypeDecorator[datetime]):
    """An aware UTC moment; SQLite forgets time zones, so it is given back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses naive moments: nobody could say what they mean."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone must not be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware UTC, whatever the database kept."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def only(condition: str, name: str, *columns: str, sqlite: str = "") -> Index:
    """An index over the rows that the condition leaves, so that it does not grow with the past."""
    return Index(
        name,
        *columns,
        sqlite_where=text(sqlite or condition),
        postgresql_where=text(condition),
    )


def _is_word(one: object) -> bool:
    return isinstance(one, str) and one.isidentifier() and one.isascii()


class _Inline(String.Comparator[str]):
    """Writes a word of ours into the statement itself instead of handing it over beside it."""

    def operate(self, op: OperatorType, *other: Any, **words: Any) -> ColumnElement[Any]:
        inline = [literal_column(f"'{one}'", String) if _is_word(one) else one for one in other]
        return super().operate(op, *inline, **words)


class Word(TypeDecorator[str]):
    """One of a few words of ours, such as a state.

    A partial index (only what is open) is used when the statement is seen to ask for that word;
    a value that is handed over beside the statement is not seen.
    """

    impl = String
    cache_ok = True
    comparator_factory = _Inline


class Base(DeclarativeBase):
    """What all tables share: named constraints, so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {datetime: Utc, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012
