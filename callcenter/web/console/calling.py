"""How an elder is called (来电习惯): the form for numbers, hours and habits."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from sqlalchemy.orm import Session

from callcenter.domain import sheet
from callcenter.domain.habits import HEARING_WORDS, PAUSES, Habits, Hearing
from callcenter.domain.sheet import Odd
from callcenter.services import calling as service
from callcenter.services import numbers
from callcenter.services.calling import BadHabits, Calling
from callcenter.services.errors import CareError, NotAllowed
from callcenter.services.scope import elder_in_sight
from callcenter.store.tables import Worker
from callcenter.web import auth
from callcenter.web.console import words
from callcenter.web.console.page import AtDesk, Desk, PageRoute, act, go, show

router = APIRouter(prefix="/elders/{number}/calling", route_class=PageRoute)
Csrf = Depends(auth.check_csrf)
MOBILE = re.compile(r"\+861[3-9]\d{9}")


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The form as it was filled in; shown again when something is missing."""

    phone: str = ""
    other_phone: str = ""
    opens: str = ""
    closes: str = ""
    nap_from: str = ""
    nap_to: str = ""
    hearing: str = Hearing.GOOD.value
    pause: str = "0"
    refuses: bool = False
    dementia: bool = False
    ring_twice: bool = False
    other_first: bool = False


def typed(
    phone: Annotated[str, Form(max_length=20)] = "",
    other_phone: Annotated[str, Form(max_length=20)] = "",
    opens: Annotated[str, Form(max_length=10)] = "",
    closes: Annotated[str, Form(max_length=10)] = "",
    nap_from: Annotated[str, Form(max_length=10)] = "",
    nap_to: Annotated[str, Form(max_length=10)] = "",
    hearing: Annotated[str, Form(max_length=20)] = "",
    pause: Annotated[str, Form(max_length=2)] = "0",
    refuses: Annotated[bool, Form()] = False,
    dementia: Annotated[bool, Form()] = False,
    ring_twice: Annotated[bool, Form()] = False,
    other_first: Annotated[bool, Form()] = False,
) -> Typed:
    """What was typed."""
    return Typed(**locals())


def at_phone(at: AtDesk) -> Desk:
    """A dependency: somebody who rings elders."""
    if not at.scope.phones:
        raise NotAllowed("来电习惯由社工、坐席和值班员登记。")
    return at


AtPhone = Annotated[Desk, Depends(at_phone)]


@router.get("")
def form(at: AtPhone, number: int) -> Response:
    """The form, with what is known filled in."""
    with at.house.store.look() as session:
        known = service.calling_of(elder_in_sight(session, at.scope, number))
    return _form(at, number, _written(known))


@router.post("", dependencies=[Csrf])
def change(at: AtPhone, number: int, form: Annotated[Typed, Depends(typed)]) -> Response:
    """Keeps it; what was typed stays when something is wrong."""
    try:
        with at.house.store.work() as session:
            elder = elder_in_sight(session, at.scope, number)
            wanted = _read(form)
            service.change(session, at.now, elder, wanted, at.worker(session).name)
    except CareError as wrong:
        return _form(at, number, form, str(wrong), wrong.status)
    return go(at.request, f"/console/elders/{number}", "来电习惯已登记，从下一个电话起照办。")


@router.post("/number-holds", dependencies=[Csrf])
def number_holds(
    at: AtPhone, number: int, phone: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """号码没有错: it is rung again."""

    def step(session: Session, worker: Worker) -> None:
        elder = elder_in_sight(session, at.scope, number)
        service.confirm_number(session, at.now, elder, phone, worker.name)

    return act(at, f"/console/elders/{number}", "号码核对完了，系统会再打。", step)


def _form(at: Desk, number: int, form: Typed, problem: str = "", status: int = 200) -> Response:
    with at.house.store.look() as session:
        elder = elder_in_sight(session, at.scope, number)
        return show(
            at,
            session,
            "calling.html",
            status=status,
            elder=elder,
            typed=form,
            problem=problem,
            checks=numbers.checks_of(session, elder.id),
            hearing=HEARING_WORDS,
            pauses=PAUSES,
        )


def _written(known: Calling) -> Typed:
    """What is known, as people write it."""
    nap = known.habits.nap
    return Typed(
        phone=_plain(known.phone),
        other_phone=_plain(known.other_phone),
        opens=_clock(known.opens),
        closes=_clock(known.closes),
        nap_from=_clock(nap[0]) if nap else "",
        nap_to=_clock(nap[1]) if nap else "",
        hearing=known.habits.hearing.value,
        pause=str(known.habits.pause),
        refuses=not known.ai_voice,
        dementia=known.habits.dementia,
        ring_twice=known.habits.ring_twice,
        other_first=known.habits.other_first,
    )


def _plain(number: str) -> str:
    """A mobile number without its country; any other one as it is kept."""
    return number.removeprefix("+86") if MOBILE.fullmatch(number) else number


def _clock(minute: int) -> str:
    return words.minute(minute).zfill(5)


def _read(form: Typed) -> Calling:
    """The form as the house understands it. Raises BadHabits."""
    if bool(form.nap_from) != bool(form.nap_to):
        raise BadHabits("午睡请写从几点到几点，或者都不写。")
    nap = (_minute(form.nap_from), _minute(form.nap_to)) if form.nap_from else None
    if form.hearing not in HEARING_WORDS or form.pause not in map(str, PAUSES):
        raise BadHabits
    return Calling(
        phone=_number(form.phone),
        other_phone=_number(form.other_phone),
        opens=_minute(form.opens),
        closes=_minute(form.closes),
        ai_voice=not form.refuses,
        habits=Habits(
            dementia=form.dementia,
            hearing=Hearing(form.hearing),
            ring_twice=form.ring_twice,
            nap=nap,
            other_first=form.other_first,
            pause=int(form.pause),
        ),
    )


def _minute(clock: str) -> int:
    try:
        moment = time.fromisoformat(clock)
    except ValueError:
        raise BadHabits("时间请写成 9:00 这样。") from None
    return moment.hour * 60 + moment.minute


def _number(words: str) -> str:
    try:
        return sheet.phone(words.strip()) if words.strip() else ""
    except Odd as odd:
        raise BadHabits(str(odd)) from None
