"""Who sits at the console: passwords (argon2), the signed session, and a token for every POST."""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import Form, Header, HTTPException, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain.people import Role
from callcenter.services.errors import CareError
from callcenter.store.tables import Worker

LOGIN = "/console/login"
SESSION_HOURS = 12
FREE_TRIES = 5  # wrong passwords for one account from one address before waiting begins
FREE_TRIES_ANYWHERE = 30  # the same from all addresses together
LONGEST_WAIT = timedelta(minutes=5)
REMEMBERED = 10_000  # accounts and addresses kept in memory, the oldest forgotten first

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex(16))  # checked for unknown accounts: same time, same words


class WrongLogin(CareError):
    """账号或密码不对，请再试一次。"""

    status = 401


class TooManyTries(CareError):
    """密码错得太多次了，请稍后再试。"""

    status = 429


class StalePage(CareError):
    """页面过期了，请刷新后再试。"""

    status = 403


@dataclass(frozen=True, kw_only=True)
class Me:
    """The member of staff who is signed in."""

    id: int
    name: str
    role: Role
    street_id: int | None
    community_id: int | None
    signed_on: bool  # an operator taking calls


def hash_password(words: str) -> str:
    """An argon2id hash to keep in Worker.password."""
    return _hasher.hash(words)


class Tries:
    """Counts wrong passwords; from the sixth on each one doubles the wait, up to five minutes."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def check(self, now: datetime, login: str, address: str) -> None:
        """Raises TooManyTries while this account has to wait."""
        for key, free in self._keys(login, address):
            count, last = self._wrong.get(key, (0, now))
            wait = _wait(count - free)
            if count >= free and now < last + wait:
                seconds = int((last + wait - now).total_seconds()) + 1
                raise TooManyTries(f"密码错得太多次了，请过{seconds}秒再试。")

    def wrong(self, now: datetime, login: str, address: str) -> None:
        """One more wrong password."""
        for key, _ in self._keys(login, address):
            self._wrong[key] = (self._wrong.get(key, (0, now))[0] + 1, now)
            self._wrong.move_to_end(key)
        while len(self._wrong) > REMEMBERED:
            self._wrong.popitem(last=False)

    def right(self, login: str, address: str) -> None:
        """The right password came: nothing is held against this address any more."""
        self._wrong.pop(f"{login}@{address}", None)

    @staticmethod
    def _keys(login: str, address: str) -> tuple[tuple[str, int], ...]:
        return (f"{login}@{address}", FREE_TRIES), (login, FREE_TRIES_ANYWHERE)


def tries(request: Request) -> Tries:
    """The counter of this application."""
    state = request.app.state
    if not hasattr(state, "tries"):
        state.tries = Tries()
    counter: Tries = state.tries
    return counter


def _wait(beyond: int) -> timedelta:
    return min(LONGEST_WAIT, timedelta(seconds=2 ** min(max(beyond, 0), 10)))


def check_login(
    session: Session, counter: Tries, now: datetime, login: str, password: str, address: str
) -> Worker:
    """The worker with this account and password. Raises WrongLogin or TooManyTries."""
    login = login.strip().lower()[:40]
    counter.check(now, login, address)
    rows = select(Worker).where(Worker.login == login, Worker.active)
    worker = session.scalars(rows).one_or_none()
    known = worker.password if worker and worker.password else _NOBODY
    if not _matches(known, password) or worker is None:
        counter.wrong(now, login, address)
        raise WrongLogin
    counter.right(login, address)
    return worker


def _matches(known: str, password: str) -> bool:
    try:
        return _hasher.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


def demonstration_staff(session: Session) -> list[Worker]:
    """The fictional staff of a demonstration, by role; they sign in with one click."""
    order = list(Role)
    rows = session.scalars(select(Worker).where(Worker.demonstration, Worker.active))
    return sorted(rows, key=lambda one: (-order.index(Role(one.role)), one.id))


def sign_in(request: Request, worker: Worker, now: datetime) -> None:
    """Begins a fresh session; whatever an earlier one held is gone."""
    request.session.clear()
    ends = int((now + timedelta(hours=SESSION_HOURS)).timestamp())
    request.session.update(worker=worker.id, stamp=_stamp(worker), ends=ends)
    csrf_token(request)


def sign_out(request: Request) -> None:
    """Ends the session."""
    request.session.clear()


def who_is_in(request: Request, session: Session, now: datetime) -> Me | None:
    """The signed-in worker, or None: no session, one that ran out, or an account since closed."""
    number = request.session.get("worker")
    worker = session.get(Worker, number) if isinstance(number, int) else None
    if worker is None or not worker.active:
        return None
    fresh = int(request.session.get("ends", 0)) > now.timestamp()
    if not fresh or request.session.get("stamp") != _stamp(worker):
        return None
    return Me(
        id=worker.id,
        name=worker.name,
        role=Role(worker.role),
        street_id=worker.street_id,
        community_id=worker.community_id,
        signed_on=worker.signed_on,
    )


def me(request: Request) -> Me:
    """A dependency: the signed-in worker; others are sent to the login page (a poll gets 401)."""
    house = request.app.state.house
    with house.store.look() as session:
        known = who_is_in(request, session, house.now())
    if known is not None:
        return known
    if request.headers.get("hx-request") or request.method != "GET":
        raise HTTPException(401, "请重新登录。")
    raise HTTPException(303, headers={"Location": LOGIN})


def csrf_token(request: Request) -> str:
    """The token that every form of this session carries."""
    token = request.session.get("csrf")
    if not isinstance(token, str):
        token = request.session["csrf"] = secrets.token_urlsafe(24)
    return token


def check_csrf(
    request: Request,
    csrf: Annotated[str, Form()] = "",
    x_csrf_token: Annotated[str, Header()] = "",
) -> None:
    """A dependency of every POST: the session's token, as a field or a header, else StalePage."""
    known = request.session.get("csrf")
    given = csrf or x_csrf_token
    if not isinstance(known, str) or not secrets.compare_digest(known.encode(), given.encode()):
        raise StalePage


def _stamp(worker: Worker) -> str:
    """Changes with the password, so that a changed password ends the sessions before it."""
    return hashlib.sha256(worker.password.encode()).hexdigest()[:16]
