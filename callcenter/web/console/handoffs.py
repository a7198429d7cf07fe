"""People who wait for a person (转人工、回拨): the list, take, finish."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response
from sqlalchemy.orm import Session

from callcenter import switchboard
from callcenter.domain.escalation import REASON_WORDS
from callcenter.services import handoffs as service
from callcenter.services import lists
from callcenter.services.errors import CareError
from callcenter.services.handoff_file import handoff_file
from callcenter.store.tables import Worker
from callcenter.web import auth
from callcenter.web.console.page import Desk, PageRoute, act, go, show
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


@router.get("/{number}")
def handoff(at: AtCounter, number: int) -> Response:
    """One caller: who rings, what was understood so far, danger, and who may be asked in."""
    with at.house.store.look() as session:
        return show(
            at,
            session,
            "handoff.html",
            file=handoff_file(session, number, at.me.id),
            states=STATES,
            helpers=at.house.policy.transfer.helpers,
            reasons=REASON_WORDS,
        )


@router.post("/{number}/helper", dependencies=[Csrf])
def ask_helper(at: AtCounter, number: int, phone: Annotated[str, Form(max_length=20)]) -> Response:
    """三方通话: an emergency service is rung because this operator said so."""
    known = [one for one in at.house.policy.transfer.helpers if one.phone == phone]
    if not known:
        raise CareError("没有这个号码，请从页面上选。")
    return _bring_in(at, number, known[0].name, phone)


@router.post("/{number}/colleague", dependencies=[Csrf])
def ask_colleague(at: AtCounter, number: int, worker: Annotated[int, Form()]) -> Response:
    """三方通话: a colleague is rung, hears what it is about, and joins by key."""
    with at.house.store.look() as session:
        one = handoff_file(session, number, at.me.id)
    found = next((each for each in one.colleagues if each.id == worker), None)
    if found is None:
        raise CareError("这位同事现在不能加入，请另选一位。")
    return _bring_in(at, number, found.name, found.phone)


def _bring_in(at: Desk, number: int, who: str, phone: str) -> Response:
    page = f"/console/handoffs/{number}"
    try:
        switchboard.bring_in(at.house, number, at.me.id, who, phone)
    except CareError as wrong:
        return go(at.request, page, str(wrong), well=False)
    return go(at.request, page, f"正在拨打{who}，请不要挂断。")


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
