"""`bench pace`: several engines share the calls per second exactly, and waste hardly any.

The engines run as they do in production, with more calls due than the line may place. The line
writes down in which second each call left. The first and the last second are not whole and are left
out.
"""

import threading
from argparse import Namespace
from collections import Counter
from datetime import timedelta
from typing import Any

from callcenter import rounds
from callcenter.benches import district
from callcenter.benches.crew import Done, Engine, crew
from callcenter.benches.databases import opened
from callcenter.benches.figures import Bench, Figures, Option, count
from callcenter.benches.house import notifier, plan
from callcenter.benches.ledger import all_due, plan_week
from callcenter.domain.week import monday_of
from callcenter.services import pace

WARM_UP = 3  # seconds' worth of calls more than are needed


def run(asked: Namespace) -> Figures:
    """Runs it; see the module."""
    limit, seconds = asked.calls_per_second, asked.seconds
    with opened(asked.database_url) as database:
        prepared = plan(database.url, calls_per_second=limit)
        since = monday_of(prepared.now()) - timedelta(days=7)
        district.settle(database.store.engine, limit * (seconds + WARM_UP), since)
        with crew(prepared, asked.engines) as engines:
            engines.do(plan_week)
            all_due(database.store, prepared)
            called = engines.do(Calls(seconds + 1))
        return {
            **_shared(called, limit),
            "calls_per_second": limit,
            "engines": asked.engines,
            "cpu_s": round(called.cpu_s, 2),
            "database": database.words,
        }


def _shared(called: Done, limit: int) -> Figures:
    each: Counter[int] = Counter()
    for found in called.found:
        each.update(found["seconds"])
    whole = range(min(each) + 1, max(each))
    used = sum(each[second] for second in whole)
    return {
        "seconds": len(whole),
        "calls": each.total(),
        "most_in_a_second": max(each.values()),
        "seconds_above_the_limit": sum(1 for number in each.values() if number > limit),
        "used_percent": round(100 * used / (limit * len(whole)), 2) if whole else 0.0,
        "by_engine": [len(found["seconds"]) for found in called.found],
    }


class Calls:
    """The work of an engine process: it lives for so many seconds, as in production."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def __call__(self, me: Engine) -> dict[str, Any]:
        """Gives the second in which each of its calls left."""
        stop = threading.Event()
        timer = threading.Timer(self._seconds, stop.set)
        timer.start()
        rounds.live(me.house, notifier(me.house), stop)
        timer.join()
        return {"seconds": [pace.second(moment) for moment in me.line.left_at]}


BENCH = Bench(
    name="pace",
    help="whether several engines share the calls per second exactly",
    options=(
        Option(flag="--database-url", kind=str, default="", help="as for `bench ledger`"),
        Option(flag="--engines", kind=count, default=2, help="engine processes side by side"),
        Option(flag="--calls-per-second", kind=count, default=20, help="the limit"),
        Option(flag="--seconds", kind=count, default=20, help="how long"),
    ),
    run=run,
)
