"""`bench ledger`: the whole life of check-ins through the database, with real engines.

The engines plan the week side by side; then the first call of every elder is made due at once,
and they claim, dial and are told by the line until every slot is closed. The line has no latency,
so what is measured is the house: engine, services and database.
"""

import time
from argparse import Namespace
from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from callcenter import engine
from callcenter.benches import district
from callcenter.benches.crew import Crew, Done, Engine, crew
from callcenter.benches.databases import Database, opened
from callcenter.benches.figures import Bench, Figures, Option, count
from callcenter.benches.house import Plan, notifier, plan
from callcenter.dialler import dial
from callcenter.domain.checkin import NextAction, SlotKind, SlotState
from callcenter.domain.week import monday_of
from callcenter.store.session import Store
from callcenter.store.tables import Attempt, Slot

FIRST_CALLS = (Slot.kind == SlotKind.CALL.value, Slot.number == 1)


def run(asked: Namespace) -> Figures:
    """Runs it; see the module."""
    with opened(asked.database_url) as database:
        prepared = plan(database.url)
        since = monday_of(prepared.now()) - timedelta(days=7)
        district.settle(database.store.engine, asked.check_ins, since)
        with crew(prepared, asked.engines) as engines:
            return _measured(asked, database, prepared, engines)


def _measured(asked: Namespace, database: Database, prepared: Plan, engines: Crew) -> Figures:
    before = database.server_cpu()
    planned = engines.do(plan_week)
    all_due(database.store, prepared)
    lived = engines.do(live)
    after = database.server_cpu()
    wall = planned.wall_s + lived.wall_s
    dispatching = max(found["dispatch_s"] for found in lived.found)
    return {
        "per_second": round(asked.check_ins / wall, 1),
        "dispatch_per_second": round(asked.check_ins / dispatching, 1),
        "wall_s": round(wall, 2),
        "plan_s": round(planned.wall_s, 2),
        "cpu_s": round(planned.cpu_s + lived.cpu_s, 2),
        "database_cpu_s": None if before is None else round((after or 0) - before, 2),
        "peak_rss_mb": round(lived.peak_mb, 1),
        "database": database.words,
        "check_ins": asked.check_ins,
        "engines": asked.engines,
        **_checked(database.store, lived),
    }


def all_due(store: Store, prepared: Plan) -> None:
    """The calls of a week are spread over its days; a bench has the first of each made now."""
    now = prepared.now()
    first = [Slot.next_action == NextAction.DIAL.value, *FIRST_CALLS]
    with store.work() as session:
        later = {"next_at": now + timedelta(days=3)}
        session.execute(update(Slot).where(Slot.number != 1).values(later))
        due = {"next_at": now, "due_at": now, "by": now + timedelta(hours=12)}
        session.execute(update(Slot).where(*first).values(due))


def _checked(store: Store, lived: Done) -> dict[str, object]:
    dialled: Counter[str] = Counter()
    for found in lived.found:
        dialled.update(found["dialled"])
    with store.look() as session:
        open_ones = select(func.count()).where(
            *FIRST_CALLS, Slot.state != SlotState.CONFIRMED_SAFE.value
        )
        return {
            "dials": dialled.total(),
            "attempts": session.scalar(select(func.count()).select_from(Attempt)),
            "double_dials": sum(times - 1 for times in dialled.values()),
            "lost": session.scalar(open_ones),
        }


def plan_week(me: Engine) -> dict[str, Any]:
    """Plans until nobody is left without slots."""
    engine.plan(me.house, me.house.now())
    return {}


def live(me: Engine) -> dict[str, Any]:
    """Ticks, and tells of the calls, until no first call is left for this engine."""
    dispatch, said = 0.0, notifier(me.house)
    while True:
        began = time.perf_counter()
        dial(me.house, me.house.now())
        dispatch += time.perf_counter() - began
        engine.tick(me.house, said, me.house.now())
        if not me.line.tell(me.house) and not _due(me):
            return {"dispatch_s": dispatch, "dialled": me.line.dialled}


def _due(me: Engine) -> bool:
    with me.house.store.look() as session:
        due = select(Slot.id).where(
            Slot.next_action == NextAction.DIAL.value, Slot.next_at <= me.house.now()
        )
        return session.scalar(due.limit(1)) is not None


BENCH = Bench(
    name="ledger",
    help="the whole life of check-ins through the database, with several engines",
    options=(
        Option(
            flag="--database-url",
            kind=str,
            default="",
            help="an empty database; `postgres` starts a private one; a SQLite file by default",
        ),
        Option(flag="--engines", kind=count, default=1, help="engine processes side by side"),
        Option(flag="--check-ins", kind=count, default=2_000, help="how many, one for each elder"),
    ),
    run=run,
)
