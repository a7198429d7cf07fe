"""Opens the WebSockets that ConversationRelay needs, and carries the texts both ways."""

import asyncio
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from callcenter.exchange import relay
from callcenter.exchange.core import Exchange
from callcenter.exchange.relay import Wire

OPEN_SECONDS = 10
LARGEST_MESSAGE = 64 * 1024


class Sockets:
    """The open sockets, by session."""

    def __init__(self, exchange: Exchange, before: Callable[[], None], after: Callable[[], None]):
        self.exchange = exchange
        self.before = before  # brings the exchange to the present
        self.after = after  # carries on with what came of it
        self._texts: dict[str, asyncio.Queue[str | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def do(self, wire: Wire) -> None:
        """Open, send or close, as the exchange wants."""
        if wire.url:
            self._texts[wire.relay] = asyncio.Queue()
            task = asyncio.create_task(self._live(wire))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif wire.relay in self._texts:
            self._texts[wire.relay].put_nowait(None if wire.close else wire.text)

    def stop(self) -> None:
        """Close everything."""
        for texts in self._texts.values():
            texts.put_nowait(None)

    async def _live(self, wire: Wire) -> None:
        opened = False
        try:
            async with connect(
                wire.url,
                additional_headers={"X-Twilio-Signature": wire.signature},
                open_timeout=OPEN_SECONDS,
                max_size=LARGEST_MESSAGE,
                proxy=None,
            ) as socket:
                opened = True
                await self._talk(wire.relay, socket)
        except (OSError, WebSocketException, TimeoutError):
            pass  # told below, as every other end
        del self._texts[wire.relay]
        self.before()
        relay.closed(self.exchange.board, wire.relay, opened=opened)
        self.after()

    async def _talk(self, sid: str, socket: ClientConnection) -> None:
        hearing = asyncio.create_task(self._hear(sid, socket))
        sending = asyncio.create_task(self._send(sid, socket))
        _, rest = await asyncio.wait({hearing, sending}, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _hear(self, sid: str, socket: ClientConnection) -> None:
        async for text in socket:
            self.before()
            relay.received(self.exchange.board, sid, text if isinstance(text, str) else "")
            self.after()

    async def _send(self, sid: str, socket: ClientConnection) -> None:
        while (text := await self._texts[sid].get()) is not None:
            await socket.send(text)
