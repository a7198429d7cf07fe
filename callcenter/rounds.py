"""How an engine spends its life: a tick, then a rest that ends when the next thing is due.

At rest it asks the database one cheap question a second; with calls waiting it goes on at once, or
sleeps into the next second when this one has no call left to give.
"""

import logging
import threading
from datetime import datetime

from callcenter import engine
from callcenter.notify import Notifier
from callcenter.services import due, pace
from callcenter.wiring import House

log = logging.getLogger(__name__)

LONGEST = 1.0  # seconds: what others write (a notice, an inbound call) is seen so soon
SHORTEST = 0.02  # seconds, between two rounds of calls
STILL_DUE = 0.25  # seconds, when a step has left work behind, or cannot do it
BY_TIME = {step for step, _, _ in due.BY_TIME}  # due by the clock, not by a row
DEMONSTRATION = 0.1  # real seconds at least, however fast the demonstration clock runs


def live(house: House, notifier: Notifier, stop: threading.Event) -> None:
    """Ticks until it is told to stop. A round that breaks is logged, and the next one comes."""
    while not stop.is_set():
        seconds = STILL_DUE
        try:
            engine.tick(house, notifier, house.now())
            seconds = rest(house, house.now())
        except Exception as broken:  # noqa: BLE001  the round is an edge: the next one comes
            log.error("a round failed: %s", type(broken).__name__)
        if house.clock.demonstration:
            seconds = max(DEMONSTRATION, house.clock.real_seconds(seconds))
        stop.wait(seconds)


def rest(house: House, now: datetime) -> float:
    """Seconds of house time until the engine should look again."""
    with house.store.look() as session:
        soonest = due.next_due(session)
        if soonest is None or soonest > now:
            until = LONGEST if soonest is None else (soonest - now).total_seconds()
            return min(LONGEST, max(SHORTEST, until))
        if due.due_steps(session, now) - BY_TIME != {due.Step.DIAL}:
            return STILL_DUE
        if pace.left(session, now, house.settings.calls_per_second):
            return SHORTEST
    return 1.0 - now.microsecond / 1_000_000
