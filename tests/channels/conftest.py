"""A Bot API server, a house with staff, and the bot running between them."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import uvicorn

from bot.channels import telegram
from bot.channels.words import read_words
from callcenter.domain.people import Role
from callcenter.store.tables import Community, Elder, Street, Worker
from callcenter.telegram_desk import TelegramDesk
from callcenter.web.app import create_app
from callcenter.wiring import House
from tests.channels.bot_api import TOKEN, BotApi
from tests.house import make_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with a caseworker, a duty officer, and one elder of theirs."""
    house = make_house(tmp_path)
    with house.store.work() as session:
        session.add(Street(id=1, name="测试街道"))
        session.flush()
        session.add(Community(id=1, street_id=1, name="测试社区", valid_from=date(2024, 1, 1)))
        session.flush()
        worker = Worker(
            id=1,
            login="zhou",
            name="周敏",
            role=Role.CASEWORKER.value,
            street_id=1,
            community_id=1,
            telegram="7001",
        )
        officer = Worker(
            id=2, login="wu", name="吴刚", role=Role.DUTY_OFFICER.value, telegram="7002"
        )
        session.add_all([worker, officer])
        session.flush()
        session.add(
            Elder(
                id=1,
                name="王秀英",
                called="王阿婆",
                born_on=date(1940, 5, 1),
                living="alone",
                community_id=1,
                caseworker_id=1,
                address="测试路1号101室",
                phone="+8613000000001",
            )
        )
    yield house
    house.store.engine.dispose()


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A Bot API server."""
    with BotApi() as server:
        yield server


class Running:
    """The bot in a thread of its own, until it is stopped."""

    def __init__(self, api: BotApi, desk: TelegramDesk) -> None:
        self._api, self._desk = api, desk
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()))

    def start(self) -> None:
        """Returns when the bot runs."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Returns when the bot has ended by itself."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await telegram.serve(TOKEN, self._api.url, self._desk, "0510 0000 0000", self._stop)


@pytest.fixture
def bot(api: BotApi, house: House) -> Iterator[Running]:
    """The bot, running against the server for the house."""
    running = Running(api, TelegramDesk(house, read_words("telegram")))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def site(house: House) -> Iterator[str]:
    """The real application of the house, served on this machine; gives its address."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(house), log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    yield f"http://127.0.0.1:{door.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    door.close()
