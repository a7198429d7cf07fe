"""Signing in: passwords, sessions that end, tokens on every form, and waiting after wrong ones."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.routing import Route

from callcenter.store.tables import Worker
from callcenter.web.auth import LONGEST_WAIT, TooManyTries, Tries, hash_password
from callcenter.web.console.routes import PARTS
from tests.district import District, settle
from tests.house import make_house
from tests.web.visitor import PASSWORD, Visitor, open_console

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def district(tmp_path: Path) -> District:
    """The district on Monday morning."""
    return settle(make_house(tmp_path))


@pytest.fixture
def app(district: District) -> FastAPI:
    """Its application."""
    return open_console(district)


def test_the_right_password_leads_to_today(app: FastAPI) -> None:
    """Account and password open the first page."""
    page = Visitor(app).sign_in("yang")
    assert "今日" in page
    assert "杨坐席" in page


@pytest.mark.parametrize(
    ("login", "password"), [("yang", "错"), ("nobody", PASSWORD), ("yang", ""), ("", "")]
)
def test_wrong_account_and_wrong_password_sound_the_same(
    app: FastAPI, login: str, password: str
) -> None:
    """Nobody learns whether an account exists."""
    visitor = Visitor(app)
    page = visitor.sign_in(login, password)
    assert visitor.status == 401
    assert "账号或密码不对" in page


def test_an_account_without_password_cannot_sign_in(district: District, app: FastAPI) -> None:
    """An empty hash matches nothing, not even an empty password."""
    with district.house.store.work() as session:
        district.worker(session, "yang").password = ""
    visitor = Visitor(app)
    visitor.sign_in("yang", "")
    assert visitor.status == 401


def test_a_closed_account_cannot_sign_in_and_is_signed_out(
    district: District, app: FastAPI
) -> None:
    """Closing an account ends its sessions at once."""
    visitor = Visitor(app)
    visitor.sign_in("yang")
    with district.house.store.work() as session:
        district.worker(session, "yang").active = False
    assert "登录" in visitor.get("/console/escalations")
    visitor.sign_in("yang")
    assert visitor.status == 401


def test_a_changed_password_ends_the_sessions_before_it(district: District, app: FastAPI) -> None:
    """A session belongs to the password that it was opened with."""
    visitor = Visitor(app)
    visitor.sign_in("yang")
    with district.house.store.work() as session:
        district.worker(session, "yang").password = hash_password("另一句")
    visitor.client.get("/console", follow_redirects=False)
    assert visitor.client.get("/console", follow_redirects=False).status_code == 303


def test_a_session_ends_after_its_hours(district: District, app: FastAPI) -> None:
    """Twelve hours later one signs in again."""
    visitor = Visitor(app)
    visitor.sign_in("yang")
    district.house.clock.passes(hours=12.1)  # type: ignore[attr-defined]
    assert visitor.client.get("/console", follow_redirects=False).status_code == 303


def test_signing_out_ends_the_session(app: FastAPI) -> None:
    """After leaving, pages lead to the login."""
    visitor = Visitor(app)
    visitor.sign_in("yang")
    visitor.post("/console/logout")
    assert visitor.client.get("/console", follow_redirects=False).status_code == 303


def test_a_poll_without_session_is_told_so(app: FastAPI) -> None:
    """A page that refreshes itself gets 401, not the login page in its middle."""
    visitor = Visitor(app)
    visitor.get("/console", **{"HX-Request": "true"})
    assert visitor.status == 401


def test_the_cookie_is_closed_to_scripts_and_other_sites(app: FastAPI) -> None:
    """HttpOnly and SameSite=Lax."""
    visitor = Visitor(app)
    visitor.get("/console/login")
    cookie = visitor.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_a_forged_cookie_is_nobody(app: FastAPI) -> None:
    """A cookie that we did not sign opens nothing."""
    visitor = Visitor(app)
    visitor.client.cookies.set("xixin", "eyJ3b3JrZXIiOiAxfQ==.aaaa.bbbb")
    assert visitor.client.get("/console", follow_redirects=False).status_code == 303


def console_posts() -> list[str]:
    """The paths of all routes of the console that take a POST, with numbers filled in."""
    found: list[str] = []
    for part in PARTS:
        for route in part.router.routes:
            if isinstance(route, Route) and "POST" in (route.methods or ()):
                found.append("/console" + route.path.replace("{number}", "1"))
    return found


@pytest.mark.parametrize("token", ["", "falsch", "伪造"])
def test_every_post_without_the_right_token_is_refused(
    district: District, app: FastAPI, token: str
) -> None:
    """No form is taken from another site, whatever its path."""
    visitor = Visitor(app)
    visitor.sign_in("yang")
    paths = console_posts()
    assert len(paths) >= 14
    for path in paths:
        visitor.post(path, token=token)
        assert visitor.status == 403, path
    with district.house.store.look() as session:
        assert session.get_one(Worker, district.workers["yang"]).signed_on is False


def test_the_token_may_come_in_a_header(app: FastAPI) -> None:
    """Scripts of the page send it as X-CSRF-Token."""
    visitor = Visitor(app)
    visitor.sign_in("yang")
    answer = visitor.client.post(
        "/console/signed-on", data={"on": "true"}, headers={"X-CSRF-Token": visitor.token()}
    )
    assert answer.status_code == 200
    assert "已签入" in answer.text


def test_five_wrong_passwords_make_one_wait(district: District, app: FastAPI) -> None:
    """The sixth try is not even looked at; after the wait the right password is taken."""
    visitor = Visitor(app)
    for _ in range(5):
        visitor.sign_in("yang", "错")
    page = visitor.sign_in("yang")
    assert visitor.status == 429
    assert "请过" in page
    district.house.clock.passes(seconds=3)  # type: ignore[attr-defined]
    assert "今日" in visitor.sign_in("yang")


def test_each_further_wrong_password_doubles_the_wait() -> None:
    """One second, two, four, and never more than five minutes."""
    tries = Tries()
    for _ in range(8):
        tries.wrong(NOW, "yang", "1.2.3.4")
    with pytest.raises(TooManyTries):
        tries.check(NOW + timedelta(seconds=7), "yang", "1.2.3.4")
    tries.check(NOW + timedelta(seconds=8), "yang", "1.2.3.4")
    for _ in range(20):
        tries.wrong(NOW, "yang", "1.2.3.4")
    tries.check(NOW + LONGEST_WAIT, "yang", "1.2.3.4")


def test_somebody_elses_guesses_do_not_lock_an_operator_out() -> None:
    """Waiting is counted for an account and an address together, up to a larger number."""
    tries = Tries()
    for _ in range(10):
        tries.wrong(NOW, "yang", "6.6.6.6")
    tries.check(NOW, "yang", "1.2.3.4")
    for _ in range(20):
        tries.wrong(NOW, "yang", "6.6.6.6")
    with pytest.raises(TooManyTries):
        tries.check(NOW, "yang", "1.2.3.4")


def test_the_demonstration_door_is_shut_outside_a_demonstration(
    district: District, app: FastAPI
) -> None:
    """With the real clock nobody signs in without a password, demonstration row or not."""
    with district.house.store.work() as session:
        district.worker(session, "yang").demonstration = True
    visitor = Visitor(app)
    visitor.post("/console/login/demonstration", worker=district.workers["yang"])
    assert visitor.status == 403
    assert "一键登录" not in visitor.get("/console/login")


def test_signing_in_replaces_what_an_earlier_session_held(app: FastAPI) -> None:
    """A token that somebody planted before the login is worth nothing after it."""
    visitor = Visitor(app)
    before = visitor.token()
    visitor.sign_in("yang")
    assert visitor.token() != before
