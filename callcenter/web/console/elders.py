"""Elders (老人): the search and the file of one elder; and the words of a check-in call."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from callcenter.domain import habits
from callcenter.domain.call import DISPOSITION_WORDS, Disposition
from callcenter.domain.checkin import OUTCOME_WORDS, Outcome
from callcenter.domain.hold import HOLD_WORDS
from callcenter.domain.people import CATEGORY_WORDS, Category
from callcenter.domain.week import local, monday_of
from callcenter.services import elder_file as files
from callcenter.services import holds, numbers, wellbeing
from callcenter.services.cells import elder_week
from callcenter.services.errors import NotFound
from callcenter.services.requests import SERVICE_WORDS, STATE_WORDS
from callcenter.services.scope import elder_in_sight
from callcenter.services.visits import VISIT_KINDS
from callcenter.store.tables import Attempt, Message
from callcenter.web.console.page import AtDesk, PageRoute, show

router = APIRouter(route_class=PageRoute)


@router.get("/elders")
def elders(at: AtDesk, q: str = "", page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
    """The elders in sight, by name, address or phone."""
    with at.house.store.look() as session:
        today = local(at.now).date()
        lines, more = files.search(session, at.scope, today, q, page)
        return show(at, session, "elders.html", lines=lines, more=more, page=page, q=q[:40])


@router.get("/elders/{number}")
def elder(at: AtDesk, number: int) -> Response:
    """One file per person: facts, this week, calls, visits, escalations, requests, time line."""
    with at.house.store.look() as session:
        one = elder_in_sight(session, at.scope, number)
        return show(
            at,
            session,
            "elder.html",
            file=files.elder_file(session, one),
            wellbeing=wellbeing.latest(session, at.house.policy, one.id),
            cells=elder_week(session, at.now, one.id, monday_of(at.now)),
            category=lambda value: CATEGORY_WORDS[Category(value)],
            ended=_ended,
            services=SERVICE_WORDS,
            states=STATE_WORDS,
            kinds=VISIT_KINDS,
            habits=habits.said(habits.thaw(one.habits)),
            holds=[
                hold
                for hold in holds.holds_of(session, one.id)
                if hold.last_day >= hold.first_day and hold.last_day >= local(at.now).date()
            ],
            hold_words=HOLD_WORDS,
            checks=numbers.checks_of(session, one.id),
            today=local(at.now).date(),
        )


@router.get("/attempts/{number}")
def attempt(at: AtDesk, number: int) -> Response:
    """The words of one check-in call."""
    with at.house.store.look() as session:
        one = session.get(Attempt, number)
        if one is None:
            raise NotFound("没有这次通话。")
        elder = elder_in_sight(session, at.scope, one.elder_id)
        rows = select(Message).where(Message.attempt_id == number).order_by(Message.id)
        return show(
            at,
            session,
            "attempt.html",
            attempt=one,
            elder=elder,
            messages=session.scalars(rows).all(),
            ended=_ended(one),
        )


def _ended(one: Attempt) -> str:
    """How a check-in call ended, in words."""
    if one.state != "ended":
        return "正在进行" if one.call_sid else "准备拨打"
    if one.outcome and one.outcome != Outcome.NOT_REACHED.value:
        return OUTCOME_WORDS[Outcome(one.outcome)]
    return DISPOSITION_WORDS[Disposition(one.disposition or "failed")]
