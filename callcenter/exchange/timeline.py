"""The page of calls: every webhook, TwiML and event of each, to see how a call works.

Also the switch for faults, so that a bad day of the carrier can be watched.
"""

from dataclasses import fields, replace
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException
from fastapi.responses import HTMLResponse

from callcenter.exchange import views
from callcenter.exchange.faults import Faults
from callcenter.exchange.running import Here, Running

SHOWN = 200

routes = APIRouter()


@routes.get("/calls", response_class=HTMLResponse)
async def page(running: Here) -> str:
    """The latest calls."""
    return _render(running, "calls.html", "")


@routes.get("/calls/parts", response_class=HTMLResponse)
async def parts(running: Here, sid: str = "") -> str:
    """The moving parts of the page, fetched again by the page itself."""
    return _render(running, "calls_parts.html", sid)


@routes.get("/calls/{sid}", response_class=HTMLResponse)
async def one(running: Here, sid: str) -> str:
    """One call with its time line."""
    return _render(running, "calls.html", sid)


@routes.get("/faults")
async def faults(running: Here) -> dict[str, Any]:
    """The faults in force."""
    return _plain(running.exchange.board.faults)


@routes.post("/faults")
async def change(running: Here, wanted: Annotated[dict[str, float], Body()]) -> dict[str, Any]:
    """Change some of the faults, from now on."""
    board = running.exchange.board
    try:
        board.faults = replace(board.faults, **wanted)  # type: ignore[arg-type]
    except (TypeError, ValueError) as wrong:
        raise HTTPException(422, str(wrong)) from wrong
    return await faults(running)


def _render(running: Running, template: str, sid: str) -> str:
    running.turn()
    board = running.exchange.board
    call = board.calls.get(sid)
    if sid and call is None:
        raise HTTPException(404, "没有这通电话（交换机重启后不保留）")
    latest = list(board.calls.values())[: -SHOWN - 1 : -1]
    return running.pages.get_template(template).render(
        calls=[views.summary(running, each) for each in latest],
        call=views.summary(running, call) if call else None,
        notes=views.time_line(call) if call else [],
        clock=views.clock(running),
        faults=_plain(board.faults),
        fault_words=views.words()["fault"],
    )


def _plain(present: Faults) -> dict[str, Any]:
    return {field.name: getattr(present, field.name) for field in fields(Faults)}
