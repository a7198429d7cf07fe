"""The account that the app has at this exchange, its numbers and its limits."""

import re
from dataclasses import dataclass, field

from callcenter.exchange.webhook import Link

E164 = re.compile(r"\+[1-9]\d{6,14}")
WITHHELD = "+266696687"  # what Twilio shows for a caller who hides the number


@dataclass(frozen=True, kw_only=True)
class Hotline:
    """A number of the account, and what happens when somebody rings it."""

    number: str  # E.164
    voice: Link | None = None  # fetched when somebody calls
    fallback: Link | None = None
    status_callback: Link | None = None  # told when such a call has ended
    sms: Link | None = None  # fetched when somebody sends a text message


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who may use the exchange, and how much."""

    sid: str  # AC and 32 hexadecimal digits
    token: str = field(repr=False)  # the password, and the key of the signatures
    lines: tuple[Hotline, ...]
    calls_per_second: int = 1
    most_calls: int = 1000  # at once, queued ones included; then 10004
    countries: tuple[str, ...] = ("+86",)  # others are refused with 21215

    def line(self, number: str) -> Hotline | None:
        """The account's own number, or None."""
        return next((line for line in self.lines if line.number == number), None)


def dialable(number: str) -> bool:
    """Whether this is written as E.164."""
    return E164.fullmatch(number) is not None
