"""The house of a bench: the real one, a line of no latency, a clock that begins where asked."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from callcenter import wiring
from callcenter.benches.line import BenchLine
from callcenter.clock import Clock, real_now
from callcenter.config import Settings
from callcenter.notify import NoChat, Notifier
from callcenter.wiring import House

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # ten in the morning in Wuxi
AS_FAST_AS_IT_GOES = 10_000  # calls per second when the line is not what is measured
HOTLINE = "+8651000000000"


class ShiftedClock(Clock):
    """Real time, so much later or earlier: a bench begins on the Monday that it wants."""

    def __init__(self, shift: timedelta) -> None:
        super().__init__()
        self._shift = shift

    def now(self) -> datetime:
        """The moment that the bench's house goes by."""
        return real_now() + self._shift


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a process of a bench has to know to build its house; travels between processes."""

    url: str
    shift: timedelta  # of the clock
    calls_per_second: int = AS_FAST_AS_IT_GOES

    def now(self) -> datetime:
        """What the clock of the house shows."""
        return real_now() + self.shift

    def house(self, line: BenchLine) -> House:
        """The house with this line."""
        settings = Settings(
            database_url=self.url,
            calls_per_second=self.calls_per_second,
            hotline_number=HOTLINE,
            account_sid="AC" + "0" * 32,
            auth_token="of-a-bench-never-sent",  # noqa: S106  there is no carrier to send it to
            session_secret="of-a-bench-never-used",  # noqa: S106
            rasa_token="",
            telegram_token="",
            clock_file=None,
            heartbeat_url="",
        )
        return replace(wiring.build(settings), carrier=line, clock=ShiftedClock(self.shift))


def plan(url: str, begins: datetime = MONDAY, calls_per_second: int = AS_FAST_AS_IT_GOES) -> Plan:
    """The plan of a house whose clock stands at `begins` now."""
    return Plan(url=url, shift=begins - real_now(), calls_per_second=calls_per_second)


def notifier(house: House) -> Notifier:
    """Notices go over the bench's line."""
    return Notifier(
        carrier=house.carrier,
        chat=NoChat(),
        policy=house.policy,
        public_url=house.settings.public_url,
    )
