"""The REST API of 2010-04-01 as a plain function from request to reply, without a web framework.

The server puts HTTP around it; a simulation hands it the requests of the real client directly.
"""

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from callcenter.exchange import faults, rest_calls, rest_more, rest_rooms
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
            path=unquote(parts.path),
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
    content: bytes | None = None  # instead of a body, for what is not JSON


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


def _message(exchange: Exchange, sid: str) -> dict[str, Any]:
    message = exchange.messages.all.get(sid)
    if message is None:
        raise RestError(20404, sid)
    return rest_more.show_message(exchange.account, message)


def _purge(exchange: Exchange, request: Request, ids: tuple[str, ...]) -> Reply:
    del exchange.board.recordings[rest_rooms.recording(exchange, ids[0]).sid]
    return Reply(status=204)


def _media(exchange: Exchange, request: Request, ids: tuple[str, ...]) -> Reply:
    wav = rest_rooms.recording(exchange, ids[0]).wav()
    return Reply(status=200, content=wav, headers={"Content-Type": "audio/x-wav"})


def _invite(exchange: Exchange, request: Request, ids: tuple[str, ...]) -> Reply:
    call = exchange.place_call(rest_rooms.invitation(request.form, ids[0]))
    return Reply(status=201, body=rest_rooms.invited(exchange, call, ids[0]))


def _change_member(exchange: Exchange, request: Request, ids: tuple[str, ...]) -> Reply:
    room = rest_rooms.conference(exchange, ids[0])
    one = rest_rooms.member(room, ids[1])
    rest_rooms.change_member(one, request.form)
    return Reply(status=200, body=rest_rooms.show_member(exchange, room, one))


def _dismiss(exchange: Exchange, request: Request, ids: tuple[str, ...]) -> Reply:
    one = rest_rooms.member(rest_rooms.conference(exchange, ids[0]), ids[1])
    exchange.update(exchange.find(one.call), {"Status": ["completed"]})
    return Reply(status=204)


def _send_on(exchange: Exchange, request: Request, ids: tuple[str, ...]) -> Reply:
    call = rest_rooms.waiting(exchange, rest_rooms.queue(exchange, ids[0]), ids[1])
    shown = rest_rooms.show_waiting(exchange, call)
    exchange.update(call, request.form)
    return Reply(status=200, body=shown)


def _shown(make: Callable[[Exchange, Request, tuple[str, ...]], dict[str, Any]]) -> Handler:
    return lambda exchange, request, ids: Reply(status=200, body=make(exchange, request, ids))


CALL, MESSAGE = r"/Calls/(CA[0-9a-f]{32})", r"/Messages/(SM[0-9a-f]{32})"
RECORDING, QUEUE = r"/Recordings/(RE[0-9a-f]{32})", r"/Queues/(QU[0-9a-f]{32})"
CONFERENCE = r"/Conferences/([^/]+)"
ROUTES: tuple[tuple[str, dict[str, Handler]], ...] = (
    (r"\.json", {"GET": _shown(lambda e, r, ids: rest_more.show_account(e))}),
    (
        r"/Calls\.json",
        {
            "GET": _shown(lambda e, r, ids: rest_calls.listed(e, r.query, r.path)),
            "POST": _create_call,
        },
    ),
    (
        rf"{CALL}\.json",
        {
            "GET": _shown(lambda e, r, ids: rest_calls.show(e.find(ids[0]))),
            "POST": _update_call,
            "DELETE": _delete_call,
        },
    ),
    (
        r"/Messages\.json",
        {
            "GET": _shown(lambda e, r, ids: rest_more.messages(e, r.query, r.path)),
            "POST": _create_message,
        },
    ),
    (rf"{MESSAGE}\.json", {"GET": _shown(lambda e, r, ids: _message(e, ids[0]))}),
    (
        r"/IncomingPhoneNumbers\.json",
        {"GET": _shown(lambda e, r, ids: rest_more.numbers(e, r.query, r.path))},
    ),
    (
        r"/Recordings\.json",
        {"GET": _shown(lambda e, r, ids: rest_rooms.recordings(e, r.query, r.path, ""))},
    ),
    (
        rf"{CALL}/Recordings\.json",
        {"GET": _shown(lambda e, r, ids: rest_rooms.recordings(e, r.query, r.path, ids[0]))},
    ),
    (
        rf"{RECORDING}\.json",
        {
            "GET": _shown(
                lambda e, r, ids: rest_rooms.show_recording(e, rest_rooms.recording(e, ids[0]))
            ),
            "DELETE": _purge,
        },
    ),
    (rf"{RECORDING}(?:\.wav)?", {"GET": _media}),
    (
        r"/Conferences\.json",
        {"GET": _shown(lambda e, r, ids: rest_rooms.conferences(e, r.query, r.path))},
    ),
    (
        rf"{CONFERENCE}/Participants\.json",
        {
            "GET": _shown(lambda e, r, ids: rest_rooms.participants(e, ids[0], r.query, r.path)),
            "POST": _invite,
        },
    ),
    (
        rf"{CONFERENCE}/Participants/([^/]+)\.json",
        {
            "GET": _shown(lambda e, r, ids: rest_rooms.participant(e, *ids)),
            "POST": _change_member,
            "DELETE": _dismiss,
        },
    ),
    (
        rf"{CONFERENCE}\.json",
        {
            "GET": _shown(
                lambda e, r, ids: rest_rooms.show_room(e, rest_rooms.conference(e, ids[0]))
            )
        },
    ),
    (
        r"/Queues\.json",
        {"GET": _shown(lambda e, r, ids: rest_rooms.all_queues(e, r.query, r.path))},
    ),
    (
        rf"{QUEUE}\.json",
        {"GET": _shown(lambda e, r, ids: rest_rooms.show_queue(e, rest_rooms.queue(e, ids[0])))},
    ),
    (
        rf"{QUEUE}/Members\.json",
        {"GET": _shown(lambda e, r, ids: rest_rooms.queued(e, ids[0], r.query, r.path))},
    ),
    (
        rf"{QUEUE}/Members/(\w+)\.json",
        {"GET": _shown(lambda e, r, ids: rest_rooms.place(e, *ids)), "POST": _send_on},
    ),
)
