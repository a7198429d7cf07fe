"""Behaviour 19: the fallback reaches a human though the house and its database are gone."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from callcenter import duty_phones
from tests.behaviours.carrier import signed
from tests.house import HOTLINE, SECRETS
from tests.town import HEAD, OFFICER, OPERATOR, WANG, Town, make_town

TRIES = 7  # to connect, each after twice the pause; then the process has not come up


def ring_in(town: Town) -> None:
    """An elder rings the hotline with a real hand."""
    town.world.exchange.people.take(WANG)
    town.world.exchange.rings_in(WANG, HOTLINE)
    town.world.passes(minutes=1)


def test_19_the_fallback_reaches_a_human_though_the_house_is_gone(small_town: Town) -> None:
    """Nobody answers at the house's address; the duty phone rings and a key accepts."""
    small_town.world.web_is_down = True
    small_town.behaves(OFFICER, "operator_accepts")
    ring_in(small_town)
    assert "人工智能语音" in small_town.heard(WANG)
    assert "这里是人工坐席" in small_town.heard(WANG)
    assert "系统出了故障" in small_town.heard(OFFICER)


def test_19_the_fallback_reaches_a_human_though_the_database_is_gone(tmp_path: Path) -> None:
    town = make_town(tmp_path, elders=1)
    house = town.world.house
    town.behaves(OFFICER, "operator_accepts")
    house.store.engine.dispose()
    for file in tmp_path.glob("town.db*"):
        file.unlink()
    (tmp_path / "town.db").mkdir()  # nothing can be read from it now
    town.world.broke = lambda error: None  # a server answers 500 and lives on
    town.world.exchange.people.take(WANG)
    town.world.exchange.rings_in(WANG, HOTLINE)
    town.world.line.advance(town.world.now.replace(hour=1))
    assert "这里是人工坐席" in town.heard(WANG)
    town.world.close()


def test_19_a_voicemail_at_the_duty_phone_does_not_swallow_the_caller(small_town: Town) -> None:
    """No key, no connection: the caller is told what to do instead."""
    small_town.world.web_is_down = True
    small_town.behaves(OFFICER, "voicemail")
    ring_in(small_town)
    small_town.world.passes(minutes=1)
    assert "现在没有人接上。有急事请打幺二零" in small_town.heard(WANG)


def test_19_the_phones_of_the_last_resort_are_kept_up_to_date_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "duty-phones.txt"
    town = make_town(tmp_path, elders=1, duty_number=HEAD, duty_phones_file=file)
    town.world.tick()
    assert duty_phones.read(town.world.house.settings) == (HEAD, OPERATOR, OFFICER)
    town.world.close()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[str]:
    """The real process, with a database that does not exist; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {f"XIXIN_{name.upper()}": value for name, value in SECRETS.items()}
    environment |= {
        "XIXIN_HOTLINE_NUMBER": HOTLINE,
        "XIXIN_DUTY_NUMBER": OFFICER,
        "XIXIN_FALLBACK_PORT": str(port),
        "XIXIN_FALLBACK_URL": url,
        "XIXIN_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/nowhere",
    }
    command = [sys.executable, "-m", "callcenter", "fallback"]
    with subprocess.Popen(command, env=environment) as running:  # noqa: S603
        yield url
        running.terminate()


def test_19_the_process_of_its_own_answers_signed_requests_only(process: str) -> None:
    """`python -m callcenter fallback` needs no database; what is not signed gets nothing."""
    transport = httpx.HTTPTransport(retries=TRIES)
    form = {"CallSid": "CA1", "From": WANG, "To": HOTLINE}
    with httpx.Client(base_url=process, transport=transport) as carrier:
        answer = carrier.post(**signed("/voice/fallback", form, process))
        assert OFFICER in answer.text
        assert carrier.post("/voice/fallback", data=form).status_code == 403
