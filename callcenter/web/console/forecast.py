"""The Wednesday forecast (周三预告): who will be missed by Sunday as things stand, and why."""

from fastapi import APIRouter, Response

from callcenter.domain.forecast import days_left
from callcenter.domain.week import local
from callcenter.services.errors import NotAllowed
from callcenter.services.forecast import forecast as foresee
from callcenter.services.gaps import gaps
from callcenter.web.console.page import AtDesk, PageRoute, show

router = APIRouter(prefix="/forecast", route_class=PageRoute)


@router.get("")
def forecast(at: AtDesk) -> Response:
    """For those who see to the staff: street supervisors, the duty officer, supervisors."""
    if not at.scope.leads:
        raise NotAllowed("预告由主管、区值班员和街道负责人看。")
    with at.house.store.look() as session:
        missing = foresee(session, at.scope, at.now, at.house.policy)
        return show(
            at,
            session,
            "forecast.html",
            missing=missing,
            many=sum(one.count for one in missing),
            days_left=days_left(at.now),
            gaps=gaps(session, at.scope, local(at.now).date()),
        )
