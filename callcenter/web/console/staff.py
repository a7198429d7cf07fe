"""Staff (人员): who is there, whose elders wait for somebody, and handing over when one leaves."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from sqlalchemy.orm import Session

from callcenter.domain.week import local
from callcenter.services import handover, staff_list
from callcenter.services.errors import NotAllowed
from callcenter.services.gaps import gaps
from callcenter.store.tables import Worker
from callcenter.web import auth
from callcenter.web.console.page import AtDesk, Desk, PageRoute, act, show

router = APIRouter(prefix="/staff", route_class=PageRoute)
Csrf = Depends(auth.check_csrf)


def at_staff(at: AtDesk) -> Desk:
    """A dependency: somebody who sees to the staff."""
    if not at.scope.leads:
        raise NotAllowed("人员由主管、区值班员和街道负责人查看。")
    return at


AtStaff = Annotated[Desk, Depends(at_staff)]


@router.get("")
def staff(at: AtStaff) -> Response:
    """Everybody in sight, those first who have left while elders still stand under their name."""
    with at.house.store.look() as session:
        return show(
            at,
            session,
            "staff.html",
            lines=staff_list.staff_lines(session, at.scope),
            gaps=gaps(session, at.scope, local(at.now).date()),
        )


@router.get("/{number}")
def one(at: AtStaff, number: int) -> Response:
    """One member of staff, and the form by which others take over."""
    with at.house.store.look() as session:
        worker = staff_list.in_sight(session, at.scope, number)
        return show(
            at,
            session,
            "worker.html",
            worker=worker,
            elders=handover.elders_of(session, worker),
            successors=staff_list.successors(session, worker),
        )


@router.post("/{number}/hand-over", dependencies=[Csrf])
def hand_over(
    at: AtStaff, number: int, successor: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """交接: elders to the successor, and what was in hand to whoever is there."""

    def step(session: Session, me: Worker) -> None:
        leaver = staff_list.in_sight(session, at.scope, number)
        if leaver.id == me.id:
            raise NotAllowed("请让别人办理您的交接。")
        after = None
        if successor.isdecimal():
            after = staff_list.in_sight(session, at.scope, int(successor))
        handover.hand_over(session, at.now, leaver, after, me.name)

    return act(at, f"/console/staff/{number}", "已离岗并交接。", step)
