"""The REST API over HTTP: a thin shell around rest.handle."""

import asyncio
import base64
import binascii
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from callcenter.exchange import rest
from callcenter.exchange.running import Here, Running

LARGEST_BODY = 64 * 1024
NEVER_SECONDS = 60.0  # how long a request that must time out is held


routes = APIRouter()


@routes.api_route("/2010-04-01/{rest:path}", methods=["GET", "POST", "DELETE"])
async def twilio(running: Here, request: Request) -> Response:
    """Any request of the 2010-04-01 API."""
    body = await request.body()
    if len(body) > LARGEST_BODY:
        return Response(status_code=413)
    running.turn()
    reply = rest.handle(running.exchange, _request(request, body))
    running.changed()
    if not reply.heard:
        await _keep_waiting(running, request)
    if reply.body is None:
        headers = dict(reply.headers)
        return Response(reply.content, status_code=reply.status, headers=headers)
    return JSONResponse(reply.body, status_code=reply.status, headers=dict(reply.headers))


def _request(request: Request, body: bytes) -> rest.Request:
    user, password = _credentials(request.headers.get("authorization", ""))
    return rest.Request(
        method=request.method,
        path=request.url.path,
        query=dict(request.query_params),
        form=parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True),
        user=user,
        password=password,
    )


def _credentials(header: str) -> tuple[str, str]:
    kind, _, code = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(code, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


async def _keep_waiting(running: Running, request: Request) -> None:
    for _ in range(int(NEVER_SECONDS / 0.2)):
        if running.stopping or await request.is_disconnected():
            return
        await asyncio.sleep(0.2)
