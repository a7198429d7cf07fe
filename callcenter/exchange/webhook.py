"""A request that the exchange sends to the app, signed as Twilio signs it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

LIMIT_SECONDS = 15  # real seconds, all in all; Twilio waits no longer either
UNREACHABLE = 11205  # Twilio's code for a webhook that could not be reached in time

Method = Literal["GET", "POST"]


@dataclass(frozen=True, kw_only=True)
class Link:
    """Where a webhook goes."""

    url: str  # absolute
    method: str = "POST"  # GET or POST

    def joined(self, target: str | None, method: str | None) -> "Link":
        """The address `target`, read relative to this one; without a target this one itself."""
        return Link(url=urljoin(self.url, target or ""), method=method or "POST")


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """One outgoing request, ready to be delivered."""

    id: int  # the number under which the answer is handed back
    url: str  # complete, with the parameters in it when the method is GET
    method: str  # GET or POST
    form: Mapping[str, str]  # the body's fields; empty for GET
    signature: str  # value of X-Twilio-Signature
    call: str  # the call or message it belongs to
    idempotency: str  # I-Twilio-Idempotency-Token: the same for a re-delivery

    @property
    def headers(self) -> dict[str, str]:
        """The headers that Twilio sends and that an app may rely on."""
        return {
            "X-Twilio-Signature": self.signature,
            "I-Twilio-Idempotency-Token": self.idempotency,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back for a webhook."""

    status: int  # HTTP status; 0 when nothing came back in time
    text: str = ""  # the body
    content_type: str = "text/xml"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def error(self) -> int | None:
        """Twilio's error code when this answer cannot be used, else None."""
        if self.status == 0:
            return UNREACHABLE
        return None if 200 <= self.status < 300 else 11200


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """HMAC-SHA1 over the URL followed by each name and value in order of the names, base64.

    Blank values count. For GET the form is empty and the URL carries the parameters.
    """
    text = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def with_query(url: str, form: Mapping[str, str]) -> str:
    """The URL with the form added to its query."""
    parts = urlsplit(url)
    query = "&".join(filter(None, [parts.query, urlencode(form)]))
    return urlunsplit(parts._replace(query=query))


def absolute(url: str) -> bool:
    """Whether this is an http(s) address with a host, as a webhook needs."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in url
