"""Migrations lead from an empty database to the tables of this code, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from callcenter.store import schema
from callcenter.store.session import open_engine
from callcenter.store.tables import Base


def test_from_empty_the_migrations_build_exactly_the_tables(any_url: str) -> None:
    engine = open_engine(any_url)
    schema.migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    schema.check(engine)
    engine.dispose()


def test_migrating_twice_is_the_same_as_once(any_url: str) -> None:
    engine = open_engine(any_url)
    schema.migrate(engine)
    schema.migrate(engine)
    assert schema.revision_of(engine) == schema.newest()
    engine.dispose()


def test_a_database_newer_than_the_code_is_refused_and_left_alone(any_url: str) -> None:
    engine = open_engine(any_url)
    schema.migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(schema.SchemaMismatch, match="newer than the code"):
        schema.migrate(engine)
    assert schema.revision_of(engine) == "9999"
    engine.dispose()


def test_an_empty_database_is_named_as_older_than_the_code(any_url: str) -> None:
    engine = open_engine(any_url)
    with pytest.raises(schema.SchemaMismatch, match="callcenter migrate"):
        schema.check(engine)
    engine.dispose()


def test_the_migrations_build_the_very_indexes_of_the_tables(tmp_path: Path) -> None:
    built = {}
    for name, build in (("migrated", schema.migrate), ("made", Base.metadata.create_all)):
        engine = open_engine(f"sqlite:///{tmp_path}/{name}.db")
        build(engine)
        with engine.connect() as connection:
            rows = connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''")
            )
            built[name] = {row.name: " ".join(row.sql.split()) for row in rows}
        engine.dispose()
    assert built["migrated"] == built["made"]
    assert any("WHERE" in sql for sql in built["made"].values())
