"""Serves the actions to Rasa on 127.0.0.1, behind a bearer token."""

import hmac
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Request, Sanic
from sanic.response import HTTPResponse
from sanic.response import json as as_json

from actions.behind_rasa import actions
from actions.desk import Desk
from actions.words import words

OPEN_TO_ALL = ("/health",)  # says only that the server runs


def build(desk: Desk, token: str) -> Sanic[Any, Any]:
    """The application; every call but the health check needs the bearer."""
    executor = ActionExecutor()
    for action in actions(desk, words()):
        executor.register_action(action)
    app: Sanic[Any, Any] = create_app(executor)
    expected = f"Bearer {token}".encode()

    async def admit(request: Request) -> HTTPResponse | None:
        shown = request.headers.get("Authorization", "").encode()
        if request.path in OPEN_TO_ALL or hmac.compare_digest(shown, expected):
            return None
        return as_json({"error": "unauthorised"}, status=401)

    app.register_middleware(admit, "request")
    return app


def serve(desk: Desk, port: int, token: str) -> None:
    """Blocks until stopped. Raises ValueError without a token: nobody may call unasked."""
    if not token:
        raise ValueError("XIXIN_ACTIONS_TOKEN is missing: the assistant proves itself with it")
    app = build(desk, token)
    app.run(host="127.0.0.1", port=port, single_process=True, access_log=False, motd=False)
