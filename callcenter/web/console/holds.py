"""Holds (暂停) of one elder: set one, and at its end say whether the elder is back."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from sqlalchemy.orm import Session

from callcenter.domain.hold import HOLD_WORDS, HoldReason
from callcenter.domain.week import local
from callcenter.services import holds as service
from callcenter.services.errors import NotFound
from callcenter.services.holds import BadHold
from callcenter.services.scope import elder_in_sight
from callcenter.store.tables import Hold, Worker
from callcenter.web import auth
from callcenter.web.console.calling import AtPhone
from callcenter.web.console.page import Desk, PageRoute, act, show

router = APIRouter(prefix="/elders/{number}/hold", route_class=PageRoute)
Csrf = Depends(auth.check_csrf)


@router.get("")
def form(at: AtPhone, number: int) -> Response:
    """The holds so far, and the form for one more."""
    with at.house.store.look() as session:
        elder = elder_in_sight(session, at.scope, number)
        return show(
            at,
            session,
            "hold.html",
            elder=elder,
            holds=service.holds_of(session, elder.id),
            reasons=HOLD_WORDS,
            today=local(at.now).date(),
        )


@router.post("", dependencies=[Csrf])
def hold(
    at: AtPhone,
    number: int,
    reason: Annotated[str, Form(max_length=20)] = "",
    first: Annotated[str, Form(max_length=10)] = "",
    last: Annotated[str, Form(max_length=10)] = "",
    said_by: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """登记暂停."""

    def step(session: Session, worker: Worker) -> None:
        elder = elder_in_sight(session, at.scope, number)
        if reason not in HOLD_WORDS:
            raise BadHold("请选择为什么暂停。")
        service.hold(
            session,
            at.now,
            elder,
            worker,
            reason=HoldReason(reason),
            first=_day(first),
            last=_day(last),
            said_by=said_by,
        )

    return act(at, _home(number), "已登记暂停；最后一天会请您核对。", step)


@router.post("/{hold_id}/back", dependencies=[Csrf])
def back(at: AtPhone, number: int, hold_id: int) -> Response:
    """已经回来."""

    def step(session: Session, worker: Worker) -> None:
        _known(at, session, number, hold_id)
        service.back(session, at.now, hold_id, worker)

    return act(at, _home(number), "从今天起照常问候。", step)


@router.post("/{hold_id}/prolong", dependencies=[Csrf])
def prolong(
    at: AtPhone,
    number: int,
    hold_id: int,
    last: Annotated[str, Form(max_length=10)] = "",
    said_by: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """还没回来: prolonged, with a new end."""

    def step(session: Session, worker: Worker) -> None:
        _known(at, session, number, hold_id)
        service.prolong(session, at.now, hold_id, worker, last=_day(last), said_by=said_by)

    return act(at, _home(number), "已延长；新的最后一天会再请您核对。", step)


def _home(number: int) -> str:
    return f"/console/elders/{number}/hold"


def _known(at: Desk, session: Session, number: int, hold_id: int) -> None:
    """The hold is one of this elder, who is in sight. Raises NotFound or NotAllowed."""
    elder = elder_in_sight(session, at.scope, number)
    one = session.get(Hold, hold_id)
    if one is None or one.elder_id != elder.id:
        raise NotFound("没有这次暂停。")


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise BadHold("请填写第一天和最后一天。") from None
