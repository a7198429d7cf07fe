"""The chat page for elders: large, calm, and working with a browser of any age.

Plain forms do everything; the script beside it only spares reloading and reads aloud.
"""

import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Form, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.words import in_digits, read_words
from callcenter import reception
from callcenter.services import chat as talks
from callcenter.services import conversations
from callcenter.services.errors import CareError
from callcenter.web import chat_guard as guard
from callcenter.wiring import House

log = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parent
STATIC = FOLDER / "static" / "chat"
SIZES = ("large", "larger", "largest")  # 大 更大 最大
SIZE_COOKIE = "xixin_chat_size"
YEAR = 365 * 24 * 3600
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cache-Control": "no-store",
}
WORDS = read_words("web")
PAGES = Environment(
    loader=FileSystemLoader(FOLDER / "templates" / "chat"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

After = Annotated[int, Query(ge=0, le=2**53)]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Refused(CareError):
    """您的话没有送到。"""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.status = status


class ChatRoute(APIRoute):
    """The edge of the page: whatever goes wrong, the elder reads what to do, with the numbers."""

    def get_route_handler(self) -> Handler:
        """The handler with its size limit and its refusals in words."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                if guard.too_large(request):
                    raise Refused(WORDS.say("too_large"), 413)
                response = await inner(request)
            except (HTTPException, RequestValidationError):
                raise
            except Refused as no:
                response = _refusal(request, str(no), no.status)
            except Exception as wrong:  # noqa: BLE001 - an elder must never face a blank page
                log.error("the chat page failed: %s", type(wrong).__name__)
                words = WORDS.say("trouble", number=_number(request))
                response = _refusal(request, words, 500)
            response.headers.update(HEADERS)
            return response

        return handle


class Chat:
    """The handlers, with the one gate that they share."""

    def __init__(self, gate: guard.Gate) -> None:
        self._gate = gate

    def page(self, request: Request) -> Response:
        """The whole page. Nothing is written down until somebody says something."""
        house = _house(request)
        key = guard.visitor(request, house.settings)
        talk = _look(house, key, 0) if key else None
        response = HTMLResponse(_page(request, house, talk))
        guard.remember(response, house.settings, key or guard.new_visitor())
        return response

    def say(
        self,
        request: Request,
        text: Annotated[str, Form()] = "",
        quick: Annotated[str, Form()] = "",
        do: Annotated[str, Form()] = "say",
        after: Annotated[int, Form(ge=0, le=2**53)] = 0,
    ) -> Response:
        """Somebody says something; what follows is on the page, or in the answer to the script."""
        house = _house(request)
        said = _utterances(do, (quick or text).replace("\0", ""))
        self._check(request, house, said, do)
        key = guard.visitor(request, house.settings) or guard.new_visitor()
        key = _heard(house, key, said)
        response = self._answer(request, house, key, after)
        guard.remember(response, house.settings, key)
        return response

    def new(self, request: Request, after: After = 0) -> Response:
        """What was said since line `after`: a person's answer comes this way."""
        house = _house(request)
        key = guard.visitor(request, house.settings)
        return JSONResponse(_state(house, _look(house, key, after) if key else None, after))

    def end(self, request: Request) -> Response:
        """The talk is over; the next one on this device begins with an empty page."""
        house = _house(request)
        if guard.foreign(request, house.settings):
            raise Refused(WORDS.say("foreign", number=_number(request)), 403)
        key = guard.visitor(request, house.settings)
        if key:
            with house.store.work() as session:
                conversations.end(session, house.now(), key)
        response = RedirectResponse("/chat", 303)
        guard.remember(response, house.settings, guard.new_visitor())
        return response

    def size(self, request: Request, size: str) -> Response:
        """Keeps the chosen size of the letters on this device."""
        if size not in SIZES:
            raise HTTPException(404)
        response = RedirectResponse("/chat", 303)
        secure = _house(request).settings.secure_cookies
        response.set_cookie(
            SIZE_COOKIE, size, max_age=YEAR, path="/chat", secure=secure, samesite="lax"
        )
        return response

    def _check(self, request: Request, house: House, said: tuple[str, ...], do: str) -> None:
        """Raises Refused for another site's form, for nothing said, and for too much of it."""
        if guard.foreign(request, house.settings):
            raise Refused(WORDS.say("foreign", number=_number(request)), 403)
        if not said:
            raise Refused(WORDS.say("nothing"), 422)
        whose = {
            "talk": guard.visitor(request, house.settings) or "",
            "address": request.client.host if request.client else "",
        }
        if self._gate.admit(house.now(), whose, guard.ORDINARY):
            return
        urgent = do in ("human", "help") or house.policy.danger.find(said[0][:2000]) is not None
        if not urgent or not self._gate.admit(house.now(), whose, guard.URGENT):
            raise Refused(WORDS.say("too_often", number=_number(request)), 429)

    def _answer(self, request: Request, house: House, key: str, after: int) -> Response:
        if _by_script(request):
            return JSONResponse(_state(house, _look(house, key, after), after))
        return RedirectResponse("/chat#end", 303)


def router() -> APIRouter:
    """The chat page, under /chat."""
    chat = Chat(guard.Gate())
    whole = APIRouter(prefix="/chat", route_class=ChatRoute, include_in_schema=False)
    whole.add_api_route("", chat.page, methods=["GET"])
    whole.add_api_route("/say", chat.say, methods=["POST"])
    whole.add_api_route("/new", chat.new, methods=["GET"])
    whole.add_api_route("/end", chat.end, methods=["POST"])
    whole.add_api_route("/size/{size}", chat.size, methods=["GET"])
    return whole


def mount_static(app: FastAPI) -> None:
    """Serves the page's own style and script."""
    app.mount("/static/chat", StaticFiles(directory=STATIC), name="chat-static")


def _heard(house: House, key: str, said: tuple[str, ...]) -> str:
    """Says it at the front door; a new talk begins with who this is. Gives the talk's key."""
    with house.store.look() as session:
        one = conversations.find(session, key)
        known, over = one is not None, one is not None and one.ended_at is not None
    if over:
        key = guard.new_visitor()
    if over or not known:
        reception.welcome(house, key=key, channel="web")
    for words in said:
        reception.hear(house, key=key, channel="web", text=words)
    return key


def _utterances(do: str, text: str) -> tuple[str, ...]:
    """What a button says, together with what was typed, so that nothing typed is lost."""
    if do == "help":
        return (f"{WORDS.say(do)}。{text}".strip("。"),)
    if do == "human":
        return tuple(one for one in (WORDS.say(do), text) if one.strip())
    return (text,) if text.strip() else ()


def _look(house: House, key: str, after: int) -> talks.Talk | None:
    """The talk since line `after`; what is shown now is marked as having reached the page."""
    with house.store.look() as session:
        talk = talks.view(session, key, after)
    if talk is not None and any(line.unseen for line in talk.lines):
        with house.store.work() as session:
            talks.seen(session, house.now(), talk.id)
    return talk


def _state(house: House, talk: talks.Talk | None, after: int) -> dict[str, Any]:
    """What the script puts on the page."""
    lines = talk.lines if talk else ()
    return {
        "lines": PAGES.get_template("lines.html").render(lines=lines),
        "status": PAGES.get_template("status.html").render(talk=talk),
        "urgent": PAGES.get_template("urgent.html").render(talk=talk, **_numbers(house)),
        "last": lines[-1].id if lines else after,
        "over": talk is None,
    }


def _page(request: Request, house: House, talk: talks.Talk | None) -> str:
    size = request.cookies.get(SIZE_COOKIE, "")
    numbers = _numbers(house)
    hello = house.policy.say("hotline", "hello_web", number=numbers["number"])
    return PAGES.get_template("page.html").render(
        talk=talk,
        lines=talk.lines if talk else (),
        hello=hello,
        learning=house.assistant_ready() is not None,
        size=size if size in SIZES else SIZES[0],
        sizes=dict(zip(SIZES, ("大", "更大", "最大"), strict=True)),
        **numbers,
    )


def _refusal(request: Request, words: str, status: int) -> Response:
    if _by_script(request):
        return JSONResponse({"detail": words}, status)
    size = request.cookies.get(SIZE_COOKIE, "")
    page = PAGES.get_template("refused.html").render(
        words=words, size=size if size in SIZES else SIZES[0], **_numbers(_house(request))
    )
    return HTMLResponse(page, status)


def _by_script(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


def _number(request: Request) -> str:
    return in_digits(_house(request).settings.hotline_number)


def _numbers(house: House) -> dict[str, str]:
    """The hotline as it is read and as it is dialled."""
    number = house.settings.hotline_number
    return {"number": in_digits(number), "dial": number}
