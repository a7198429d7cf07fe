"""What happens at a set time: days begin, people work, the auditor looks."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError

TRY_AGAIN = timedelta(minutes=1)  # who finds no database comes back


class Agenda:
    """Things to do in order of time."""

    def __init__(self) -> None:
        self._things: list[tuple[datetime, int, Callable[[], object]]] = []
        self._count = 0

    def at(self, moment: datetime, do: Callable[[], object]) -> None:
        """Does it once at that moment."""
        self._count += 1
        heapq.heappush(self._things, (moment, self._count, do))

    def every(self, first: datetime, step: timedelta, do: Callable[[], object]) -> None:
        """Does it at `first` and after each step."""

        def again(moment: datetime) -> object:
            did = do()
            self.at(moment + step, lambda: again(moment + step))
            return did

        self.at(first, lambda: again(first))

    def next_at(self) -> datetime:
        """When there is something to do next."""
        return self._things[0][0]

    def advance(self, now: datetime) -> bool:
        """Does everything that is due; what finds no database is tried again.

        True when something was done that an engine may have to act upon.
        """
        acted = False
        while self._things and self._things[0][0] <= now:
            do = heapq.heappop(self._things)[2]
            try:
                acted = bool(do()) or acted
            except OperationalError:
                self.at(now + TRY_AGAIN, do)
        return acted
