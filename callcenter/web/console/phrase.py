"""The phrase agreed with an elder (暗号): set by who visits them, said only by our own calls."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from sqlalchemy.orm import Session

from callcenter.services import phrases
from callcenter.services.errors import NotAllowed
from callcenter.services.scope import elder_in_sight
from callcenter.store.tables import Worker
from callcenter.web import auth
from callcenter.web.console.page import AtDesk, PageRoute, act

router = APIRouter(prefix="/elders/{number}/phrase", route_class=PageRoute)
Csrf = Depends(auth.check_csrf)


@router.post("", dependencies=[Csrf])
def agree(at: AtDesk, number: int, phrase: Annotated[str, Form(max_length=40)] = "") -> Response:
    """约定暗号; an empty one takes it back."""
    if not at.scope.goes_out:
        raise NotAllowed("暗号由上门的社工和老人当面约定。")

    def step(session: Session, worker: Worker) -> None:
        elder = elder_in_sight(session, at.scope, number)
        phrases.agree(session, at.now, elder, phrase, worker)

    done = "暗号已保存，下次问候电话就会用。" if phrase.strip() else "暗号已取消。"
    return act(at, f"/console/elders/{number}", done, step)
