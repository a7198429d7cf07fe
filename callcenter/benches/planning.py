"""`bench plan`: four slots for every elder, in bounded memory, by engines side by side."""

from argparse import Namespace
from datetime import timedelta

from sqlalchemy import func, select

from callcenter.benches import district
from callcenter.benches.crew import crew
from callcenter.benches.databases import opened
from callcenter.benches.figures import Bench, Figures, Option, count
from callcenter.benches.house import plan
from callcenter.benches.ledger import plan_week
from callcenter.domain.week import monday_of
from callcenter.store.tables import Slot


def run(asked: Namespace) -> Figures:
    """Runs it; see the module."""
    with opened(asked.database_url) as database:
        prepared = plan(database.url)
        monday = monday_of(prepared.now())
        district.settle(database.store.engine, asked.elders, monday - timedelta(days=7))
        before = database.server_cpu()
        with crew(prepared, asked.engines) as engines:
            planned = engines.do(plan_week)
        after = database.server_cpu()
        with database.store.look() as session:
            slots = session.scalar(select(func.count()).where(Slot.week == monday))
        return {
            "elders": asked.elders,
            "slots": slots,
            "missing": 4 * asked.elders - (slots or 0),
            "elders_per_second": round(asked.elders / planned.wall_s),
            "wall_s": round(planned.wall_s, 1),
            "cpu_s": round(planned.cpu_s, 1),
            "database_cpu_s": None if before is None else round((after or 0) - before, 1),
            "peak_rss_mb": round(planned.peak_mb, 1),
            "engines": asked.engines,
            "database": database.words,
        }


BENCH = Bench(
    name="plan",
    help="planning a week for any number of elders",
    options=(
        Option(flag="--database-url", kind=str, default="", help="as for `bench ledger`"),
        Option(flag="--engines", kind=count, default=1, help="engine processes side by side"),
        Option(flag="--elders", kind=count, default=20_000, help="all of them covered"),
    ),
    run=run,
)
