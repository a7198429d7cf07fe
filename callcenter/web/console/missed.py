"""An emergency that no rule caught (漏报): entered from the file of the elder."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from callcenter.domain.danger import Kind
from callcenter.domain.week import SHANGHAI, local
from callcenter.services import judgements
from callcenter.services.errors import CareError
from callcenter.services.judgements import KIND_WORDS, CannotJudge
from callcenter.services.scope import elder_in_sight
from callcenter.web import auth
from callcenter.web.console.page import AtDesk, Desk, PageRoute, go, show

router = APIRouter(prefix="/elders/{number}/missed", route_class=PageRoute)
Csrf = Depends(auth.check_csrf)


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The form as it was filled in; shown again when something is missing."""

    kind: str = ""
    day: str = ""
    hour: str = ""
    words: str = ""


def typed(
    kind: Annotated[str, Form(max_length=20)] = "",
    day: Annotated[str, Form(max_length=20)] = "",
    hour: Annotated[str, Form(max_length=10)] = "",
    words: Annotated[str, Form(max_length=400)] = "",
) -> Typed:
    """What was typed."""
    return Typed(kind=kind, day=day, hour=hour, words=words)


@router.get("")
def form(at: AtDesk, number: int) -> Response:
    """The form, with today filled in."""
    return _form(at, number, Typed(day=local(at.now).date().isoformat()))


@router.post("", dependencies=[Csrf])
def enter(at: AtDesk, number: int, form: Annotated[Typed, Depends(typed)]) -> Response:
    """登记漏报; what was typed stays when something is missing."""
    try:
        with at.house.store.work() as session:
            judgements.enter_missed(
                session,
                at.now,
                elder_in_sight(session, at.scope, number),
                at.worker(session),
                kind=_kind(form.kind),
                happened_at=_moment(form),
                words=form.words,
            )
    except CareError as wrong:
        return _form(at, number, form, str(wrong), wrong.status)
    return go(at.request, f"/console/elders/{number}", "漏报已登记，会进那一周的周报。")


def _form(at: Desk, number: int, form: Typed, problem: str = "", status: int = 200) -> Response:
    with at.house.store.look() as session:
        return show(
            at,
            session,
            "missed.html",
            status=status,
            elder=elder_in_sight(session, at.scope, number),
            kinds={kind.value: words for kind, words in KIND_WORDS.items()},
            typed=form,
            problem=problem,
        )


def _kind(value: str) -> Kind:
    try:
        return Kind(value)
    except ValueError:
        raise CannotJudge("请选择是什么急事。") from None


def _moment(form: Typed) -> datetime:
    try:
        day, hour = date.fromisoformat(form.day), time.fromisoformat(form.hour)
    except ValueError:
        raise CannotJudge("请填写哪一天、大约几点。") from None
    return datetime.combine(day, hour, SHANGHAI).astimezone(UTC)
