"""The phone page and the phones' control API, which the page and tests use to play people."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import HTMLResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from callcenter.exchange import views
from callcenter.exchange.book import ROLES
from callcenter.exchange.running import Here, Running

HEARTBEAT_SECONDS = 10.0
Number = Annotated[str, Path(pattern=r"^(\+[1-9]\d{6,14}|\d{3,6})$")]


class Body(BaseModel):
    """What a control request may carry."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Say(Body):
    """A sentence; not finished when more will follow before the line may answer."""

    text: str = Field(min_length=1, max_length=1000)
    finished: bool = True


class Keys(Body):
    """Keys, in order."""

    keys: str = Field(pattern=r"^[0-9*#]{1,32}$")


class Dial(Body):
    """A number to ring."""

    to: str = Field(pattern=r"^(\+[1-9]\d{6,14}|\d{3,6})$")
    withheld: bool = False  # hide the own number


class Text(Body):
    """A text message."""

    to: str = Field(pattern=r"^\+[1-9]\d{6,14}$")
    body: str = Field(min_length=1, max_length=500)


class Behaves(Body):
    """The name of a behaviour of the phone book."""

    behaviour: str


routes = APIRouter()


@routes.get("/phone", response_class=HTMLResponse)
async def page(running: Here, number: str = "") -> str:
    running.turn()
    return running.pages.get_template("phone.html").render(
        people=views.people(running),
        roles=ROLES,
        lines=running.exchange.account.lines,
        hotline_name=running.settings.hotline_name,
        number=number,
        behaviours=views.behaviours(running),
        clock=views.clock(running),
    )


@routes.get("/phones")
async def phones(running: Here) -> dict[str, str]:
    """Which phones are in hand or in use."""
    running.turn()
    return views.busy_phones(running)


@routes.get("/phones/{number}")
async def state(running: Here, number: Number) -> dict[str, object]:
    running.turn()
    return views.phone(running, number)


@routes.get("/phones/{number}/events")
async def events(running: Here, number: Number, request: Request) -> StreamingResponse:
    stream = _stream(running, number, request)
    return StreamingResponse(stream, media_type="text/event-stream")


@routes.post("/phones/{number}/take")
async def take(running: Here, number: Number) -> dict[str, object]:
    running.exchange.people.take(number)
    return _done(running, number)


@routes.post("/phones/{number}/release")
async def release(running: Here, number: Number) -> dict[str, object]:
    running.exchange.people.release(number)
    return _done(running, number)


@routes.post("/phones/{number}/dial")
async def dial(running: Here, number: Number, body: Dial) -> dict[str, object]:
    running.turn()
    if running.exchange.people.live.get(number):
        raise HTTPException(409, "这部电话正在通话")
    running.exchange.rings_in(number, body.to, withheld=body.withheld)
    return _done(running, number)


@routes.post("/phones/{number}/answer")
async def answer(running: Here, number: Number) -> dict[str, object]:
    running.exchange.answer(number)
    return _done(running, number)


@routes.post("/phones/{number}/hangup")
async def hangup(running: Here, number: Number) -> dict[str, object]:
    running.exchange.hang_up(number)
    return _done(running, number)


@routes.post("/phones/{number}/say")
async def say(running: Here, number: Number, body: Say) -> dict[str, object]:
    running.exchange.say(number, body.text, finished=body.finished)
    return _done(running, number)


@routes.post("/phones/{number}/speaking")
async def speaking(running: Here, number: Number) -> dict[str, object]:
    running.exchange.begins_to_speak(number)
    return _done(running, number)


@routes.post("/phones/{number}/keys")
async def keys(running: Here, number: Number, body: Keys) -> dict[str, object]:
    running.exchange.keys(number, body.keys)
    return _done(running, number)


@routes.post("/phones/{number}/sms")
async def sms(running: Here, number: Number, body: Text) -> dict[str, object]:
    running.exchange.text(number, body.to, body.body)
    return _done(running, number)


@routes.post("/phones/{number}/behaviour")
async def behaviour(running: Here, number: Number, body: Behaves) -> dict[str, object]:
    running.turn()
    if body.behaviour not in running.exchange.book.behaviours:
        known = "、".join(sorted(running.exchange.book.behaviours))
        raise HTTPException(422, f"没有这种习惯；可以用：{known}")
    running.exchange.people.behaves(number, body.behaviour)
    return _done(running, number)


def _done(running: Running, number: str) -> dict[str, object]:
    running.changed()
    return views.phone(running, number)


async def _stream(running: Running, number: str, request: Request) -> AsyncIterator[str]:
    """The phone's state whenever it changes, and now and then, as server-sent events."""
    async with running.watching(number) as changed:
        yield "retry: 1000\n\n"
        while not running.stopping and not await request.is_disconnected():
            changed.clear()
            yield f"data: {json.dumps(views.phone(running, number), ensure_ascii=False)}\n\n"
            try:
                await asyncio.wait_for(changed.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                continue
