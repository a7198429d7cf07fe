"""Several units of work in one transaction: who comes while another commits goes with the next.

A webhook is one small unit of work, and hundreds come in a second. One transaction for each costs
more than the work itself; here those that wait at the same moment share one. Whoever comes alone
is served alone, at once; only while several come at a time is there a moment's wait for company.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

MOST = 64  # units in one transaction
MOMENT = 0.002  # seconds that a busy house waits for company

Hold = Callable[[Session, Sequence[int]], None]


@dataclass(kw_only=True)
class _Unit:
    key: int
    hold: Hold
    do: Callable[[Session], Any]
    woken: threading.Event = field(default_factory=threading.Event)  # done, or to lead the others
    done: bool = False
    result: Any = None
    error: Exception | None = None


class Together:
    """Shares transactions among the threads of one process."""

    def __init__(self, work: Callable[[], AbstractContextManager[Session]]) -> None:
        self._work = work
        self._waiting: list[_Unit] = []
        self._list = threading.Lock()
        self._led = False  # a thread is serving those who wait
        self._busy = False  # the last transaction was shared

    @property
    def waiting(self) -> int:
        """How many units wait at this moment for the transaction after the present one."""
        with self._list:
            return len(self._waiting)

    def do[T](self, key: int, hold: Hold, unit: Callable[[Session], T]) -> T:
        """What the unit gives, committed; raises what the unit, or its commit, raises.

        `key` is the row that the unit is about; `hold` locks the rows of all keys at once. A unit
        only touches the session, as it is done again, alone, when the shared transaction breaks.
        Units are done by key, so that all processes take their locks in one order; those of the
        same key as they came.
        """
        one = _Unit(key=key, hold=hold, do=unit)
        with self._list:
            self._waiting.append(one)
            waits, self._led = self._led, True
        if waits:
            one.woken.wait()
        if not one.done:
            self._lead()
        if one.error is not None:
            raise one.error
        result: T = one.result
        return result

    def _lead(self) -> None:
        """Serves those who wait, this thread's own unit the first of them; then another leads."""
        if self._busy:
            time.sleep(MOMENT)
        with self._list:
            some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._busy = len(some) > 1
        try:
            self._serve(sorted(some, key=lambda unit: unit.key))
        finally:  # also when this thread is being ended: the others are served by somebody else
            with self._list:
                self._waiting[:0] = [one for one in some[1:] if not one.done]
                self._led = bool(self._waiting)
                leader = self._waiting[:1]
            for one in (*leader, *some):
                one.woken.set()

    def _serve(self, units: list[_Unit]) -> None:
        if len(units) == 1 or not self._all(units):
            for unit in units:
                self._alone(unit)

    def _all(self, units: list[_Unit]) -> bool:
        try:
            with self._work() as session:
                for hold in dict.fromkeys(unit.hold for unit in units):
                    hold(session, [unit.key for unit in units if unit.hold is hold])
                results = [unit.do(session) for unit in units]
        except Exception:  # noqa: BLE001  one of them broke it for all: each is tried alone
            return False
        for unit, result in zip(units, results, strict=True):
            unit.result, unit.done = result, True
        return True

    def _alone(self, unit: _Unit) -> None:
        try:
            with self._work() as session:
                unit.hold(session, [unit.key])
                unit.result = unit.do(session)
        except Exception as broken:  # noqa: BLE001  raised where the unit came from
            unit.error = broken
        unit.done = True
