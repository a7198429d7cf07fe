"""A real house for tests: a database of its own, the real policy files, a clock that is set."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from callcenter import wiring
from callcenter.clock import Clock
from callcenter.config import ROOT, Settings
from callcenter.policy import Policy, read_policy
from callcenter.store.tables import Base
from callcenter.wiring import House

MONDAY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # Monday, half past eight in Wuxi
HOTLINE = "+8651000000000"
SECRETS = {
    "account_sid": "AC" + "0" * 32,
    "auth_token": "a-token-of-the-tests",
    "session_secret": "a-secret-of-the-tests",
}


class SetClock(Clock):
    """A clock that stands until it is moved."""

    def __init__(self, moment: datetime = MONDAY) -> None:
        super().__init__()
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def passes(self, **time: float) -> datetime:
        """Moves the clock forward, such as `passes(hours=2)`."""
        self.moment += timedelta(**time)
        return self.moment


@cache
def policy() -> Policy:
    """The real policy files, read once for all tests."""
    return read_policy(ROOT / "policy", HOTLINE)


def make_house(folder: Path, moment: datetime = MONDAY, **settings: object) -> House:
    """A house whose database is a file in `folder`; settings by their names override."""
    values = {"database_url": f"sqlite:///{folder}/house.db", "hotline_number": HOTLINE}
    chosen = Settings(**{**SECRETS, **values, **settings})  # type: ignore[arg-type]
    house = wiring.build(chosen, policy())
    Base.metadata.create_all(house.store.engine)
    return wiring.with_clock(house, SetClock(moment))
