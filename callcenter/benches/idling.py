"""`bench idle`: what an engine and an auditor cost while nothing is due.

Both run as they do in production, on a planned week whose next call is some hours off.
"""

import threading
import time
from argparse import Namespace
from datetime import timedelta
from typing import Any

from sqlalchemy import event, update

from callcenter import auditor, engine, rounds
from callcenter.benches import district
from callcenter.benches.crew import Engine, crew
from callcenter.benches.databases import opened
from callcenter.benches.figures import Bench, Figures, Option, count
from callcenter.benches.house import notifier, plan
from callcenter.benches.ledger import plan_week
from callcenter.benches.past import settle_past
from callcenter.domain.week import monday_of
from callcenter.store.tables import Slot


def run(asked: Namespace) -> Figures:
    """Runs it; see the module."""
    with opened(asked.database_url) as database:
        prepared = plan(database.url)
        monday = monday_of(prepared.now())
        since = monday - timedelta(weeks=asked.past_weeks + 1)
        district.settle(database.store.engine, asked.elders, since)
        settle_past(database.store.engine, asked.elders, monday, asked.past_weeks)
        with crew(prepared, 1) as engines:
            engines.do(plan_week)
            with database.store.work() as session:
                later = prepared.now() + timedelta(hours=6)
                session.execute(update(Slot).where(Slot.week == monday).values(next_at=later))
            engines.do(first_round)
            before, began = database.server_cpu(), time.perf_counter()
            idle = engines.do(Rest(asked.seconds))
            wall = time.perf_counter() - began
            after = database.server_cpu()
            audited = engines.do(audit)
        return {
            "engine_cpu_percent": round(100 * idle.cpu_s / wall, 3),
            "database_cpu_percent": None
            if before is None
            else round(100 * ((after or 0) - before) / wall, 3),
            "statements_per_second": round(idle.found[0]["statements"] / wall, 2),
            "audit_cpu_ms": round(1000 * audited.cpu_s, 1),
            "audit_wall_ms": round(1000 * audited.wall_s, 1),
            "seconds": round(wall, 1),
            "elders": asked.elders,
            "past_weeks": asked.past_weeks,
            "peak_rss_mb": round(idle.peak_mb, 1),
            "database": database.words,
        }


def first_round(me: Engine) -> dict[str, Any]:
    """What an engine does once when it comes up."""
    engine.tick(me.house, notifier(me.house), me.house.now())
    return {}


class Rest:
    """The work of an engine process: it lives for so many seconds, as in production."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def __call__(self, me: Engine) -> dict[str, Any]:
        """Gives how many statements it sent."""
        sent: list[int] = []
        event.listen(me.house.store.engine, "before_cursor_execute", lambda *_: sent.append(1))
        stop = threading.Event()
        timer = threading.Timer(self._seconds, stop.set)
        timer.start()
        rounds.live(me.house, notifier(me.house), stop)
        timer.join()
        return {"statements": len(sent)}


def audit(me: Engine) -> dict[str, Any]:
    """One round of the auditor."""
    now = me.house.now()
    auditor.report(me.house, now, auditor.audit(me.house, now))
    return {}


BENCH = Bench(
    name="idle",
    help="what an engine costs while nothing is due",
    options=(
        Option(flag="--database-url", kind=str, default="", help="as for `bench ledger`"),
        Option(flag="--elders", kind=count, default=2_000, help="in the made-up district"),
        Option(flag="--past-weeks", kind=count, default=4, help="weeks that lie behind"),
        Option(flag="--seconds", kind=count, default=60, help="how long"),
    ),
    run=run,
)
