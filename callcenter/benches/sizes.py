"""`bench size`: what one elder's week leaves behind in the database, indexes included."""

from argparse import Namespace
from datetime import timedelta

from sqlalchemy import text

from callcenter.benches import district
from callcenter.benches.databases import Database, opened
from callcenter.benches.figures import Bench, Figures, Option, count
from callcenter.benches.house import plan
from callcenter.benches.past import settle_past
from callcenter.domain.week import monday_of

TABLES = """
SELECT relname, pg_total_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


def run(asked: Namespace) -> Figures:
    """Runs it; see the module."""
    with opened(asked.database_url) as database:
        monday = monday_of(plan(database.url).now())
        since = monday - timedelta(weeks=asked.past_weeks + 1)
        district.settle(database.store.engine, asked.elders, since)
        empty = _bytes(database)
        settle_past(database.store.engine, asked.elders, monday, asked.past_weeks)
        left = _bytes(database) - empty
        return {
            "bytes_per_elder_and_week": round(left / asked.elders / asked.past_weeks),
            "gb_per_year_and_million_elders": round(
                52 * left / asked.elders / asked.past_weeks / 1e3
            ),
            "by_table": _by_table(database, asked.elders * asked.past_weeks),
            "elders": asked.elders,
            "past_weeks": asked.past_weeks,
            "database": database.words,
        }


def _bytes(database: Database) -> int:
    if not database.store.many_writers:
        with database.store.look() as session:
            pages = session.scalar(text("PRAGMA page_count")) or 0
            return int(pages) * int(session.scalar(text("PRAGMA page_size")) or 0)
    with database.store.look() as session:
        size = session.scalar(text("SELECT pg_database_size(current_database())"))
    return int(size or 0)


def _by_table(database: Database, weeks: int) -> dict[str, int]:
    """Bytes of each large table for one elder's week; PostgreSQL only."""
    if not database.store.many_writers:
        return {}
    with database.store.look() as session:
        rows = session.execute(text(TABLES)).all()
    each = {name: round(size / weeks) for name, size in rows}
    return {name: size for name, size in sorted(each.items(), key=lambda one: -one[1]) if size > 20}


BENCH = Bench(
    name="size",
    help="what one elder's week leaves behind in the database",
    options=(
        Option(flag="--database-url", kind=str, default="", help="as for `bench ledger`"),
        Option(flag="--elders", kind=count, default=1_000, help="in the made-up district"),
        Option(flag="--past-weeks", kind=count, default=20, help="weeks that lie behind"),
    ),
    run=run,
)
