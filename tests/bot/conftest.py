"""The real assistant for the tests: trained once, served once, spoken to over HTTP."""

import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from callcenter.clock import Clock
from callcenter.config import ROOT
from callcenter.domain.week import SHANGHAI
from callcenter.store.schema import migrate
from callcenter.store.session import open_engine

RASA = ROOT / ".venv-rasa" / "bin" / "python"
WEDNESDAY = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)  # what the house takes for now
PATIENCE = 240.0  # seconds until a server must answer


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server."""

    url: str
    token: str


@pytest.fixture(scope="session")
def model() -> Path:
    """The model for the present data, trained if there is none."""
    done = subprocess.run(  # noqa: S603 - our own command
        [str(RASA), "-m", "bot.train"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return Path(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="session")
def house_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Settings of a house of its own: an empty database, and a clock that starts on a Wednesday."""
    folder = tmp_path_factory.mktemp("assistant")
    url = f"sqlite:///{folder}/house.db"
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    clock = folder / "clock.json"
    Clock(clock).run_at(1, WEDNESDAY)
    return {
        **os.environ,
        "XIXIN_DATABASE_URL": url,
        "XIXIN_CLOCK_FILE": str(clock),
        "XIXIN_SESSION_SECRET": secrets.token_hex(16),
        "XIXIN_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "XIXIN_AUTH_TOKEN": secrets.token_hex(16),
        "XIXIN_HOTLINE_NUMBER": "+8651000000000",
        "XIXIN_RASA_TOKEN": secrets.token_hex(16),
        "XIXIN_ACTIONS_TOKEN": secrets.token_hex(16),
        "XIXIN_TRACKER_DB": str(folder / "conversations.db"),
    }


@dataclass
class ActionServer:
    """The real action server over a real database; it can be stopped and started again."""

    port: int
    environment: dict[str, str]
    life: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        """Where the assistant finds it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it answers."""
        command = [sys.executable, "-m", "actions", "--port", str(self.port)]
        self.life.enter_context(running(command, self.environment, f"{self.url}/health"))

    def stop(self) -> None:
        """Ends it; nobody listens at its port any more."""
        self.life.close()


@pytest.fixture(scope="session")
def action_server(house_environment: dict[str, str]) -> Iterator[ActionServer]:
    """The one of this run."""
    server = ActionServer(port=free_port(), environment=house_environment)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def rasa_server(
    model: Path, action_server: ActionServer, house_environment: dict[str, str]
) -> Iterator[Server]:
    """The real assistant."""
    port = free_port()
    environment = {**house_environment, "XIXIN_ACTIONS_URL": f"{action_server.url}/webhook"}
    command = [str(RASA), "-m", "bot.serve", "--port", str(port), "--model", str(model)]
    token = environment["XIXIN_RASA_TOKEN"]
    with running(command, environment, f"http://127.0.0.1:{port}/status?token={token}"):
        yield Server(url=f"http://127.0.0.1:{port}", token=token)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: list[str], environment: dict[str, str], ready: str) -> Iterator[int]:
    """The command's process while the block runs; ended by its id."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet) as process:  # noqa: S603
        try:
            _wait(process, ready)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(process: "subprocess.Popen[bytes]", ready: str) -> None:
    """Looks three times a second whether the server answers yet, or has stopped."""
    with httpx.Client(timeout=2.0) as client:
        for _ in range(int(PATIENCE * 3)):
            if _answers(client, ready):
                return
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.33)
                raise AssertionError("the server stopped while it was starting")
    raise AssertionError(f"nothing answers at {ready.split('?')[0]}")


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
