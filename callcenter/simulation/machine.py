"""An engine process that may die and be started again."""

from collections.abc import Callable
from datetime import datetime

from callcenter import engine
from callcenter.simulation.trap import Killed
from callcenter.wiring import House
from callcenter.world import World


class Machine:
    """One place where an engine runs; `house` makes what it works with."""

    def __init__(self, world: World, house: "Callable[[Machine], House]") -> None:
        self._world, self._house = world, house
        self.back_at: datetime | None = None  # dead until then
        self.asleep = False
        self.looked_at = world.exchange.board.now
        self._start()

    @property
    def up(self) -> bool:
        """Whether an engine is at work here now."""
        return self.back_at is None and not self.asleep

    def tick(self) -> None:
        """One round of the engine; it may not survive it."""
        self.looked_at = self._world.exchange.board.now
        try:
            engine.tick(self.house, self._notifier, self.house.now())
        except Killed as killed:
            self.house.store.engine.dispose()
            self.back_at = self._world.exchange.board.now + killed.down

    def rise(self, true: datetime) -> None:
        """Starts another engine in the place of a dead one, when it is time."""
        if self.back_at is not None and self.back_at <= true:
            self.back_at = None
            self._start()

    def close(self) -> None:
        """Gives the database back."""
        self.house.store.engine.dispose()

    def _start(self) -> None:
        self.house = self._house(self)
        self._notifier = self._world.notifier_of(self.house)
