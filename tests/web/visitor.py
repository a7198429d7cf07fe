"""A browser without a screen for tests of the console: signs in, reads pages, posts forms."""

import re
from functools import cache

from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import update
from starlette.testclient import TestClient

from callcenter.store.tables import Worker
from callcenter.web.app import create_app
from tests.district import District

PASSWORD = "春江花月夜"


@cache
def hashed() -> str:
    """A hash of PASSWORD that is cheap to check: real ones are slow on purpose."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def open_console(town: District) -> FastAPI:
    """The real application of the district's house, with a password for everybody."""
    with town.house.store.work() as session:
        session.execute(update(Worker).values(password=hashed()))
    return create_app(town.house)


class Visitor:
    """One browser: keeps its cookies, and sends the form's token with every POST."""

    def __init__(self, app: FastAPI) -> None:
        self.client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=True)
        self.status = 0
        self.headers: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> str:
        """The page at a path, redirects followed."""
        answer = self.client.get(path, headers=headers)
        self.status, self.headers = answer.status_code, dict(answer.headers)
        return answer.text

    def post(self, path: str, *, token: str | None = None, **fields: object) -> str:
        """Posts a form with the session's token (or another one) and follows the redirect."""
        known = self.token() if token is None else token
        data = {"csrf": known, **{name: str(value) for name, value in fields.items()}}
        answer = self.client.post(path, data=data)
        self.status, self.headers = answer.status_code, dict(answer.headers)
        return answer.text

    def token(self) -> str:
        """The token that forms of this session carry."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.client.get("/console/login").text)
        assert found is not None
        return found[1]

    def sign_in(self, login: str, password: str = PASSWORD) -> str:
        """Signs in through the form; gives the page that follows."""
        return self.post("/console/login", name=login, password=password)


def signed_in(app: FastAPI, login: str) -> Visitor:
    """A browser in which this member of staff is signed in."""
    visitor = Visitor(app)
    visitor.sign_in(login)
    return visitor
