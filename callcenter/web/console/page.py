"""Renders console pages: templates, what surrounds every page, headers, and errors in words."""

import hashlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.orm import Session

from callcenter.clock import Pace
from callcenter.domain.escalation import (
    FINDING_WORDS,
    NEEDS_WORDS,
    Finding,
    Reason,
    findings_of,
)
from callcenter.domain.people import ROLE_WORDS
from callcenter.domain.week import SHANGHAI
from callcenter.services import desk, handoff_file, line
from callcenter.services.errors import CareError
from callcenter.services.lists import HandoffLine
from callcenter.services.scope import Scope, mask
from callcenter.services.vitals import Vitals, vitals
from callcenter.store.mass_tables import Outage
from callcenter.store.tables import Worker
from callcenter.web import auth
from callcenter.web.auth import Me
from callcenter.web.console import words
from callcenter.wiring import House

FOLDER = Path(__file__).resolve().parent.parent
STATIC = FOLDER / "static"
FINDING_CHOICES = [
    (one.value, FINDING_WORDS[one], one in NEEDS_WORDS) for one in findings_of(Reason.MISSED)
]
SPEEDS = (1, 10, 60, 300, 1200)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What every page of a signed-in worker works with."""

    request: Request
    house: House
    me: Me
    now: datetime

    @property
    def scope(self) -> Scope:
        """Whom this worker may see."""
        me = self.me
        return Scope(
            worker_id=me.id, role=me.role, street_id=me.street_id, community_id=me.community_id
        )

    def worker(self, session: Session) -> Worker:
        """The row of the signed-in worker."""
        return session.get_one(Worker, self.me.id)


def at_desk(request: Request, me: Annotated[Me, Depends(auth.me)]) -> Desk:
    """A dependency: the signed-in worker with the house and the time of this request."""
    house: House = request.app.state.house
    return Desk(request=request, house=house, me=me, now=house.now())


AtDesk = Annotated[Desk, Depends(at_desk)]


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What surrounds every page: the menu's numbers, the pulse of the house, the clock."""

    counts: desk.Counts
    vitals: Vitals
    pace: Pace | None  # None outside a demonstration
    line: HandoffLine | None  # who rings at this worker's phone, or talks with him
    outages: Sequence[Outage]  # what is wrong with the line as a whole


def surroundings(at: Desk, session: Session) -> Surroundings:
    """Read in the same transaction as the page, so that its numbers agree."""
    pace = at.house.clock.pace()
    return Surroundings(
        counts=desk.counts(session, at.scope, at.now),
        vitals=vitals(session, at.now, pace.speed if pace else 1),
        pace=pace,
        line=handoff_file.on_my_phone(session, at.me.id, at.now) if at.scope.desk else None,
        outages=line.outages(session),
    )


def show(
    at: Desk, session: Session, template: str, *, status: int = 200, **values: object
) -> Response:
    """A page for a signed-in worker. A word left by the action before it is shown once."""
    around = surroundings(at, session)
    polled = "hx-request" in at.request.headers  # what was said stays for the page itself
    return render(
        at.request,
        template,
        status=status,
        at=at,
        me=at.me,
        now=at.now,
        scope=at.scope,
        around=around,
        demonstration=at.house.clock.demonstration,
        said=None if polled else at.request.session.pop("said", None),
        poll=_own_address(at.request),
        **values,
    )


def _own_address(request: Request) -> str:
    """Where the page is fetched again; empty for the answer to a POST, which stays as it is."""
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query if request.method == "GET" else ""


def render(request: Request, template: str, *, status: int = 200, **values: object) -> Response:
    """A page with the console's headers."""
    text = ENVIRONMENT.get_template(template).render(
        request=request, path=request.url.path, csrf=auth.csrf_token(request), **values
    )
    return HTMLResponse(text, status_code=status, headers=HEADERS)


def go(request: Request, path: str, said: str = "", *, well: bool = True) -> Response:
    """Sends the browser on after a POST; `said` is shown on top of the next page."""
    if said:
        request.session["said"] = {"words": said, "well": well}
    return RedirectResponse(path, status_code=303)


def act(at: Desk, back: str, done: str, step: Callable[[Session, Worker], object]) -> Response:
    """One step in one transaction, then back to a page, which says what was done or went wrong."""
    try:
        with at.house.store.work() as session:
            step(session, at.worker(session))
    except CareError as wrong:
        return go(at.request, back, str(wrong), well=False)
    return go(at.request, back, done)


class PageRoute(APIRoute):
    """A route whose errors are pages in plain words, not JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with its domain errors turned into a page."""
        plain = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await plain(request)
            except CareError as wrong:
                return trouble(request, str(wrong), wrong.status)
            except RequestValidationError:
                return trouble(request, "填写的内容有误，请返回检查。", 422)
            except HTTPException as wrong:
                if wrong.status_code < 400:
                    raise
                return trouble(request, str(wrong.detail), wrong.status_code)

        return handler


def trouble(request: Request, said: str, status: int) -> Response:
    """A page that says what went wrong and where to go."""
    return render(request, "trouble.html", status=status, said_plainly=said)


def _version(name: str) -> str:
    """The address of a static file, with a mark that changes with its content."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/console/{name}?v={mark}"


ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters.update(
    clock=words.clock,
    day=words.day,
    full_day=words.full_day,
    span=words.span,
    age=words.age,
    living=words.living,
    week=words.week,
    minute=words.minute,
    phone=words.phone,
    mask=mask,
)
ENVIRONMENT.globals.update(
    when=words.when,
    left=words.left,
    haste=words.haste,
    static=_version,
    ROLE_WORDS=ROLE_WORDS,
    FINDINGS=FINDING_CHOICES,
    FINDING_OF={one.value: FINDING_WORDS[one] for one in Finding},
    SPEEDS=SPEEDS,
    SHANGHAI=SHANGHAI,
)
