"""`make run`: prepares a demonstration at first use, then starts every process of the hotline.

Everything binds to 127.0.0.1. What it makes (database, keys, clock, phone book) lies in var/ and
can be thrown away; the next run makes it anew.
"""

import json
import os
import secrets
import shlex
import socket
import sys
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass

import honcho.manager
from honcho.printer import Printer
from sqlalchemy import func, select

from callcenter import demonstration, wiring
from callcenter.clock import Clock, real_now
from callcenter.config import ROOT, Settings, read_settings
from callcenter.domain.week import local
from callcenter.services import weekplan
from callcenter.store import schema
from callcenter.store.session import Store, open_engine
from callcenter.store.tables import Beat, Event

VAR = ROOT / "var"
PORTS = {"web": 8000, "exchange": 8010, "fallback": 8020, "rasa": 5005, "actions": 5055}
ENDS_IN = 20  # seconds for each process to end by itself; the assistant takes its time
HOTLINE = "+8610095511222"  # made up, like everybody in the demonstration
DUTY = "+8610020000010"


class CannotStart(Exception):
    """The demonstration cannot be started; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process of the hotline."""

    name: str
    command: str


def launch() -> int:
    """Prepares, starts everything and waits until Ctrl-C. Gives the exit status."""
    VAR.mkdir(exist_ok=True)
    environment = {**os.environ, **_secrets(), **_addresses(_free_ports())}
    os.environ.update(environment)
    settings = read_settings()
    _prepare(settings)
    honcho.manager.KILL_WAIT = ENDS_IN
    manager = honcho.manager.Manager(Printer(sys.stdout))
    for process in _processes(bool(settings.telegram_token)):
        manager.add_process(process.name, process.command, env=environment, cwd=str(ROOT))
    threading.Thread(target=_announce, args=(settings,), daemon=True).start()
    manager.loop()
    return 0 if manager.returncode in (0, None, -2, -15, 130, 143) else int(manager.returncode)


def _processes(telegram: bool) -> list[Process]:
    app, rasa = sys.executable, ROOT / ".venv-rasa" / "bin" / "python"
    port = {name: os.environ[f"XIXIN_{name.upper()}_PORT"] for name in ("exchange", "rasa")}
    house = [
        Process(name=name, command=f"exec {app} -m callcenter {name}")
        for name in (
            "web",
            "fallback",
            "engine",
            "audit",
            "staff",
            *(["telegram"] if telegram else []),
        )
    ]
    return [
        *house,
        Process(name="exchange", command=_exchange(app, port["exchange"])),
        Process(name="actions", command=f"exec {app} -m actions"),
        Process(name="assistant", command=f"exec {rasa} -m bot.serve --port {port['rasa']}"),
    ]


def _exchange(app: str, port: str) -> str:
    base, fallback = os.environ["XIXIN_PUBLIC_URL"], os.environ["XIXIN_FALLBACK_URL"]
    words = {
        "port": port,
        "hotline-name": "锡心养老热线",
        "phone-book": str(VAR / "phone-book.yaml"),
        "voice-url": f"{base}/voice/hotline",
        "fallback-url": f"{fallback}/voice/fallback",
        "status-url": f"{base}/voice/hotline/status",
        "sms-url": f"{base}/sms/inbound",
    }
    asked = " ".join(f"--{name} {shlex.quote(value)}" for name, value in words.items())
    return f"exec {app} -m callcenter.exchange {asked}"


def _secrets() -> dict[str, str]:
    """Keys between our own processes, made once and kept readable by the owner only."""
    file = VAR / "keys.json"
    if not file.exists():
        keys = {
            "XIXIN_ACCOUNT_SID": "AC" + secrets.token_hex(16),
            "XIXIN_AUTH_TOKEN": secrets.token_hex(16),
            "XIXIN_SESSION_SECRET": secrets.token_hex(32),
            "XIXIN_RASA_TOKEN": secrets.token_hex(16),
            "XIXIN_ACTIONS_TOKEN": secrets.token_hex(16),
        }
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            json.dump(keys, out)
    kept: dict[str, str] = json.loads(file.read_text())
    return kept


