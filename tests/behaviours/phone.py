"""A phone in somebody's hand: rung or ringing in, speaking and pressing when the line listens."""

from typing import Self

from callcenter.exchange.call import Call
from callcenter.exchange.gather import Gathering
from tests.house import HOTLINE
from tests.town import WANG, Town

PATIENCE = 90  # seconds of the world until the line must have spoken


class Phone:
    """One call of one person; `said` is everything that was heard on it."""

    def __init__(self, town: Town, number: str) -> None:
        self._town, self._number = town, number
        self._exchange = town.world.exchange

    @classmethod
    def rung(cls, town: Town, called: str = "王阿婆", number: str = WANG) -> Self:
        """A hand picks up the first check-in of the week, and the line waits for an answer."""
        phone = cls(town, number)
        town.world.exchange.people.take(number)
        town.world.tick()
        town.world.until(town.slots(called)[0].due_at)
        while not phone.rings:
            town.world.passes(seconds=5)
        town.world.exchange.answer(number)
        phone.listens(0)
        return phone

    @classmethod
    def rings_in(cls, town: Town, number: str = WANG, *, withheld: bool = False) -> Self:
        """Somebody rings the hotline and hears the first words."""
        phone = cls(town, number)
        town.world.exchange.people.take(number)
        town.world.exchange.rings_in(number, HOTLINE, withheld=withheld)
        phone.listens(0)
        return phone

    @property
    def rings(self) -> bool:
        """Whether it rings at this moment."""
        call = self._exchange.current(self._number)
        return call is not None and call.status == "ringing"

    @property
    def said(self) -> str:
        """Everything that was heard on this call."""
        return self._town.heard(self._number)

    @property
    def call(self) -> Call:
        """The latest call of this phone, as the exchange has it."""
        found = self._exchange.current(self._number)
        assert found is not None
        return found

    def says(self, words: str) -> str:
        """What the line answers, to its end."""
        before = len(self.said)
        self._exchange.say(self._number, words)
        return self.listens(before)

    def presses(self, keys: str) -> str:
        """The same with keys."""
        before = len(self.said)
        self._exchange.keys(self._number, keys)
        return self.listens(before)

    def stays_silent(self) -> str:
        """Nothing is said or pressed until the line speaks again; what it says."""
        return self.listens(len(self.said))

    def hangs_up(self) -> None:
        """Now; what the carrier tells of it has arrived when this returns."""
        self._exchange.hang_up(self._number)
        self._town.world.passes(seconds=5)

    def listens(self, before: int) -> str:
        """Lets the world go on until the line has spoken and waits; what it said since `before`."""
        for _ in range(PATIENCE):
            self._town.world.passes(seconds=1)
            call = self._exchange.current(self._number)
            over = call is None or call.over or bool(call.dialling)
            if len(self.said) > before and (over or self._waits(call)):
                return self.said[before:]
        raise AssertionError(f"the line never listened again: {self.said[before:]}")

    def _waits(self, call: Call | None) -> bool:
        gather = call.gather if call is not None else None
        return isinstance(gather, Gathering) and gather.listening and not gather.spoken
