"""What the chat page lets in: its own visitors, its own forms, in bearable sizes and numbers."""

import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from urllib.parse import urlsplit

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from callcenter.config import Settings

COOKIE = "xixin_chat"
KEPT_SECONDS = 24 * 3600  # a page that nobody wrote on for a day begins anew
LARGEST = 1_500_000  # bytes of one form: 100 000 characters of Chinese, as browsers encode them
REMEMBERED = 20_000  # buckets kept in memory, the oldest forgotten first


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many at once, and so many a minute in the long run."""

    of: str  # of one talk, of one network address, or of all together
    burst: int
    per_minute: float


ORDINARY = (
    Limit(of="talk", burst=10, per_minute=20),
    Limit(of="address", burst=60, per_minute=120),  # a community centre shares one address
    Limit(of="all", burst=300, per_minute=600),
)
URGENT = (  # calls for help and for a person pass when the rest has to wait
    Limit(of="talk", burst=5, per_minute=5),
    Limit(of="address", burst=30, per_minute=30),
)


class Gate:
    """Counts utterances in leaky buckets; one per process, in memory only."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[tuple[Limit, str], tuple[float, datetime]] = OrderedDict()
        self._lock = Lock()

    def admit(self, now: datetime, whose: Mapping[str, str], limits: Sequence[Limit]) -> bool:
        """True when every bucket has room; then one is put in each. `whose`: by Limit.of."""
        keys = [(limit, whose.get(limit.of, "")) for limit in limits]
        with self._lock:
            levels = {key: self._level(key, now) for key in keys}
            if any(level + 1 > key[0].burst for key, level in levels.items()):
                return False
            for key, level in levels.items():
                self._buckets[key] = (level + 1, now)
                self._buckets.move_to_end(key)
            while len(self._buckets) > REMEMBERED:
                self._buckets.popitem(last=False)
        return True

    def _level(self, key: tuple[Limit, str], now: datetime) -> float:
        level, since = self._buckets.get(key, (0.0, now))
        minutes = max(0.0, (now - since).total_seconds() / 60)
        return max(0.0, level - minutes * key[0].per_minute)


def visitor(request: Request, settings: Settings) -> str | None:
    """The conversation key in the visitor's signed cookie; None without a good one."""
    try:
        name = _signer(settings).loads(request.cookies.get(COOKIE, ""), max_age=KEPT_SECONDS)
    except BadSignature:
        return None
    return f"web:{name}" if isinstance(name, str) and name else None


def new_visitor() -> str:
    """A key that nobody can guess."""
    return f"web:{secrets.token_urlsafe(18)}"


def remember(response: Response, settings: Settings, key: str) -> None:
    """Lets the browser keep the key, signed, out of reach of scripts and of other sites."""
    response.set_cookie(
        COOKIE,
        _signer(settings).dumps(key.removeprefix("web:")),
        max_age=KEPT_SECONDS,
        path="/chat",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def foreign(request: Request, settings: Settings) -> bool:
    """True when the browser says that another site's page sent this form."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:  # no browser, or one so old that only SameSite could help
        return False
    ours = {request.headers.get("host", ""), urlsplit(settings.public_url).netloc}
    return urlsplit(origin).netloc not in ours


def too_large(request: Request) -> bool:
    """True for a body over LARGEST, or of a size that is not told beforehand."""
    if "transfer-encoding" in request.headers:
        return True
    size = request.headers.get("content-length") or "0"
    return not size.isdigit() or int(size) > LARGEST


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.session_secret, salt="xixin-chat")
