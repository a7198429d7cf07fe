"""The phone line in our words. What speaks to a carrier implements this and translates once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from callcenter.domain.call import Disposition, Progress


class CarrierError(Exception):
    """The carrier could not be asked, or said no."""


class Refused(CarrierError):
    """The carrier said no for good: this call does not exist. `disposition` says why."""

    def __init__(self, disposition: Disposition, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.disposition = disposition
        self.code = code


class Slower(CarrierError):
    """Too many requests; nothing was placed. Ask again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"the carrier asks to wait {seconds} s")
        self.seconds = seconds


class Unclear(CarrierError):
    """Timed out or failed inside the carrier: the call may or may not exist. Look, never redial."""


@dataclass(frozen=True, kw_only=True)
class CallOrder:
    """A call to be placed."""

    to: str  # E.164
    script_url: str  # fetched when somebody picks up
    status_url: str  # told about every step
    fallback_url: str | None = None  # fetched when the script cannot be had
    machine_url: str | None = None  # told who picked up; None: no machine detection
    ring_seconds: int = 40
    limit_seconds: int = 900  # every call has a time limit


@dataclass(frozen=True, kw_only=True)
class CarrierCall:
    """A call as the carrier knows it."""

    sid: str
    to: str
    progress: Progress
    disposition: Disposition | None
    started_at: datetime | None  # aware UTC
    seconds: int


class Carrier(Protocol):
    """What the house asks of a carrier. All methods raise CarrierError, nothing else."""

    def place_call(self, order: CallOrder) -> str:
        """Rings somebody; gives the carrier's call id. Raises Refused, Slower or Unclear."""

    def fetch(self, sid: str) -> CarrierCall:
        """How a call stands. Raises Refused when the carrier does not know it."""

    def calls_to(self, number: str, since: datetime) -> Sequence[CarrierCall]:
        """The calls that we placed to a number since that moment, newest first."""

    def hang_up(self, sid: str) -> None:
        """Ends a call that is going on; a call that is over is left alone."""

    def redirect(self, sid: str, script_url: str) -> None:
        """Lets a call that is going on follow another script. Raises Refused when it is over."""

    def send_text(self, to: str, text: str, status_url: str) -> str:
        """Sends an SMS; gives the carrier's message id."""
