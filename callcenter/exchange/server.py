"""The exchange as a web server: REST API, phones, pages. Binds 127.0.0.1 and nothing else."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from callcenter.exchange import api, phone, timeline
from callcenter.exchange.guard import Guard
from callcenter.exchange.running import PAGES, Running
from callcenter.exchange.settings import BadSetting, ExchangeSettings


def create_app(settings: ExchangeSettings) -> FastAPI:
    """The web app. Raises BadSetting or BadPhoneBook before anything is served."""
    running = Running(settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        work = asyncio.create_task(running.run())
        yield
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.running = running
    app.add_middleware(Guard, hosts=settings.hosts)
    app.include_router(api.routes)
    app.include_router(phone.routes)
    app.include_router(timeline.routes)
    app.mount("/static", StaticFiles(directory=PAGES / "static"), name="static")

    @app.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse("/phone")

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    return app


class Server(uvicorn.Server):
    """Uvicorn that ends open streams first, so that stopping takes no longer than it must."""

    def __init__(self, app: FastAPI, port: int) -> None:
        # No access log: the paths carry phone numbers.
        super().__init__(
            uvicorn.Config(
                app,
                host="127.0.0.1",
                port=port,
                access_log=False,
                log_level="warning",
                timeout_graceful_shutdown=3,
            )
        )
        self.running: Running = app.state.running

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is open, then stop."""
        self.running.stop()
        await super().shutdown(sockets)


def serve(settings: ExchangeSettings) -> None:
    """Serve until stopped. Raises BadSetting when the port is taken."""
    app = create_app(settings)
    try:
        listening = socket.create_server(("127.0.0.1", settings.port))
    except OSError as taken:
        raise BadSetting(f"port {settings.port} is not free; choose another by --port") from taken
    with listening:
        Server(app, settings.port).run([listening])
