"""`bench board`: the week board of one street in a table of any number of elders."""

import time
from argparse import Namespace
from collections.abc import Callable
from datetime import date, datetime, timedelta
from statistics import quantiles

from callcenter.benches import district
from callcenter.benches.crew import crew
from callcenter.benches.databases import Database, opened
from callcenter.benches.figures import Bench, Figures, Option, count
from callcenter.benches.house import plan
from callcenter.benches.ledger import plan_week
from callcenter.domain.people import Role
from callcenter.domain.week import monday_of
from callcenter.services import board
from callcenter.services.board import Filter
from callcenter.services.scope import Scope

TIMES = 30  # how often each board is asked for
STREET = 1
HEAD = Scope(worker_id=0, role=Role.STREET_SUPERVISOR, street_id=STREET, community_id=None)
WORKER = Scope(worker_id=1, role=Role.CASEWORKER, street_id=STREET, community_id=1)
SUPERVISOR = Scope(worker_id=0, role=Role.SUPERVISOR, street_id=None, community_id=None)


def run(asked: Namespace) -> Figures:
    """Runs it; see the module."""
    with opened(asked.database_url) as database:
        prepared = plan(database.url)
        monday = monday_of(prepared.now())
        district.settle(database.store.engine, asked.elders, monday - timedelta(days=7))
        with crew(prepared, asked.engines) as engines:
            engines.do(plan_week)
        district.tidy(database.store.engine)
        figures: dict[str, object] = {
            "elders": asked.elders,
            "street_elders": min(district.STREET, asked.elders),
        }
        for name, look in _boards(database, prepared.now(), monday).items():
            figures |= _timed(name, look)
        return {**figures, "database": database.words}


def _boards(database: Database, now: datetime, monday: date) -> dict[str, Callable[[], object]]:
    """One street as its head and the supervisor see it; a later page; one state; a community."""

    def show(scope: Scope, wanted: Filter, page: int = 1) -> Callable[[], object]:
        def look() -> object:
            with database.store.look() as session:
                return board.week_board(session, scope, now, monday, wanted, page)

        return look

    return {
        "street": show(HEAD, Filter()),
        "street_by_supervisor": show(SUPERVISOR, Filter(street_id=STREET)),
        "street_last_page": show(HEAD, Filter(), page=10_000),
        "street_one_state": show(HEAD, Filter(state="open")),
        "community": show(WORKER, Filter()),
    }


def _timed(name: str, look: Callable[[], object]) -> Figures:
    """Milliseconds: the first time, in the middle, and of the slowest twentieth."""
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        look()
        times.append(1000 * (time.perf_counter() - began))
    cuts = quantiles(times, n=20)
    return {
        f"{name}_ms": round(cuts[9], 1),
        f"{name}_p95_ms": round(cuts[18], 1),
        f"{name}_first_ms": round(times[0], 1),
    }


BENCH = Bench(
    name="board",
    help="the board of one street in a table of any number of elders",
    options=(
        Option(flag="--database-url", kind=str, default="", help="as for `bench ledger`"),
        Option(flag="--engines", kind=count, default=2, help="engine processes that plan the week"),
        Option(flag="--elders", kind=count, default=20_000, help="in the whole table"),
    ),
    run=run,
)
