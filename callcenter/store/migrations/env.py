"""Alembic's entry: runs the migrations on the connection that `store.schema` hands over."""

from typing import Any, Literal

from alembic import context

from callcenter.store.base import Utc, Word
from callcenter.store.tables import Base


def _render(kind: str, thing: Any, _: Any) -> str | Literal[False]:
    """Migrations speak plain SQLAlchemy, so that they still run when our types have changed."""
    if kind == "type" and isinstance(thing, Utc):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, Word):
        return f"sa.String(length={thing.impl_instance.length})"  # type: ignore[attr-defined]
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
