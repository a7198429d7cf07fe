"""An exchange in simulated time, and one that really listens, each with an office behind it."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from twilio.rest import Client

from callcenter.exchange import book
from callcenter.exchange.account import Account, Hotline
from callcenter.exchange.call import Call
from callcenter.exchange.core import Exchange, InProcess
from callcenter.exchange.faults import NONE, Faults
from callcenter.exchange.server import Server, create_app
from callcenter.exchange.settings import ExchangeSettings
from callcenter.exchange.webhook import Link
from tests.exchange.office import HOTLINE, PATIENCE, SID, TOKEN, Direct, Listening, Office

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
APP = "http://app.example"
EVERY_EVENT = ["initiated", "ringing", "answered", "completed"]
ELDER, OPERATOR, SECOND = "+8610010000001", "+8610020000001", "+8610020000002"
NUMBERS = {
    "presses_one": ELDER,
    "says_well": "+8610010000002",
    "no_answer": "+8610010000003",
    "busy": "+8610010000004",
    "declines": "+8610010000005",
    "unreachable": "+8610010000006",
    "voicemail": "+8610010000007",
    "silent": "+8610010000008",
    "hangs_up_midway": "+8610010000009",
    "fax": "+8610010000010",
    "taken_for_a_machine": "+8610010000011",
    "slow_speaker": "+8610010000012",
    "relative_answers": "+8610010000013",
    "operator_accepts": OPERATOR,
    "operator_declines": SECOND,
}


def people() -> dict[str, Any]:
    """A phone book with one person for each behaviour."""
    entries: list[dict[str, Any]] = [
        {"number": number, "name": behaviour, "behaviour": behaviour, "role": "elder"}
        for behaviour, number in NUMBERS.items()
    ]
    entries += [
        {"number": "+8610010000090", "name": "座机", "line": "landline"},
        {"number": "+8610010000091", "name": "停机", "refuses": 21214},
        {"number": "120", "name": "急救", "role": "other"},
    ]
    return {"people": entries}


class World:
    """An exchange in simulated time, with people and an office."""

    def __init__(self, seed: int = 1, faults: Faults = NONE, **limits: Any) -> None:
        line = Hotline(
            number=HOTLINE,
            voice=Link(url=f"{APP}/hotline"),
            fallback=Link(url=f"{APP}/fallback"),
            status_callback=Link(url=f"{APP}/hotline/status"),
            sms=Link(url=f"{APP}/sms"),
        )
        account = Account(sid=SID, token=TOKEN, lines=(line,), **limits)
        self.exchange = Exchange(account, book.from_data(people()), seed=seed, faults=faults)
        self.office = Office()
        self.http = Direct(self.exchange)
        self.client = Client(SID, TOKEN, http_client=self.http)
        self.drive = InProcess(self.exchange, self.office.deliver)
        self.now = START
        self.drive.advance(START)

    def passes(self, seconds: float = 0, minutes: float = 0) -> None:
        """Let time go by."""
        self.now += timedelta(seconds=seconds, minutes=minutes)
        self.drive.advance(self.now)

    def rings(self, behaviour: str = "presses_one", **more: str | list[str]) -> Call:
        """The app places a call to somebody who behaves so, and asks for every event."""
        form: dict[str, str | list[str]] = {
            "To": NUMBERS.get(behaviour, behaviour),
            "From": HOTLINE,
            "Url": f"{APP}/script",
            "StatusCallback": f"{APP}/status",
            "StatusCallbackEvent": EVERY_EVENT,
        }
        form |= more
        listed = {
            name: [value] if isinstance(value, str) else value for name, value in form.items()
        }
        return self.exchange.place_call(listed)

    def statuses(self) -> list[str]:
        """The CallStatus of every status callback so far."""
        return [form["CallStatus"] for form in self.office.got("/status")]

    def heard(self, number: str) -> list[str]:
        """What a phone has heard from the line or from others in its latest call."""
        call = self.exchange.current(number)
        assert call is not None
        return [line.text for line in call.lines if line.who in {"line", "other"}]


@pytest.fixture
def world() -> World:
    """Simulated time; nothing goes wrong."""
    return World()


@dataclass
class Live:
    """A listening exchange, its client as the app uses it, and an office that listens too."""

    url: str
    office: Office
    app_url: str
    client: Client
    web: httpx.Client

    def place(self, behaviour: str = "presses_one", **more: Any) -> Any:
        """The app places a call through the real client."""
        asked: dict[str, Any] = {
            "to": NUMBERS.get(behaviour, behaviour),
            "from_": HOTLINE,
            "url": f"{self.app_url}/script",
            "status_callback": f"{self.app_url}/status",
            "status_callback_event": EVERY_EVENT,
        }
        return self.client.calls.create(**(asked | more))

    def phone(self, number: str, what: str = "", **body: Any) -> dict[str, Any]:
        """Do something at a phone, or look at it."""
        path = f"/phones/{number}"
        done = self.web.post(f"{path}/{what}", json=body) if what else self.web.get(path)
        assert done.status_code == 200, done.text
        state: dict[str, Any] = done.json()
        return state

    def watch(self, number: str, until: str) -> dict[str, Any]:
        """Look at a phone until its stream shows a text (or fail after a while)."""
        with self.web.stream("GET", f"/phones/{number}/events") as stream:
            for line in stream.iter_lines():
                if line.startswith("data: ") and until in line:
                    state: dict[str, Any] = json.loads(line.removeprefix("data: "))
                    return state
        raise AssertionError(f"the stream ended before it showed {until}")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """Real uvicorn, real HTTP, and demonstration time that runs sixty times as fast."""
    (tmp_path / "people.yaml").write_text(yaml.safe_dump(people()), encoding="utf-8")
    now = datetime.now(UTC).isoformat()
    clock = json.dumps({"real": now, "shown": START.isoformat(), "speed": 60})
    (tmp_path / "clock.json").write_text(clock)
    with Listening(Office()) as app:
        settings = ExchangeSettings(
            account_sid=SID,
            auth_token=TOKEN,
            hotline_number=HOTLINE,
            voice_url=f"{app.url}/hotline",
            fallback_url=f"{app.url}/fallback",
            status_url=f"{app.url}/hotline/status",
            sms_url=f"{app.url}/sms",
            phone_book=tmp_path / "people.yaml",
            clock_file=tmp_path / "clock.json",
            calls_per_second=10,
        )
        with _served(settings) as url, httpx.Client(base_url=url, timeout=PATIENCE) as web:
            client = Client(SID, TOKEN)
            client.api.base_url = url
            yield Live(url=url, office=app.office, app_url=app.url, client=client, web=web)
            client.http_client.session.close()


class _served:
    """Serves an exchange on a free loopback port for the length of a with block."""

    def __init__(self, settings: ExchangeSettings) -> None:
        self.server = Server(create_app(settings), settings.port)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],))

    def __enter__(self) -> str:
        self.thread.start()
        url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        assert httpx.get(f"{url}/health", timeout=PATIENCE).status_code == 200
        return url

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.socket.close()
