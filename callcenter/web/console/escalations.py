"""Escalations (预警): the list, one escalation with its ladder, 接警 and 办结."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response
from sqlalchemy.orm import Session

from callcenter.domain.escalation import Finding
from callcenter.domain.people import Role
from callcenter.services import escalation_file as files
from callcenter.services import escalations, judgements
from callcenter.services.errors import CareError, NotAllowed
from callcenter.store.tables import Worker
from callcenter.web import auth
from callcenter.web.console.page import AtDesk, Desk, PageRoute, act, go, show

router = APIRouter(prefix="/escalations", route_class=PageRoute)
Csrf = Depends(auth.check_csrf)


@router.get("")
def escalation_list(
    at: AtDesk, resolved: bool = False, page: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> Response:
    """Open escalations, or those that were resolved."""
    with at.house.store.look() as session:
        lines, more = files.escalation_lines(
            session, at.scope, at.now, resolved=resolved, page=page
        )
        return show(
            at,
            session,
            "escalations.html",
            lines=lines,
            resolved=resolved,
            page=page,
            more=more,
        )


@router.get("/{number}")
def escalation(at: AtDesk, number: int) -> Response:
    """One escalation: who, what was said, who was told, what happened, and what to do."""
    with at.house.store.look() as session:
        return _detail(at, session, number)


@router.post("/{number}/acknowledge", dependencies=[Csrf])
def acknowledge(at: AtDesk, number: int) -> Response:
    """接警: the first one wins; who comes second reads who has it."""
    try:
        with at.house.store.work() as session:
            files.escalation_file(session, at.scope, number)
            escalations.acknowledge(session, at.now, number, at.worker(session), "console")
    except CareError as wrong:
        with at.house.store.look() as session:
            return _detail(at, session, number, problem=str(wrong), status=wrong.status)
    return go(at.request, f"/console/escalations/{number}", "您已接警，请尽快核实并登记结果。")


@router.post("/{number}/resolve", dependencies=[Csrf])
def resolve(
    at: AtDesk,
    number: int,
    finding: Annotated[str, Form()] = "",
    words: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """办结 with a finding from the closed list; what was typed stays when something is missing."""
    try:
        with at.house.store.work() as session:
            file = files.escalation_file(session, at.scope, number)
            _may_resolve(at, file)
            worker = at.worker(session)
            escalations.resolve(session, at.now, number, worker, _finding(finding), words)
    except CareError as wrong:
        with at.house.store.look() as session:
            return _detail(
                at,
                session,
                number,
                problem=str(wrong),
                status=wrong.status,
                typed=(finding, words),
            )
    return go(at.request, f"/console/escalations/{number}", "已办结，结果已登记。")


@router.post("/{number}/judge", dependencies=[Csrf])
def judge(
    at: AtDesk,
    number: int,
    false_alarm: Annotated[bool, Form()],
    words: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """误报, or not: what a danger rule was worth, by whoever may resolve it."""

    def step(session: Session, worker: Worker) -> None:
        _may_resolve(at, files.escalation_file(session, at.scope, number))
        judgements.judge(session, at.now, number, worker, false_alarm=false_alarm, words=words)

    return act(at, f"/console/escalations/{number}", "判断已记下，会进周报。", step)


def _finding(value: str) -> Finding:
    try:
        return Finding(value)
    except ValueError:
        raise CareError("请先选择核实的结果。") from None


def _may_resolve(at: Desk, file: files.EscalationFile) -> None:
    """Whoever acknowledged it resolves it; a supervisor or the duty officer may step in."""
    steps_in = at.me.role in (Role.SUPERVISOR, Role.DUTY_OFFICER, Role.STREET_SUPERVISOR)
    if file.acknowledged_by is None:
        raise NotAllowed("请先接警，再登记结果。")
    if file.acknowledged_by != at.me.id and not steps_in:
        raise NotAllowed(f"这条预警由{file.line.owner}接警，请由本人或上级办结。")


def _detail(
    at: Desk,
    session: Session,
    number: int,
    *,
    problem: str = "",
    status: int = 200,
    typed: tuple[str, str] = ("", ""),
) -> Response:
    file = files.escalation_file(session, at.scope, number)
    return show(
        at,
        session,
        "escalation.html",
        status=status,
        file=file,
        line=file.line,
        problem=problem,
        typed=typed,
        may_resolve=_allowed(at, file),
        of_the_house=file.of_the_house,
    )


def _allowed(at: Desk, file: files.EscalationFile) -> bool:
    try:
        _may_resolve(at, file)
    except NotAllowed:
        return False
    return True
