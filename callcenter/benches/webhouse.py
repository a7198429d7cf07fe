"""A web process for a bench: the one of production, on ports of its own, with what it asks."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from callcenter.benches.callers import Account
from callcenter.benches.figures import CannotMeasure
from callcenter.benches.house import HOTLINE, Plan
from callcenter.clock import Clock
from callcenter.config import ROOT
from callcenter.lent import NoAssistant, lent_assistant

STARTS_IN = 180.0  # seconds; the actions read all articles first
LOOKS = 0.2  # seconds between two looks whether it has started


@dataclass(frozen=True, kw_only=True)
class WebHouse:
    """A running web process."""

    account: Account
    pid: int

    def memory_mb(self) -> float:
        """What it holds at this moment. Raises CannotMeasure where the system does not tell."""
        try:
            told = Path(f"/proc/{self.pid}/status").read_text()
        except OSError as unknown:
            raise CannotMeasure("this system does not tell how much a process holds") from unknown
        return next(
            int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmRSS:")
        )


def settings_of(plan: Plan, port: int, clock_file: Path) -> dict[str, str]:
    """The settings of every process of this bench's house, as environment variables."""
    Clock(clock_file).run_at(1, plan.now())
    return {
        "XIXIN_DATABASE_URL": plan.url,
        "XIXIN_PORT": str(port),
        "XIXIN_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "XIXIN_ACCOUNT_SID": "AC" + "0" * 32,
        "XIXIN_AUTH_TOKEN": secrets.token_hex(16),
        "XIXIN_SESSION_SECRET": secrets.token_hex(32),
        "XIXIN_HOTLINE_NUMBER": HOTLINE,
        "XIXIN_CLOCK_FILE": str(clock_file),
        "XIXIN_RASA_TOKEN": "",
    }


@contextmanager
def web_house(plan: Plan, more: Mapping[str, str] | None = None) -> Iterator[WebHouse]:
    """The web process on the plan's database; `more` are settings beside those of every bench."""
    with tempfile.TemporaryDirectory(prefix="xixin-bench-") as folder:
        port = free_port()
        settings = {**settings_of(plan, port, Path(folder) / "clock.json"), **(more or {})}
        with running([sys.executable, "-m", "callcenter", "web"], settings, port) as pid:
            account = Account(url=settings["XIXIN_PUBLIC_URL"], token=settings["XIXIN_AUTH_TOKEN"])
            yield WebHouse(account=account, pid=pid)


@contextmanager
def running(command: list[str], settings: Mapping[str, str], port: int) -> Iterator[int]:
    """A process of ours that answers at /health of this port; ended with the block. Gives its id.

    Raises CannotMeasure with its last words when it does not come up.
    """
    others = {name: value for name, value in os.environ.items() if not name.startswith("XIXIN_")}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603  our own command
            command, cwd=ROOT, env={**others, **settings}, stdout=log, stderr=log
        )
        try:
            if not _comes_up(process, f"http://127.0.0.1:{port}/health"):
                log.seek(0)
                last = log.read().decode(errors="replace")[-800:]
                raise CannotMeasure(f"a process of the bench did not start:\n{last}")
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _comes_up(process: "subprocess.Popen[bytes]", url: str) -> bool:
    pause = threading.Event()
    for _ in range(int(STARTS_IN / LOOKS)):
        if process.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  our own loopback
                return True
        except (urllib.error.URLError, OSError):
            pause.wait(LOOKS)
    return False


@contextmanager
def silent_assistant() -> Iterator[Mapping[str, str]]:
    """An assistant that takes every connection and answers nobody; gives where to find it."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as door:
        port = door.getsockname()[1]
        yield {"XIXIN_RASA_URL": f"http://127.0.0.1:{port}", "XIXIN_RASA_TOKEN": "of-a-bench"}


@contextmanager
def assistant_beside(plan: Plan) -> Iterator[Mapping[str, str]]:
    """The real assistant with its real actions; gives where the house finds it.

    Raises CannotMeasure.
    """
    port, token = free_port(), secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="xixin-bench-") as folder:
        settings = settings_of(plan, port, Path(folder) / "clock.json")
        settings["XIXIN_ACTIONS_TOKEN"] = token
        actions = [sys.executable, "-m", "actions", "--port", str(port)]
        with running(actions, settings, port):
            behind = {"XIXIN_ACTIONS_URL": f"http://127.0.0.1:{port}/webhook"}
            try:
                with lent_assistant({**behind, "XIXIN_ACTIONS_TOKEN": token}) as assistant:
                    yield {"XIXIN_RASA_URL": assistant.url, "XIXIN_RASA_TOKEN": assistant.token}
            except NoAssistant as none:
                raise CannotMeasure(str(none)) from none


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
