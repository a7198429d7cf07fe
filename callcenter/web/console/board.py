"""The week board (周看板) of this or a past week."""

from datetime import date, timedelta
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from callcenter.domain.checkin import SLOT_WORDS
from callcenter.domain.week import local
from callcenter.services.board import Filter, places, week_board, weeks
from callcenter.services.cells import BLANK
from callcenter.services.errors import CareError
from callcenter.services.gaps import gaps
from callcenter.web.console.page import AtDesk, PageRoute, show

router = APIRouter(prefix="/board", route_class=PageRoute)
STATES = {**{state.value: words for state, words in SLOT_WORDS.items()}, BLANK: "空白"}


@router.get("")
def board(
    at: AtDesk,
    week: date | None = None,
    street: str = "",
    community: str = "",
    state: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Every covered elder x slot; filters and the week are in the address, so it can be kept."""
    wanted = Filter(street_id=_number(street), community_id=_number(community), state=_state(state))
    with at.house.store.look() as session:
        first, this = weeks(session, at.now)
        monday = min(max(_monday(week), first), this) if week else this
        streets, communities = places(session, at.scope, monday + timedelta(days=6))
        return show(
            at,
            session,
            "board.html",
            board=week_board(session, at.scope, at.now, monday, wanted, page),
            wanted=wanted,
            streets=streets,
            communities=communities,
            states=STATES,
            first_week=first,
            this_week=this,
            before=monday - timedelta(days=7),
            after=monday + timedelta(days=7),
            link=partial(_link, monday, wanted),
            gaps=gaps(session, at.scope, local(at.now).date()) if monday == this else (),
        )


def _link(monday: date, wanted: Filter, **other: object) -> str:
    """The address of the board with some of its choices changed."""
    now: dict[str, object] = {
        "week": monday.isoformat(),
        "street": wanted.street_id,
        "community": wanted.community_id,
        "state": wanted.state,
        **other,
    }
    chosen = {name: value for name, value in now.items() if value}
    return "/console/board?" + urlencode(chosen)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _number(words: str) -> int | None:
    return int(words) if words.isdecimal() and len(words) < 10 else None


def _state(words: str) -> str:
    if words and words not in STATES:
        raise CareError("没有这种状态。")
    return words
