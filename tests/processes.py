"""The hotline as real processes: exchange and engines, with real sockets and one clock file.

The web application is served by the test's own process; everything that is killed is not.
"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
import yaml
from sqlalchemy import func, select, update
from twilio.rest import Client

from callcenter import engine, wiring
from callcenter.clock import Clock
from callcenter.config import ROOT, Settings
from callcenter.store import schema
from callcenter.store.tables import Elder, Slot
from callcenter.web.app import create_app
from callcenter.wiring import House
from tests.district import add_elder, cover, settle
from tests.house import HOTLINE, MONDAY, SECRETS, policy

TEN = MONDAY + timedelta(hours=1, minutes=30)  # ten o'clock on Monday in Wuxi
PATIENCE = 60.0  # real seconds until something that must happen has happened
LOOKS_EVERY = 0.1  # seconds
FIRST_CALL = (Slot.kind == "call", Slot.number == 1)


@dataclass
class Hotline:
    """A district whose first calls of the week are all due, an exchange, and engines to start."""

    house: House
    folder: Path
    client: Client
    elders: int
    engines: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start_engine(self) -> "subprocess.Popen[bytes]":
        """One more `python -m callcenter engine`."""
        one = _program(["callcenter", "engine"], self.house.settings, self.folder)
        self.engines.append(one)
        return one

    def dialled(self) -> list[str]:
        """Whom the exchange was asked to ring, once for each call: its own list."""
        return [call.to for call in self.client.calls.list(page_size=1000)]

    def first_calls(self) -> dict[str, int]:
        """The first calls of the week, by how they stand."""
        with self.house.store.look() as session:
            rows = select(Slot.state, func.count()).where(*FIRST_CALL).group_by(Slot.state)
            return {row[0]: row[1] for row in session.execute(rows)}

    def runs_at(self, speed: int) -> None:
        """From now on time runs so many times as fast, for all processes."""
        self.house.clock.run_at(speed)


def until(happens: Callable[[], object], what: str) -> None:
    """Returns as soon as something has happened; fails when it does not in PATIENCE."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / LOOKS_EVERY)):
        if happens():
            return
        pause.wait(LOOKS_EVERY)
    raise AssertionError(f"it never happened: {what}")


@contextmanager
def hotline(folder: Path, url: str, elders: int, per_second: int) -> Iterator[Hotline]:
    """A hotline that is ready to dial; its processes end with the block."""
    with ExitStack() as stack:
        web, exchange = (stack.enter_context(_door()) for _ in range(2))
        port = exchange.getsockname()[1]
        exchange.close()
        settings = Settings.model_validate(
            SECRETS
            | {
                "database_url": url,
                "hotline_number": HOTLINE,
                "public_url": f"http://127.0.0.1:{web.getsockname()[1]}",
                "carrier_url": f"http://127.0.0.1:{port}",
                "calls_per_second": per_second,
                "clock_file": folder / "clock.json",
            }
        )
        house = _district(settings, elders)
        stack.callback(house.store.engine.dispose)
        client = Client(settings.account_sid, settings.auth_token)
        stack.callback(client.http_client.session.close)
        client.api.base_url = settings.carrier_url
        ours = Hotline(house=house, folder=folder, client=client, elders=elders)
        stack.enter_context(_served(house, web))
        _write_book(house, folder / "book.yaml")
        words = ["--port", str(port), "--phone-book", str(folder / "book.yaml")]
        line = _program(["callcenter.exchange", *words], settings, folder)
        stack.callback(_end, ours.engines)
        stack.callback(_end, [line])
        until(lambda: _answers(f"{settings.carrier_url}/health"), "the exchange answers")
        yield ours


def _door() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _district(settings: Settings, elders: int) -> House:
    """Everybody's first call is due now, and everything else of the week much later."""
    assert settings.clock_file is not None
    Clock(settings.clock_file).run_at(1, TEN)
    house = wiring.build(settings, policy())
    schema.migrate(house.store.engine)
    settle(house)
    with house.store.work() as session:
        for number in range(elders - 3):
            elder = add_elder(session, "老人", 1, MONDAY.date().replace(year=1940), 10 + number)
            cover(session, elder, TEN)
    engine.plan(house, TEN)
    with house.store.work() as session:
        later = TEN + timedelta(days=2)
        session.execute(update(Elder).values(window_opens=0, window_closes=1439))
        session.execute(update(Slot).values(next_at=later))
        session.execute(update(Slot).where(*FIRST_CALL).values(next_at=TEN, by=later))
    return house


def _write_book(house: House, file: Path) -> None:
    with house.store.look() as session:
        phones = session.scalars(select(Elder.phone)).all()
    people = [
        {"number": one, "name": "老人", "role": "elder", "behaviour": "presses_one"}
        for one in phones
    ]
    file.write_text(yaml.safe_dump({"people": people}, allow_unicode=True), encoding="utf-8")


@contextmanager
def _served(house: House, door: socket.socket) -> Iterator[None]:
    config = uvicorn.Config(create_app(house), log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    yield
    server.should_exit = True
    thread.join()


def _program(words: list[str], settings: Settings, folder: Path) -> "subprocess.Popen[bytes]":
    given: dict[str, Any] = settings.model_dump(exclude_defaults=True)
    ours = {f"XIXIN_{name.upper()}": str(value) for name, value in given.items()}
    with (folder / "processes.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", *words], cwd=ROOT, env=os.environ | ours, stdout=log, stderr=log
        )


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _end(processes: list["subprocess.Popen[bytes]"]) -> None:
    for one in processes:
        one.kill()
        one.wait()
