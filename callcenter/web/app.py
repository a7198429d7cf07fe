"""The web application: webhooks, console, chat. Built for one house; knows nothing else."""

import logging

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import DataError
from starlette.datastructures import MutableHeaders
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcenter.services.errors import CareError
from callcenter.web import chat, console, texts, voice
from callcenter.wiring import House

log = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def create_app(house: House) -> FastAPI:
    """The application of this house."""
    app = FastAPI(title="锡心养老热线", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.house = house
    app.state.public_url = house.settings.public_url
    app.state.auth_token = house.settings.auth_token
    app.add_middleware(
        SessionMiddleware,
        secret_key=house.settings.session_secret,
        session_cookie="xixin",
        same_site="lax",
        https_only=house.settings.secure_cookies,
        max_age=12 * 3600,
    )
    app.add_middleware(_Headers)
    app.add_exception_handler(CareError, _care_error)
    for too_large in (OverflowError, DataError):  # SQLite's word for it, and PostgreSQL's
        app.add_exception_handler(too_large, _too_large)
    app.add_api_route("/health", health, methods=["GET"])
    app.add_api_route("/", home, methods=["GET"], include_in_schema=False)
    for router in (voice.router, texts.router, console.router(), chat.router()):
        app.include_router(router)
    console.mount_static(app)
    chat.mount_static(app)
    return app


def home() -> RedirectResponse:
    """The address that is printed leads to the console."""
    return RedirectResponse("/console")


def health(request: Request) -> dict[str, object]:
    """Whether this process can reach its database, and whether the assistant answers."""
    house: House = request.app.state.house
    with house.store.look() as session:
        session.connection()
    return {"ok": True, "assistant": house.assistant_ready() is None}


class _Headers:
    """Puts HEADERS into every answer. Plain ASGI, as every webhook passes here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fixed = scope["path"].startswith(("/assets", "/static"))

        async def sends(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    if not (fixed and name == "Cache-Control"):
                        headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sends)


def _too_large(request: Request, error: Exception) -> Response:
    """A number or a word that no row can hold names nothing that exists here."""
    return JSONResponse({"detail": "没有这个编号，或者内容太长。"}, status_code=400)


def _care_error(request: Request, error: Exception) -> Response:
    status = getattr(error, "status", 400)
    return JSONResponse({"detail": str(error)}, status_code=status)
