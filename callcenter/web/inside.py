"""Asks the web application without a network: each request in the application's own event loop.

The requests are what a server would hand over (ASGI), so everything between the socket and the
answer is real.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI

FORM = b"application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Got:
    """What the application answered."""

    status: int  # HTTP status
    text: str = ""
    content_type: str = ""


def raised(broken: Exception) -> None:
    """What breaks inside the application breaks whoever asked."""
    raise broken


class Inside:
    """A client of one application, for one thread.

    `broke` hears of every exception that a server would turn into a 500; the answer is one then.
    """

    def __init__(
        self, app: FastAPI, base_url: str, broke: Callable[[Exception], None] = raised
    ) -> None:
        self._app, self._broke = app, broke
        self._host = urlsplit(base_url).netloc.encode()
        self._stay: _Stay | None = None

    def request(
        self, method: str, url: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> Got:
        """One request with a form as its body (none for GET), and its whole answer."""
        parts = urlsplit(url)
        body = urlencode(form).encode() if method == "POST" else b""
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [
                (b"host", self._host),
                (b"content-type", FORM),
                (b"content-length", str(len(body)).encode()),
                *((name.lower().encode(), value.encode()) for name, value in headers.items()),
            ],
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", 80),
        }
        exchange = _Exchange(scope, body)
        if self._stay is not None:
            return self._stay.ask(exchange)
        with _Stay(self._answered) as stay:
            return stay.ask(exchange)

    @contextmanager
    def staying(self) -> Iterator[None]:
        """Many requests are to come: worker threads stay between them while the block lasts."""
        if self._stay is not None:
            yield
            return
        with _Stay(self._answered) as self._stay:
            try:
                yield
            finally:
                self._stay = None

    async def _answered(self, exchange: "_Exchange") -> Got:
        return await exchange.with_app(self._app, self._broke)


class _Stay:
    """An event loop, and one task in it that serves requests, for as long as the block lasts."""

    def __init__(self, serve: "Callable[[_Exchange], Awaitable[Got]]") -> None:
        self._serve_one = serve

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._wanted: asyncio.Queue[tuple[_Exchange, asyncio.Future[Got]] | None] = asyncio.Queue()
        self._server = self._loop.create_task(self._serve())
        return self

    def __exit__(self, *_: object) -> None:
        self._wanted.put_nowait(None)
        self._run(self._server)
        self._loop.close()

    def ask(self, exchange: "_Exchange") -> Got:
        """What the application answers to this request."""
        answer: asyncio.Future[Got] = self._loop.create_future()
        self._wanted.put_nowait((exchange, answer))
        return self._run(answer)

    def _run[T](self, work: Awaitable[T]) -> T:
        """Runs the loop until then, also when this thread is inside of another loop."""
        outer = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        try:
            return self._loop.run_until_complete(work)
        finally:
            asyncio._set_running_loop(outer)

    async def _serve(self) -> None:
        while (asked := await self._wanted.get()) is not None:
            exchange, answer = asked
            try:
                answer.set_result(await self._serve_one(exchange))
            except BaseException as broken:  # noqa: BLE001  whoever asked gets it, whatever it is
                answer.set_exception(broken)


class _Exchange:
    """One request and what comes back for it."""

    def __init__(self, scope: dict[str, Any], body: bytes) -> None:
        self._scope, self._body = scope, body
        self._read = False
        self._status = 0
        self._type = ""
        self._parts: list[bytes] = []

    async def with_app(self, app: FastAPI, broke: Callable[[Exception], None]) -> Got:
        """Lets the application answer. An error that a server would turn into 500 is 500."""
        try:
            await app(self._scope, self._receive, self._send)
        except Exception as broken:  # noqa: BLE001  a server is an edge: it answers 500, lives on
            broke(broken)
            return Got(status=500, text="Internal Server Error", content_type="text/plain")
        text = b"".join(self._parts).decode("utf-8", "replace")
        return Got(status=self._status, text=text, content_type=self._type)

    async def _receive(self) -> MutableMapping[str, Any]:
        if self._read:
            return {"type": "http.disconnect"}
        self._read = True
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            for name, value in message.get("headers", ()):
                if name.lower() == b"content-type":
                    self._type = value.decode("latin-1")
        else:
            self._parts.append(message.get("body", b""))
