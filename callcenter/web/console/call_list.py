"""The human call list (人工拨打): whom a person rings now, and what that person found."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response
from sqlalchemy.orm import Session

from callcenter.domain.handcall import FOUND_WORDS, NEEDS_WORDS, Found
from callcenter.services import call_list as service
from callcenter.services import lists
from callcenter.services.errors import CareError, NotAllowed
from callcenter.services.scope import elder_in_sight
from callcenter.store.tables import Slot, Worker
from callcenter.web import auth
from callcenter.web.console.page import AtDesk, Desk, PageRoute, act, show

router = APIRouter(prefix="/call-list", route_class=PageRoute)
Csrf = Depends(auth.check_csrf)
HOME = "/console/call-list"


@router.get("")
def call_list(at: AtDesk, page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Response:
    """Those at risk first, then by the time that is left."""
    with at.house.store.look() as session:
        lines, more = lists.hand_calls(session, at.scope, at.now, page=page)
        return show(
            at,
            session,
            "call_list.html",
            lines=lines,
            more=more,
            page=page,
            found=[(one.value, FOUND_WORDS[one], one in NEEDS_WORDS) for one in Found],
            checks=lists.number_checks(session, at.scope),
        )


@router.post("/{number}/take", dependencies=[Csrf])
def take(at: AtDesk, number: int) -> Response:
    """我来打: the first one wins."""

    def step(session: Session, worker: Worker) -> None:
        _may_ring(at, session, number)
        service.take(session, at.now, number, worker)

    return act(at, HOME, "请现在就打，打完登记结果。", step)


@router.post("/{number}/record", dependencies=[Csrf])
def record(
    at: AtDesk,
    number: int,
    found: Annotated[str, Form(max_length=20)] = "",
    words: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """登记结果, from the closed list."""

    def step(session: Session, worker: Worker) -> None:
        _may_ring(at, session, number)
        if found not in FOUND_WORDS:
            raise CareError("请选择打电话的结果。")
        service.record(session, at.now, at.house.policy, number, worker, Found(found), words)

    return act(at, HOME, "已登记。", step)


def _may_ring(at: Desk, session: Session, slot_id: int) -> None:
    """Only of elders in sight, and only by those who see whole numbers."""
    if not at.scope.phones:
        raise NotAllowed("打电话由社工、坐席和值班员来做。")
    slot = session.get(Slot, slot_id)
    if slot is not None:
        elder_in_sight(session, at.scope, slot.elder_id)