def _free_ports() -> dict[str, int]:
    """The usual port of each process, or the next free one after it."""
    taken: set[int] = set()
    ports = {}
    for name, first in PORTS.items():
        ports[name] = next((p for p in range(first, first + 200) if _free(p, taken)), 0)
        if not ports[name]:
            raise CannotStart(
                f"no port is free from {first} to {first + 199}; stop what listens there"
            )
        taken.add(ports[name])
    return ports


def _free(port: int, taken: set[int]) -> bool:
    if port in taken:
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _addresses(ports: dict[str, int]) -> dict[str, str]:
    base = "http://127.0.0.1"
    return {
        "XIXIN_PORT": str(ports["web"]),
        "XIXIN_PUBLIC_URL": f"{base}:{ports['web']}",
        "XIXIN_FALLBACK_PORT": str(ports["fallback"]),
        "XIXIN_FALLBACK_URL": f"{base}:{ports['fallback']}",
        "XIXIN_DUTY_PHONES_FILE": str(VAR / "duty-phones.txt"),
        "XIXIN_EXCHANGE_PORT": str(ports["exchange"]),
        "XIXIN_CARRIER_URL": f"{base}:{ports['exchange']}",
        "XIXIN_RASA_PORT": str(ports["rasa"]),
        "XIXIN_RASA_URL": f"{base}:{ports['rasa']}",
        "XIXIN_ACTIONS_PORT": str(ports["actions"]),
        "XIXIN_ACTIONS_URL": f"{base}:{ports['actions']}/webhook",
        "XIXIN_HOTLINE_NUMBER": HOTLINE,
        "XIXIN_DUTY_NUMBER": DUTY,
        "XIXIN_CALLS_PER_SECOND": "5",
        "XIXIN_DATABASE_URL": os.environ.get("XIXIN_DATABASE_URL", f"sqlite:///{VAR}/xixin.db"),
        "XIXIN_CLOCK_FILE": str(VAR / "clock.json"),
        "XIXIN_TRACKER_DB": str(VAR / "conversations.db"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",  # of libraries: people read this output
    }


def _prepare(settings: Settings) -> None:
    engine = open_engine(settings.database_url)
    schema.migrate(engine)
    store = Store(engine)
    clock = Clock(settings.clock_file)
    with store.work() as session:
        latest = session.scalar(select(func.max(Event.at)))
        beat = session.scalar(select(func.max(Beat.at)))
        shown = max(filter(None, (latest, beat, real_now())))
        demonstration.seed(session, local(shown).date())
        weekplan.plan_week(session, shown)  # nobody is blank on the very first page
    clock.run_at(1, shown)  # demonstration time never runs back behind what has happened in it
    with store.work() as session:
        book = VAR / "phone-book.yaml"
        demonstration.write_phone_book(session, book, settings.hotline_number)
    wiring.refuse_unsafe_roster(wiring.build(settings))
    engine.dispose()


def _announce(settings: Settings) -> None:
    """Prints the addresses as soon as the console answers, and again when the assistant does."""
    pause, told = threading.Event(), False
    while not pause.wait(0.5):
        state = _health(settings)
        if state is None:
            continue
        if not told:
            told = True
            _say(_addresses_for_people(settings))
        if state.get("assistant"):
            _say("智能助手已就绪。")
            return


def _addresses_for_people(settings: Settings) -> str:
    return (
        f"\n  工作台（坐席、社工、主管）  {settings.public_url}/console"
        f"\n  电话页（拿起任何人的电话）  {settings.carrier_url}/phone"
        f"\n  老人网页聊天                {settings.public_url}/chat"
        "\n  智能助手第一次要学习几分钟；危险词、按键、平安问候、转人工现在就可用。"
        "\n  按 Ctrl-C 全部停止。\n"
    )


def _health(settings: Settings) -> dict[str, object] | None:
    try:
        with urllib.request.urlopen(f"{settings.public_url}/health", timeout=3) as answer:  # noqa: S310
            state: dict[str, object] = json.load(answer)
            return state
    except (urllib.error.URLError, OSError, ValueError):
        return None


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
