"""Service requests (工单): the list that operators work on, accept, complete, cancel."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response
from sqlalchemy.orm import Session

from callcenter.services import lists
from callcenter.services import requests as service
from callcenter.services.errors import NotAllowed
from callcenter.store.tables import Worker
from callcenter.web import auth
from callcenter.web.console.page import AtDesk, Desk, PageRoute, act, show

router = APIRouter(prefix="/requests", route_class=PageRoute)
Csrf = Depends(auth.check_csrf)
TABS = {"open": "待办", "done": "已完成", "cancelled": "已取消"}


def at_counter(at: AtDesk) -> Desk:
    """A dependency: a worker whose task the desk is."""
    if not at.scope.desk:
        raise NotAllowed("工单、人工和会话由坐席处理。")
    return at


AtCounter = Annotated[Desk, Depends(at_counter)]


@router.get("")
def request_list(
    at: AtCounter, tab: str = "open", page: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> Response:
    """Requests by state; those to be accepted soonest first."""
    tab = tab if tab in TABS else "open"
    with at.house.store.look() as session:
        lines, more = lists.requests(session, tab, page)
        return show(
            at,
            session,
            "requests.html",
            lines=lines,
            more=more,
            page=page,
            tab=tab,
            tabs=TABS,
            states=service.STATE_WORDS,
        )


@router.get("/{number}")
def one_request(at: AtCounter, number: int) -> Response:
    """One request in full."""
    with at.house.store.look() as session:
        line = lists.request(session, number)
        return show(at, session, "request.html", line=line, states=service.STATE_WORDS)


@router.post("/{number}/accept", dependencies=[Csrf])
def accept(at: AtCounter, number: int) -> Response:
    """受理."""
    return _step(
        at, number, "已受理。", lambda s, worker: service.accept(s, at.now, number, worker)
    )


@router.post("/{number}/complete", dependencies=[Csrf])
def complete(
    at: AtCounter, number: int, words: Annotated[str, Form(max_length=400)] = ""
) -> Response:
    """办完."""
    return _step(
        at, number, "已完成。", lambda s, worker: service.complete(s, at.now, number, worker, words)
    )


@router.post("/{number}/cancel", dependencies=[Csrf])
def cancel(
    at: AtCounter, number: int, words: Annotated[str, Form(max_length=400)] = ""
) -> Response:
    """取消, with a reason."""
    return _step(
        at,
        number,
        "已取消。",
        lambda s, worker: service.cancel(s, at.now, number, worker.name, words),
    )


def _step(at: Desk, number: int, done: str, step: Callable[[Session, Worker], object]) -> Response:
    return act(at, f"/console/requests/{number}", done, step)
