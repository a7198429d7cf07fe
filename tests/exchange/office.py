"""The app's side of the line, as tests play it: scripted TwiML, and a record of every webhook."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator

from callcenter.exchange import rest
from callcenter.exchange.core import Exchange
from callcenter.exchange.webhook import Answer, Webhook

SID = "AC" + "a" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
HOTLINE = "+8651012349"
PATIENCE = 20.0  # real seconds that a test waits for something before it fails

Script = str | Callable[[dict[str, str]], str | int]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A webhook as it arrived."""

    path: str
    form: dict[str, str]
    signed: bool


@dataclass
class Office:
    """Scripts by path; a path without one is a callback and gets an empty answer."""

    scripts: dict[str, Script] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, path: str, form: dict[str, str], signed: bool = True) -> tuple[int, str]:
        """Record a webhook and answer it: status and body."""
        with self.changed:
            self.seen.append(Seen(path=path, form=form, signed=signed))
            self.changed.notify_all()
        script = self.scripts.get(path, "")
        answer = script(form) if callable(script) else script
        return (answer, "") if isinstance(answer, int) else (200, answer)

    def deliver(self, webhook: Webhook) -> Answer:
        """The same, for an exchange in process."""
        form = dict(webhook.form) or dict(parse_qsl(urlsplit(webhook.url).query))
        valid = RequestValidator(TOKEN).validate(webhook.url, webhook.form, webhook.signature)
        status, body = self.take(urlsplit(webhook.url).path, form, valid)
        return Answer(status=status, text=body, content_type="text/xml")

    def got(self, path: str) -> list[dict[str, str]]:
        """The forms that came to a path, in their order."""
        return [one.form for one in self.seen if one.path == path]

    def wait_for(self, path: str, count: int = 1) -> list[dict[str, str]]:
        """Wait until a path has had that many webhooks."""
        with self.changed:
            arrived = self.changed.wait_for(lambda: len(self.got(path)) >= count, PATIENCE)
        assert arrived, f"only {len(self.got(path))} webhooks came to {path}"
        return self.got(path)


def say(text: str, rest: str = "") -> str:
    """TwiML that says something."""
    return f'<Response><Say language="cmn-CN">{text}</Say>{rest}</Response>'


def ask(text: str, action: str, rest: str = "", **attributes: str) -> str:
    """TwiML that asks for a key or for speech."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<Response><Gather input="dtmf speech" language="cmn-Hans-CN" numDigits="1" '
        f'speechTimeout="auto" action="{action}"{more}><Say>{text}</Say></Gather>{rest}</Response>'
    )


class Direct(HttpClient):  # type: ignore[misc]
    """Lets the real client talk to an exchange in process, remembering every request."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(logger=None, is_async=False, timeout=None)
        self.exchange = exchange
        self.asked: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = []
        self.replies: list[rest.Reply] = []

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Hand the request over; a reply that is never heard raises like a time-out."""
        self.asked.append((method, url, params or {}, data or {}))
        reply = rest.handle(self.exchange, rest.Request.of(method, url, params, data, auth))
        self.replies.append(reply)
        if not reply.heard:
            raise TimeoutError
        return Response(reply.status, json.dumps(reply.body), dict(reply.headers))


class Listening:
    """An office that answers real HTTP on a free loopback port, checking signatures itself."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))

    def __enter__(self) -> "Listening":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


def _handler(listening: Listening) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            self._answer(dict(parse_qsl(body, keep_blank_values=True)), {})

        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
            self._answer({}, query)

        def _answer(self, form: dict[str, str], query: dict[str, str]) -> None:
            signature = self.headers.get("X-Twilio-Signature", "")
            url = listening.url + self.path
            valid = RequestValidator(TOKEN).validate(url, form, signature)
            path = urlsplit(self.path).path
            status, text = listening.office.take(path, form or query, valid)
            self.send_response(status)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    return Handler
