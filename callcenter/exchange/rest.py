"""The REST API of 2010-04-01 as a plain function from request to reply, without a web framework.

The server puts HTTP around it; a simulation hands it the requests of the real client directly.
"""

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from callcenter.exchange import faults, rest_calls, rest_more
from callcenter.exchange.core import Exchange
from callcenter.exchange.errors import RestError
from callcenter.exchange.orders import Form

ROOT = "/2010-04-01/Accounts"
RETRY_AFTER = 2  # seconds, told with 20429


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request to the API."""

    method: str
    path: str  # without the query
    query: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=dict)
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(
        cls,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> "Request":
        """A request as an HTTP client library is handed it: no socket needed."""
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query)) | {k: str(v) for k, v in (params or {}).items()}
        form = parse_qs(urlencode(data or {}, doseq=True), keep_blank_values=True)
        user, password = auth or ("", "")
        return cls(
            method=method.upper(),
            path=parts.path,
            query=query,
            form=form,
            user=user,
            password=password,
        )


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The answer. `heard` is False when it must never reach the client: it times out."""

    status: int
    body: dict[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    heard: bool = True


Handler = Callable[[Exchange, Request, tuple[str, ...]], Reply]


def handle(exchange: Exchange, request: Request) -> Reply:
    """Answer one request; refusals come as Twilio's JSON errors."""
    try:
        _admit(exchange, request)
        return _routed(exchange, request)
    except RestError as refused:
        headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
        return Reply(status=refused.status, body=refused.body(), headers=headers)


def _admit(exchange: Exchange, request: Request) -> None:
    account = exchange.account
    known = hmac.compare_digest(request.user.encode(), account.sid.encode())
    if not (known and hmac.compare_digest(request.password.encode(), account.token.encode())):
        raise RestError(20003)
    board = exchange.board
    if any(start <= board.now < end for start, end in board.faults.outages):
        raise RestError(20503)


def _routed(exchange: Exchange, request: Request) -> Reply:
    prefix = f"{ROOT}/{exchange.account.sid}"
    if not request.path.startswith(prefix):
        raise RestError(20404, request.path)
    rest = request.path.removeprefix(prefix)
    for pattern, methods in ROUTES:
        match = re.fullmatch(pattern, rest)
        if match and request.method not in methods:
            raise RestError(20004)
        if match:
            return methods[request.method](exchange, request, match.groups())
    raise RestError(20404, request.path)


def _create_call(exchange: Exchange, request: Request, _: tuple[str, ...]) -> Reply:
    board = exchange.board
    fate = faults.create_fate(board.faults, board.random, board.now)
    if fate == "lost":
        return Reply(status=504, heard=False)
    if fate == "error":
        raise RestError(20503)
    if fate == "throttled":
        raise RestError(20429, retry_after=RETRY_AFTER)
    call = exchange.place_call(request.form)
    return Reply(status=201, body=rest_calls.show(call), heard=fate != "unheard")


def _list_calls(exchange: Exchange, request: Request, _: tuple[str, ...]) -> Reply:
    return Reply(status=200, body=rest_calls.listed(exchange, request.query, request.path))


def _fetch_call(exchange: Exchange, request: Request, ids: tuple[str, ...]) -> Reply:
    return Reply(status=200, body=rest_calls.show(exchange.find(ids[0])))


def _update_call(exchange: Exchange, request: Request, ids: tuple[str, ...]) -> Reply:
    call = exchange.update(exchange.find(ids[0]), request.form)
    return Reply(status=200, body=rest_calls.show(call))


def _delete_call(exchange: Exchange, request: Request, ids: tuple[str, ...]) -> Reply:
    call = exchange.find(ids[0])
    if not call.over:
        raise RestError(20001, "call is not over")
    del exchange.board.calls[call.sid]
    return Reply(status=204)


def _create_message(exchange: Exchange, request: Request, _: tuple[str, ...]) -> Reply:
    form = {name: values[0] for name, values in request.form.items() if values}
    message = exchange.messages.create(form)
    return Reply(status=201, body=rest_more.show_message(exchange.account, message))


def _list_messages(exchange: Exchange, request: Request, _: tuple[str, ...]) -> Reply:
    return Reply(status=200, body=rest_more.messages(exchange, request.query, request.path))


def _fetch_message(exchange: Exchange, request: Request, ids: tuple[str, ...]) -> Reply:
    message = exchange.messages.all.get(ids[0])
    if message is None:
        raise RestError(20404, ids[0])
    return Reply(status=200, body=rest_more.show_message(exchange.account, message))


def _account(exchange: Exchange, request: Request, _: tuple[str, ...]) -> Reply:
    return Reply(status=200, body=rest_more.show_account(exchange))


def _numbers(exchange: Exchange, request: Request, _: tuple[str, ...]) -> Reply:
    return Reply(status=200, body=rest_more.numbers(exchange, request.query, request.path))


CALL, MESSAGE = r"/Calls/(CA[0-9a-f]{32})", r"/Messages/(SM[0-9a-f]{32})"
ROUTES: tuple[tuple[str, dict[str, Handler]], ...] = (
    (r"\.json", {"GET": _account}),
    (r"/Calls\.json", {"POST": _create_call, "GET": _list_calls}),
    (CALL + r"\.json", {"GET": _fetch_call, "POST": _update_call, "DELETE": _delete_call}),
    (r"/Messages\.json", {"POST": _create_message, "GET": _list_messages}),
    (MESSAGE + r"\.json", {"GET": _fetch_message}),
    (r"/IncomingPhoneNumbers\.json", {"GET": _numbers}),
)
