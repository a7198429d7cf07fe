"""People who wait for a person (转人工、回拨): the list, take, finish."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response
from sqlalchemy.orm import Session

from callcenter.services import handoffs as service
from callcenter.services import lists
from callcenter.services.errors import CareError
from callcenter.store.tables import Worker
from callcenter.web import auth
from callcenter.web.console.page import PageRoute, act, show
from callcenter.web.console.requests import AtCounter

router = APIRouter(prefix="/handoffs", route_class=PageRoute)
Csrf = Depends(auth.check_csrf)
STATES = {
    "ringing": "正在响铃",
    "waiting": "等人回复",
    "call_back": "待回拨",
    "taken": "处理中",
    "done": "已办完",
}


@router.get("")
def handoff_list(
    at: AtCounter, done: bool = False, page: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> Response:
    """Those waiting first, the urgent on top; or those that are done."""
    with at.house.store.look() as session:
        lines, more = lists.handoffs(session, done=done, page=page)
        return show(
            at,
            session,
            "handoffs.html",
            lines=lines,
            more=more,
            page=page,
            done=done,
            states=STATES,
        )


@router.post("/{number}/take", dependencies=[Csrf])
def take(at: AtCounter, number: int) -> Response:
    """接手: the first one wins."""
    return act(
        at,
        "/console/handoffs",
        "由您接手，办完请写一句结果。",
        lambda session, worker: service.take(session, at.now, number, worker),
    )


@router.post("/{number}/finish", dependencies=[Csrf])
def finish(
    at: AtCounter, number: int, words: Annotated[str, Form(max_length=400)] = ""
) -> Response:
    """办完, with a note of what became of it."""

    def step(session: Session, worker: Worker) -> None:
        if not words.strip():
            raise CareError("请写一句结果，再办完。")
        service.finish(session, at.now, number, worker, words)

    return act(at, "/console/handoffs", "已办完。", step)
