"""Doors to the database at which things go wrong, and a wall clock that jumps.

The store behind the doors is the real one. `Killed` is no Exception: like a real kill it passes
every handler of the house, and whoever started the process finds it dead.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from callcenter.exchange.board import EPOCH
from callcenter.exchange.core import Exchange
from callcenter.simulation.mishaps import Kill, Nap, Step
from callcenter.store.session import Store
from callcenter.world import WorldClock


class Killed(BaseException):
    """This process is dead; what it had not committed never happened."""

    def __init__(self, down: timedelta) -> None:
        super().__init__()
        self.down = down  # until another one is started


class SteppingClock(WorldClock):
    """The wall clock of the house: true time (that of the exchange) plus what it is wrong by."""

    def __init__(self, exchange: Exchange, steps: tuple[Step, ...] = ()) -> None:
        super().__init__(exchange)
        self._moments = [step.at for step in steps]
        self._off = [timedelta(0), *(step.off for step in steps)]

    def true(self) -> datetime:
        """What time it really is."""
        return self._exchange.board.now

    def step(self, off: timedelta) -> None:
        """From now on the clock is wrong by so much; all steps given before lie behind."""
        self._moments.append(self.true())
        self._off.append(off)

    def off(self) -> timedelta:
        """What the clock is wrong by."""
        return self._off[bisect_right(self._moments, self.true())]

    def stepped_at(self) -> datetime:
        """When it last jumped; the year 2000 if it never did."""
        steps = bisect_right(self._moments, self.true())
        return self._moments[steps - 1] if steps else EPOCH

    def showed(self, moment: datetime) -> list[datetime]:
        """When it showed this moment, in true time: twice if it was set back over it, or never."""
        ends = [*self._moments, datetime.max.replace(tzinfo=UTC)]
        begins = [EPOCH, *self._moments]
        found = zip(begins, ends, (moment - off for off in self._off), strict=True)
        return [true for begin, end, true in found if begin <= true < end]

    def now(self) -> datetime:
        """What the clock on the wall shows."""
        return self.true() + self.off()


class Weathered(Store):
    """A store that cannot be reached while the database is gone."""

    def __init__(self, store: Store, gone: Callable[[], bool]) -> None:
        super().__init__(store.engine)
        self._gone = gone

    @contextmanager
    def work(self) -> Iterator[Session]:
        """One transaction, if the database is there at its beginning and at its end."""
        self._check()
        with super().work() as session:
            yield session
            self._check()

    @contextmanager
    def look(self) -> Iterator[Session]:
        """Reading, if the database is there."""
        self._check()
        with super().look() as session:
            yield session

    def _check(self) -> None:
        """Raises what the driver raises while nothing answers at the other end."""
        if self._gone():
            raise OperationalError("connect", None, ConnectionError("the database is gone"))


class Trapped(Weathered):
    """The store of a process that may be killed, or stand still, at any of its commits."""

    def __init__(
        self,
        store: Store,
        gone: Callable[[], bool],
        kills: list[Kill],
        naps: list[Nap],
        true: Callable[[], datetime],
        sleep: Callable[[timedelta], None],
    ) -> None:
        """Takes what it has done out of `kills` and `naps`, so that another process goes on."""
        super().__init__(store, gone)
        self._kills, self._naps = kills, naps
        self._true, self._sleep = true, sleep
        self._good = 0  # commits since the next kill was due

    @contextmanager
    def work(self) -> Iterator[Session]:
        """One transaction; just before or just after its commit the process may be gone."""
        with super().work() as session:
            yield session
            self._falls(after=False)
        self._falls(after=True)
        self._stands_still()

    def _falls(self, *, after: bool) -> None:
        if not self._kills or self._kills[0].at > self._true() or self._kills[0].after != after:
            return
        self._good += 1
        if self._good > self._kills[0].commits:
            self._good = 0
            raise Killed(self._kills.pop(0).down)

    def _stands_still(self) -> None:
        if self._naps and self._naps[0].at <= self._true():
            self._sleep(self._naps.pop(0).lasts)
