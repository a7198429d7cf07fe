"""Runs the exchange in real time: reads the clock, delivers webhooks, wakes those who watch."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Annotated

import httpx
from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader

from callcenter.clock import Clock, real_now
from callcenter.exchange import book
from callcenter.exchange.core import Exchange
from callcenter.exchange.settings import ExchangeSettings
from callcenter.exchange.sockets import Sockets
from callcenter.exchange.twiml import MAX_BYTES
from callcenter.exchange.webhook import LIMIT_SECONDS, Answer, Webhook

PAGES = Path(__file__).with_name("pages")
LONGEST_NAP = 0.5  # real seconds; the pace of the clock may change meanwhile
CONNECTIONS = 200
PHONE_LET_GO_SECONDS = 30.0  # a phone whose page is gone that long is put down


class Running:
    """An exchange with a clock and a network. Everything happens in one event loop."""

    def __init__(self, settings: ExchangeSettings) -> None:
        self.settings = settings
        self.clock = Clock(settings.clock_file)
        self.exchange = Exchange(
            settings.account(),
            book.load(settings.phone_book),
            seed=settings.seed,
            salt=secrets.token_hex(8),  # identifiers never repeat after a restart
            keep=settings.keep,
        )
        self.pages = Environment(loader=FileSystemLoader(PAGES), autoescape=True)
        self.sockets = Sockets(self.exchange, self.catch_up, self.changed)
        self.stopping = False
        self._wake = asyncio.Event()
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None

    async def run(self) -> None:
        """Live until cancelled."""
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=20)
        async with httpx.AsyncClient(limits=limits, timeout=LIMIT_SECONDS, trust_env=False) as web:
            self._client = web
            while True:
                self.turn()
                self._wake.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._nap())

    def turn(self) -> None:
        """Do what is due now, send what is to be sent, tell the watchers."""
        self.catch_up()
        board = self.exchange.board
        while board.outbox:
            self._spawn(self._deliver(board.outbox.popleft()))
        while board.wires:
            self.sockets.do(board.wires.popleft())
        touched, board.touched = board.touched, set()
        for number in touched:
            for event in self._watchers.get(number, ()):
                event.set()

    def catch_up(self) -> None:
        """Bring the exchange to the present."""
        pace = self.clock.pace()
        self.exchange.board.pace = pace.speed if pace else 1
        self.exchange.advance(self.clock.now(), real_now())

    def changed(self) -> None:
        """Something was done from outside: carry on with it at once."""
        self.turn()
        self._wake.set()

    def stop(self) -> None:
        """The server is about to close: streams that would never end, end."""
        self.stopping = True
        self.sockets.stop()
        for watchers in self._watchers.values():
            for event in watchers:
                event.set()

    @contextlib.asynccontextmanager
    async def watching(self, number: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever the phone of that number looks different."""
        event = asyncio.Event()
        watchers = self._watchers.setdefault(number, set())
        watchers.add(event)
        try:
            yield event
        finally:
            watchers.discard(event)
            if not watchers and not self.stopping:
                self._spawn(self._let_go(number))

    def _nap(self) -> float:
        machine, hand = self.exchange.board.next_at()
        nap = LONGEST_NAP
        if machine is not None:
            shown = (machine - self.clock.now()).total_seconds()
            nap = min(nap, self.clock.real_seconds(shown))
        if hand is not None:
            nap = min(nap, (hand - real_now()).total_seconds())
        return max(nap, 0.0)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, webhook: Webhook) -> None:
        answer = await self._ask(webhook)
        self.catch_up()
        self.exchange.settle(webhook, answer)
        self.changed()

    async def _ask(self, webhook: Webhook) -> Answer:
        assert self._client is not None  # noqa: S101 - run() has made it
        try:
            async with (
                asyncio.timeout(LIMIT_SECONDS),
                self._client.stream(
                    webhook.method,
                    webhook.url,
                    data=dict(webhook.form) or None,
                    headers=webhook.headers,
                ) as response,
            ):
                body = b""
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > MAX_BYTES:
                        break
                kind = response.headers.get("content-type", "")
                text = body.decode(response.encoding or "utf-8", "replace")
                return Answer(status=response.status_code, text=text, content_type=kind)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as failure:
            return Answer(status=0, text=type(failure).__name__)

    async def _let_go(self, number: str) -> None:
        await asyncio.sleep(PHONE_LET_GO_SECONDS)
        if not self._watchers.get(number):
            self.exchange.people.release(number)
            self.changed()


def _of(request: Request) -> Running:
    found: Running = request.app.state.running
    return found


Here = Annotated[Running, Depends(_of)]
