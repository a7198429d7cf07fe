"""Home visits (上门探访): what is due, and the form that records one with its six facts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from sqlalchemy.orm import Session

from callcenter.domain.escalation import REASON_WORDS, Finding, Reason
from callcenter.domain.week import SHANGHAI, local, monday_of
from callcenter.services import lists, visits
from callcenter.services.errors import BadVisit, CareError, NotAllowed
from callcenter.services.scope import elder_in_sight
from callcenter.store.tables import Visit
from callcenter.web import auth
from callcenter.web.console.page import AtDesk, Desk, PageRoute, go, show

router = APIRouter(route_class=PageRoute)
Csrf = Depends(auth.check_csrf)
AWAY = (Finding.IN_HOSPITAL.value, Finding.AWAY_CONFIRMED.value)  # until when is asked at once


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The form as it was filled in; shown again when something is missing."""

    kind: str = "home_visit"
    day: str = ""
    began: str = ""
    ended: str = ""
    place: str = ""
    found: str = ""
    note: str = ""
    settles: str = ""


def at_door(at: AtDesk) -> Desk:
    """A dependency: a worker who visits elders at home."""
    if not at.scope.goes_out:
        raise NotAllowed("上门探访由社工登记。")
    return at


AtDoor = Annotated[Desk, Depends(at_door)]


@router.get("/visits")
def due(at: AtDesk) -> Response:
    """The visits of this week that have not ended, soonest first; then the latest records."""
    with at.house.store.look() as session:
        return show(
            at,
            session,
            "visits.html",
            due=lists.visits_due(session, at.scope, monday_of(at.now)),
            made=lists.visits_made(session, at.scope, at.now),
            kinds=visits.VISIT_KINDS,
        )


@router.get("/elders/{number}/visit")
def sheet(at: AtDoor, number: int) -> Response:
    """The form for one visit, with what is known filled in."""
    with at.house.store.look() as session:
        elder = elder_in_sight(session, at.scope, number)
        wall = local(at.now)
        filled = Sheet(day=wall.date().isoformat(), place=elder.address)
        return _form(at, session, number, filled)


def filled_in(
    kind: Annotated[str, Form(max_length=20)] = "",
    day: Annotated[str, Form(max_length=20)] = "",
    began: Annotated[str, Form(max_length=10)] = "",
    ended: Annotated[str, Form(max_length=10)] = "",
    place: Annotated[str, Form(max_length=120)] = "",
    found: Annotated[str, Form(max_length=20)] = "",
    note: Annotated[str, Form(max_length=400)] = "",
    settles: Annotated[str, Form(max_length=12)] = "",
) -> Sheet:
    """A dependency: the form as it came."""
    return Sheet(
        kind=kind,
        day=day,
        began=began,
        ended=ended,
        place=place,
        found=found,
        note=note,
        settles=settles,
    )


@router.post("/elders/{number}/visit", dependencies=[Csrf])
def record(at: AtDoor, number: int, filled: Annotated[Sheet, Depends(filled_in)]) -> Response:
    """Keeps the visit; what was typed stays when something is missing."""
    try:
        with at.house.store.work() as session:
            elder = elder_in_sight(session, at.scope, number)
            visit = _record(at, session, elder.id, filled)
            said = f"已登记{elder.called}的探访" + ("。" if visit.slot_id else "（本周名额不变）。")
    except CareError as wrong:
        with at.house.store.look() as session:
            return _form(at, session, number, filled, str(wrong), wrong.status)
    if filled.found in AWAY:
        return go(at.request, f"/console/elders/{number}/hold", said + "请登记暂停到哪一天。")
    return go(at.request, "/console/visits", said)


def _record(at: Desk, session: Session, elder_id: int, filled: Sheet) -> Visit:
    try:
        found = Finding(filled.found)
    except ValueError:
        raise BadVisit("请选择探访的结果。") from None
    return visits.record_visit(
        session,
        at.now,
        at.house.policy,
        elder_id=elder_id,
        worker=at.worker(session),
        kind=filled.kind,
        place=filled.place,
        began_at=_moment(filled.day, filled.began),
        ended_at=_moment(filled.day, filled.ended),
        found=found,
        note=filled.note,
        settles=int(filled.settles) if filled.settles.isdecimal() else None,
    )


def _moment(day: str, clock: str) -> datetime:
    """A day and a time of day in Wuxi, as aware UTC."""
    try:
        wall = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), SHANGHAI)
    except ValueError:
        raise BadVisit("请填写探访的日期、开始和结束时间。") from None
    return wall.astimezone(UTC)


def _form(
    at: Desk, session: Session, number: int, filled: Sheet, problem: str = "", status: int = 200
) -> Response:
    elder = elder_in_sight(session, at.scope, number)
    standing = lists.standing_escalations(session, elder.id)
    return show(
        at,
        session,
        "visit.html",
        status=status,
        elder=elder,
        filled=filled,
        problem=problem,
        kinds=visits.VISIT_KINDS,
        standing=[(one.id, REASON_WORDS[Reason(one.reason)], one.opened_at) for one in standing],
        slots=visits.due_visits(session, elder.id, monday_of(at.now)),
        today=local(at.now).date().isoformat(),
    )
