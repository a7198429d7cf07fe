"""What the exchange is started with: arguments, and the environment for what is secret."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from callcenter.exchange.account import Account, Hotline, dialable
from callcenter.exchange.webhook import Link, absolute


class BadSetting(ValueError):
    """A setting is missing or cannot be used; the message names it and says what to write."""


@dataclass(frozen=True, kw_only=True)
class ExchangeSettings:
    """Everything the exchange must know to start."""

    account_sid: str
    auth_token: str = field(repr=False)
    hotline_number: str  # E.164
    hotline_name: str = "民政服务热线"
    voice_url: str | None = None  # fetched when a phone rings the hotline
    fallback_url: str | None = None
    status_url: str | None = None  # told when such a call has ended
    sms_url: str | None = None  # told when a phone sends the hotline a text
    port: int = 8010
    phone_book: Path | None = None
    clock_file: Path | None = None  # demonstration time; without it time is real
    calls_per_second: int = 1
    most_calls: int = 1000
    seed: int = 0
    keep: int = 2000  # finished calls kept in memory
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")  # names it answers to

    def account(self) -> Account:
        """The account as the exchange keeps it. Raises BadSetting."""
        if not dialable(self.hotline_number):
            raise BadSetting(f"the hotline number must look like +8651012349, not {self._number}")
        for name in ("voice_url", "fallback_url", "status_url", "sms_url"):
            url = getattr(self, name)
            if url and not absolute(url):
                raise BadSetting(f"{name} must be a complete http address, not {url}")
        line = Hotline(
            number=self.hotline_number,
            voice=_link(self.voice_url),
            fallback=_link(self.fallback_url),
            status_callback=_link(self.status_url),
            sms=_link(self.sms_url),
        )
        return Account(
            sid=self.account_sid,
            token=self.auth_token,
            lines=(line,),
            calls_per_second=self.calls_per_second,
            most_calls=self.most_calls,
        )

    @property
    def _number(self) -> str:
        return repr(self.hotline_number)


def from_arguments(argv: Sequence[str], environment: Mapping[str, str]) -> ExchangeSettings:
    """Settings of the command line; the account comes from XIXIN_ACCOUNT_SID and _AUTH_TOKEN."""
    given = _parser().parse_args(argv)
    sid = environment.get("XIXIN_ACCOUNT_SID", "")
    token = environment.get("XIXIN_AUTH_TOKEN", "")
    if not sid or not token:
        raise BadSetting("set XIXIN_ACCOUNT_SID and XIXIN_AUTH_TOKEN to what the app uses")
    hotline = given.hotline or environment.get("XIXIN_HOTLINE_NUMBER", "")
    clock = given.clock_file or environment.get("XIXIN_CLOCK_FILE") or None
    speed = given.calls_per_second or int(environment.get("XIXIN_CALLS_PER_SECOND") or 1)
    return ExchangeSettings(
        account_sid=sid,
        auth_token=token,
        hotline_number=hotline,
        hotline_name=given.hotline_name,
        voice_url=given.voice_url,
        fallback_url=given.fallback_url,
        status_url=given.status_url,
        sms_url=given.sms_url,
        port=given.port,
        phone_book=given.phone_book,
        clock_file=Path(clock) if clock else None,
        calls_per_second=speed,
        most_calls=given.most_calls,
        seed=given.seed,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m callcenter.exchange",
        description="A local phone exchange that speaks Twilio's REST API. Binds 127.0.0.1 only.",
        epilog="XIXIN_ACCOUNT_SID and XIXIN_AUTH_TOKEN must be set, to what the app uses.",
    )
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--hotline", help="E.164; or XIXIN_HOTLINE_NUMBER")
    parser.add_argument("--hotline-name", default="民政服务热线", help="shown on the phones")
    parser.add_argument("--voice-url", help="TwiML for a phone that rings the hotline")
    parser.add_argument("--fallback-url", help="asked when the voice url fails")
    parser.add_argument("--status-url", help="told when such a call has ended")
    parser.add_argument("--sms-url", help="told when a phone sends the hotline a text message")
    parser.add_argument("--phone-book", type=Path, help="YAML, see docs/exchange.md")
    parser.add_argument("--clock-file", type=Path, help="or XIXIN_CLOCK_FILE; default real time")
    parser.add_argument("--calls-per-second", type=int, help="or XIXIN_CALLS_PER_SECOND; default 1")
    parser.add_argument("--most-calls", type=int, default=1000, help="at once, then error 10004")
    parser.add_argument("--seed", type=int, default=0, help="what simulated people do")
    return parser


def _link(url: str | None) -> Link | None:
    return Link(url=url) if url else None
