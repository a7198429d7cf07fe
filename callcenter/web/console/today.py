"""The first page: what needs this worker now, by urgency and by the time that is left."""

from fastapi import APIRouter, Response

from callcenter.domain.people import Role
from callcenter.domain.week import monday_of
from callcenter.services.board import Filter, week_totals
from callcenter.services.desk import tasks
from callcenter.web.console.page import AtDesk, PageRoute, show

router = APIRouter(route_class=PageRoute)
SEES_TOTALS = frozenset(
    {Role.SUPERVISOR, Role.STREET_SUPERVISOR, Role.DUTY_OFFICER, Role.CASEWORKER}
)


@router.get("")
def today(at: AtDesk) -> Response:
    """今日."""
    with at.house.store.look() as session:
        totals = None
        if at.me.role in SEES_TOTALS:
            totals = week_totals(session, at.scope, at.now, monday_of(at.now), Filter())
        found = tasks(session, at.scope, at.now)
        return show(at, session, "today.html", tasks=found, totals=totals)
