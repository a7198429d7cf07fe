"""The exchange as a web server: REST API, phones, pages. Binds 127.0.0.1 and nothing else."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from callcenter.exchange import api, phone, timeline
from callcenter.exchange.guard import Guard
from callcenter.exchange.running import PAGES, Running
from callcenter.exchange.settings import ExchangeSettings


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


def serve(settings: ExchangeSettings) -> None:
    """Serve until stopped. No access log: the paths carry phone numbers."""
    uvicorn.run(
        create_app(settings),
        host="127.0.0.1",
        port=settings.port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
