"""The line (热线): who is signed on, who waits, and how many were answered within 15 seconds."""

from fastapi import APIRouter, Response

from callcenter.domain.week import local
from callcenter.services import line_report, lists
from callcenter.web.console.page import PageRoute, show
from callcenter.web.console.requests import AtCounter
from callcenter.when import day_kind

router = APIRouter(prefix="/line", route_class=PageRoute)


@router.get("")
def line(at: AtCounter) -> Response:
    """热线."""
    hours, now = at.house.policy.hours, at.now
    with at.house.store.look() as session:
        days = line_report.answered_by_day(session, now)
        return show(
            at,
            session,
            "line.html",
            days=days,
            week=line_report.together(days),
            norm=line_report.NORM,
            operators=line_report.operators(session, now),
            waiting=lists.on_the_line(session),
            is_open=hours.is_open(now, day_kind),
            opens=hours.opens_next(now, day_kind),
            spans=hours.on(local(now).date(), day_kind),
        )
