"""Signing in and out, the switch of an operator, the demonstration clock, the assistant's state."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from callcenter.domain.people import Role
from callcenter.services.errors import CareError, NotAllowed
from callcenter.store.tables import Worker
from callcenter.web import auth
from callcenter.web.console.page import SPEEDS, AtDesk, PageRoute, act, go, render
from callcenter.wiring import House

router = APIRouter(route_class=PageRoute)
Csrf = Depends(auth.check_csrf)


@router.get("/login")
def login_page(request: Request) -> Response:
    """The login page; in a demonstration with its fictional staff."""
    return _login(request)


@router.post("/login", dependencies=[Csrf])
def login(
    request: Request,
    name: Annotated[str, Form(max_length=80)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Signs in with account and password."""
    house: House = request.app.state.house
    address = request.client.host if request.client else ""
    try:
        with house.store.look() as session:
            worker = auth.check_login(
                session, auth.tries(request), house.now(), name, password, address
            )
    except (auth.WrongLogin, auth.TooManyTries) as wrong:
        return _login(request, str(wrong), wrong.status, name)
    auth.sign_in(request, worker, house.now())
    return go(request, "/console")


@router.post("/login/demonstration", dependencies=[Csrf])
def demonstration_login(request: Request, worker: Annotated[int, Form()]) -> Response:
    """Signs in as one of the fictional staff; only in a demonstration."""
    house: House = request.app.state.house
    with house.store.look() as session:
        one = session.get(Worker, worker)
        if not house.clock.demonstration or one is None or not (one.demonstration and one.active):
            raise NotAllowed("只有演示环境才能一键登录。")
    auth.sign_in(request, one, house.now())
    return go(request, "/console")


@router.post("/logout", dependencies=[Csrf])
def logout(request: Request) -> Response:
    """Signs out; an operator who leaves takes no more calls."""
    house: House = request.app.state.house
    with house.store.work() as session:
        me = auth.who_is_in(request, session, house.now())
        if me is not None and me.signed_on:
            session.get_one(Worker, me.id).signed_on = False
    auth.sign_out(request)
    return go(request, auth.LOGIN)


@router.post("/signed-on", dependencies=[Csrf])
def signed_on(
    at: AtDesk, on: Annotated[bool, Form()], back: Annotated[str, Form()] = "/console"
) -> Response:
    """An operator begins or stops taking calls."""
    if at.me.role is not Role.OPERATOR:
        raise NotAllowed("只有坐席需要签入。")

    def switch(_: object, worker: Worker) -> None:
        worker.signed_on = on

    done = "已签入，热线来电会转到您的电话。" if on else "已签出，热线来电不再转给您。"
    return act(at, safe_path(back), done, switch)


@router.post("/clock", dependencies=[Csrf])
def run_clock(
    at: AtDesk, speed: Annotated[int, Form()], back: Annotated[str, Form()] = "/console"
) -> Response:
    """Lets demonstration time run faster or at its real pace."""
    if not at.house.clock.demonstration:
        raise NotAllowed("只有演示环境才能调时钟。")
    if speed not in SPEEDS:
        raise CareError("没有这一档速度。")
    at.house.clock.run_at(speed)
    return go(at.request, safe_path(back))


@router.get("/assistant")
def assistant(at: AtDesk) -> Response:
    """Whether the assistant answers; asked apart from the pages, since it may take a second."""
    return render(at.request, "part_assistant.html", learning=at.house.assistant_ready())


def safe_path(path: str) -> str:
    """A path of the console and nothing else: never a way out to another site."""
    inside = path.startswith("/console") and "//" not in path and "\\" not in path
    return path if inside else "/console"


def _login(request: Request, problem: str = "", status: int = 200, name: str = "") -> Response:
    house: House = request.app.state.house
    staff: list[Worker] = []
    if house.clock.demonstration:
        with house.store.look() as session:
            staff = auth.demonstration_staff(session)
    return render(request, "login.html", status=status, problem=problem, staff=staff, name=name)
