"""The carrier's side, by hand: webhooks as it signs them, and what the line answered."""

from typing import Any

from callcenter.exchange.webhook import signature
from tests.house import SECRETS
from tests.town import Town

BASE = "http://127.0.0.1:8000"


def signed(path: str, form: dict[str, str], base: str = BASE) -> dict[str, Any]:
    """A request as the carrier signs it."""
    mark = signature(SECRETS["auth_token"], base + path, form)
    return {"url": path, "data": form, "headers": {"X-Twilio-Signature": mark}}


def sends(town: Town, path: str, **form: str) -> str:
    """The carrier sends a webhook to the house, out of the exchange's own order; the TwiML."""
    answer = town.world.web.post(**signed(path, form))
    assert answer.status_code < 300
    return str(answer.text)
