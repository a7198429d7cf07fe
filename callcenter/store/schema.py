"""Bringing a database to the schema of this code; forward only, expand before contract."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

FOLDER = Path(__file__).parent / "migrations"


class SchemaMismatch(Exception):
    """The database and the code do not fit; the message says what to do."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def revision_of(engine: Engine) -> str | None:
    """The revision that the database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision that this code needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise SchemaMismatch("the migrations are missing from this installation")
    return head


def check(engine: Engine) -> None:
    """Raises SchemaMismatch when the database is older or newer than the code."""
    found = revision_of(engine)
    if found == newest():
        return
    known = {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaMismatch(
            f"the database is at revision {found}, which this code does not know: it is newer than "
            "the code. Start the newer version, or restore the backup that belongs to this one."
        )
    raise SchemaMismatch("the database is older than the code: run `python -m callcenter migrate`")


def migrate(engine: Engine) -> None:
    """Brings the database to the newest revision. Raises SchemaMismatch for a newer database."""
    try:
        check(engine)
    except SchemaMismatch as why:
        if "newer than" in str(why):
            raise
    else:
        return
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def draft(engine: Engine, message: str, revision: str) -> None:
    """Writes a new migration for what the tables say and the database lacks (for developers)."""
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message=message, autogenerate=True, rev_id=revision)
