"""The command line: `python -m callcenter COMMAND`. The only place that reads a clock."""

import argparse
import gc
import json
import logging
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import select

from bot.channels.telegram_api import BadToken, TelegramSender
from callcenter import auditor, demonstration, launch, rounds, telegram_desk, wiring
from callcenter.assistant import AssistantSilent
from callcenter.benches.command import add_benches, measured
from callcenter.benches.figures import CannotMeasure
from callcenter.clock import real_now
from callcenter.config import ROOT, BadSettings, Settings, read_settings
from callcenter.domain.week import local
from callcenter.lent import NoAssistant, lent_assistant
from callcenter.notify import ChatSender, NoChat, Notifier
from callcenter.papers.report import CannotReport, add_report, report_lines
from callcenter.papers.roster import CannotTake, add_roster, roster_words
from callcenter.policy import BadPolicy, read_policy, read_prompts
from callcenter.simulation.command import CannotSimulate, add_options, simulated
from callcenter.store import schema
from callcenter.store.session import open_engine
from callcenter.store.tables import Worker
from callcenter.telephony.words import BadCarrierWords
from callcenter.understanding import understand
from callcenter.web.app import create_app
from callcenter.web.fallback import create_fallback
from callcenter.wiring import House
from knowledge import BadData, Library
from knowledge.batch import ask_lines

PLAIN = (
    BadSettings,
    BadPolicy,
    BadCarrierWords,
    schema.SchemaMismatch,
    launch.CannotStart,
    BadToken,
    NoAssistant,
    CannotMeasure,
    CannotSimulate,
    CannotTake,
    CannotReport,
)

# Seconds. The carrier or proxy is to be the one that closes a resting connection: a webhook that
# leaves in the moment in which we close it is lost.
KEEPS_OPEN = 75
WEBHOOK_WAITS = 3.0  # seconds for the database; with the assistant's time it stays under five


class BadInput(Exception):
    """A file that was given cannot be used; the message says where and what to do."""


def main(words: list[str] | None = None) -> int:
    """Runs one command; 0 when it went well, 2 with a plain message when the input is at fault."""
    parser = argparse.ArgumentParser(prog="python -m callcenter", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (run, help_, arguments) in COMMANDS.items():
        command = commands.add_parser(name, help=help_, description=help_)
        command.set_defaults(run=run)
        for argument, kind, meaning in arguments:
            command.add_argument(argument, type=kind, help=meaning)
    add_benches(commands.choices["bench"])
    add_options(commands.choices["simulate"])
    add_roster(commands.choices["roster"])
    add_report(commands.choices["report"])
    asked = parser.parse_args(words)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        return int(asked.run(asked) or 0)
    except (*PLAIN, BadInput) as plain:
        print(f"{plain}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def up(_: argparse.Namespace) -> int:
    """Everything at once, as `make run` does."""
    return launch.launch()


def migrate(_: argparse.Namespace) -> None:
    """Brings the database to this code's schema."""
    schema.migrate(open_engine(read_settings().database_url))
    print("the database is at revision", schema.newest())


def web(_: argparse.Namespace) -> None:
    """Serves webhooks, console and chat."""
    settings = read_settings()
    patient = min(settings.database_seconds, WEBHOOK_WAITS)
    house = _house(settings.model_copy(update={"database_seconds": patient}))
    uvicorn.run(
        create_app(house),
        host=house.settings.host,
        port=house.settings.port,
        log_level="warning",
        access_log=False,  # paths and addresses of elders do not belong in a log
        timeout_keep_alive=KEEPS_OPEN,
    )


def fallback(_: argparse.Namespace) -> None:
    """Serves the last resort: brings callers to a person when the house does not answer."""
    settings = read_settings()
    uvicorn.run(
        create_fallback(settings, read_prompts(settings.policy_folder)),
        host=settings.host,
        port=settings.fallback_port,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=KEEPS_OPEN,
    )


def run_engine(_: argparse.Namespace) -> None:
    """Plans, dials, reconciles, escalates and notifies until told to stop."""
    house = _house()
    notifier = Notifier(
        carrier=house.carrier,
        chat=_chat_sender(house),
        policy=house.policy,
        public_url=house.settings.public_url,
    )
    rounds.live(house, notifier, _stop_on_signals())


def audit(_: argparse.Namespace) -> None:
    """Watches that nobody is forgotten, until told to stop."""
    house = _house()

    def look() -> None:
        now = house.now()
        faults = auditor.audit(house, now)
        auditor.report(house, now, faults)
        for fault in faults:
            logging.warning("auditor: %s %d", fault.what, fault.count)

    _forever(house, 20.0, look)


def staff(_: argparse.Namespace) -> None:
    """Demonstration only: the made-up caseworkers visit elders and find out how they are."""
    house = _house()
    if not house.clock.demonstration:
        raise BadSettings("made-up staff work in a demonstration only (XIXIN_CLOCK_FILE)")
    chance = random.Random(1)  # noqa: S311  not for secrets
    _forever(house, 5.0, lambda: demonstration.play_staff(house, house.now(), chance))


def telegram(_: argparse.Namespace) -> None:
    """Serves Telegram chats; needs XIXIN_TELEGRAM_TOKEN."""
    house = _house()
    telegram_desk.run(house)


def telegram_link(asked: argparse.Namespace) -> None:
    """Ties a worker's login to the chat number that the bot gives when asked /id."""
    house = _house()
    with house.store.work() as session:
        worker = session.scalars(select(Worker).where(Worker.login == asked.login)).one_or_none()
        if worker is None:
            raise BadInput(f"nobody has the login {asked.login!r}")
        worker.telegram = asked.chat
    print(f"{asked.login} is now told in Telegram chat {asked.chat}")


def understand_file(asked: argparse.Namespace) -> None:
    """What the assistant understands of each line of a file; starts one when none is named."""
    danger = read_policy(ROOT / "policy", "").danger.find
    lines = [(number, _text_line(number, line)) for number, line in _json_lines(asked.file)]
    topic = _topics()
    with lent_assistant() as assistant:
        for number, line in lines:
            try:
                read = understand(line["text"], line["context"], assistant.parse, danger, topic)
            except AssistantSilent as silent:
                raise BadInput(f"line {number}: the assistant fell silent ({silent})") from silent
            print(json.dumps({**line, **read.as_dict()}, ensure_ascii=False))


def _topics() -> Callable[[str], str]:
    """What a question is about, by the article or gap that is found for it."""
    library, today = _library(), local(real_now()).date()
    return lambda text: library.ask(text, today).topic


def _library() -> Library:
    try:
        return Library.load()
    except BadData as wrong:
        raise BadInput(str(wrong)) from wrong


def _text_line(number: int, line: dict[str, Any]) -> dict[str, Any]:
    whole = {"context": "hotline", **line}
    if not isinstance(whole.get("text"), str) or whole["context"] not in ("hotline", "check_in"):
        raise BadInput(f'line {number}: wants {{"text": ..., "context": "hotline" or "check_in"}}')
    return whole


def ask_file(asked: argparse.Namespace) -> None:
    """What an elder would hear to each question of a file; needs no assistant and no database."""
    today = local(real_now()).date()
    library = _library()
    try:
        for answer in ask_lines(_texts(asked.file), library, today):
            print(json.dumps(answer, ensure_ascii=False))
    except BadData as wrong:
        raise BadInput(str(wrong)) from wrong


def _json_lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, text in enumerate(_texts(file), start=1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
        except ValueError:
            line = None
        if not isinstance(line, dict):
            raise BadInput(f"line {number} is not a JSON object: {text.strip()[:60]}")
        yield number, line


def _texts(file: Path) -> Iterable[str]:
    if str(file) == "-":
        return sys.stdin
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as wrong:
        raise BadInput(f"{file} cannot be read: {wrong}") from wrong


def bench(asked: argparse.Namespace) -> None:
    """Measures a part of the house with made-up people; each bench has its own options."""
    print(measured(asked))


def simulate(asked: argparse.Namespace) -> int:
    """Lives through weeks of a made-up district with the real parts, and counts what became of it.

    1 when somebody was blank or unowned, rung twice or out of hours, or an error was found.
    """
    result, remarks, kept = simulated(asked)
    print("\n".join(result))
    for remark in remarks:
        print(remark, file=sys.stderr)
    return 0 if kept else 1


def roster(asked: argparse.Namespace) -> None:
    """Takes sheets of elders, staff and communities; hands over; sets passwords."""
    print("\n".join(roster_words(asked)))


def report(asked: argparse.Namespace) -> None:
    """Writes the report of a week, or checks all that are kept; 2 when they do not hold."""
    for line in report_lines(asked):
        print(line)


def _house(settings: Settings | None = None) -> House:
    house = wiring.build(settings or read_settings())
    schema.check(house.store.engine)
    wiring.refuse_unsafe_roster(house)
    gc.freeze()  # what is loaded now stays; looking through it again and again costs a pause each
    return house


def _chat_sender(house: House) -> ChatSender:
    settings = house.settings
    if not settings.telegram_token:
        return NoChat()
    return TelegramSender(settings.telegram_token, settings.telegram_url)


def _forever(house: House, seconds: float, work: Callable[[], None]) -> None:
    """Does the work again and again; SIGTERM and Ctrl-C end it after the present round."""
    stop = _stop_on_signals()
    while not stop.is_set():
        try:
            work()
        except Exception as broken:  # noqa: BLE001  the round is an edge: the next one comes
            logging.error("a round failed: %s", type(broken).__name__)
        stop.wait(max(0.1, min(seconds, house.clock.real_seconds(seconds * 10))))


def _stop_on_signals() -> threading.Event:
    """Set by SIGTERM or Ctrl-C."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    return stop


Run = Callable[[argparse.Namespace], int | None]
Argument = tuple[str, Callable[[str], object], str]
LINES: tuple[Argument, ...] = (("file", Path, "JSON lines; - for standard input"),)
LINK: tuple[Argument, ...] = (("login", str, "a worker's"), ("chat", str, "what /id answered"))
COMMANDS: dict[str, tuple[Run, str, tuple[Argument, ...]]] = {
    "up": (up, up.__doc__ or "", ()),
    "migrate": (migrate, migrate.__doc__ or "", ()),
    "web": (web, web.__doc__ or "", ()),
    "fallback": (fallback, fallback.__doc__ or "", ()),
    "engine": (run_engine, run_engine.__doc__ or "", ()),
    "audit": (audit, audit.__doc__ or "", ()),
    "staff": (staff, staff.__doc__ or "", ()),
    "telegram": (telegram, telegram.__doc__ or "", ()),
    "telegram-link": (telegram_link, telegram_link.__doc__ or "", LINK),
    "report": (report, report.__doc__ or "", ()),
    "roster": (roster, roster.__doc__ or "", ()),
    "simulate": (simulate, "Lives through weeks of a made-up district with the real parts.", ()),
    "understand": (understand_file, understand_file.__doc__ or "", LINES),
    "bench": (bench, bench.__doc__ or "", ()),
    "ask": (ask_file, ask_file.__doc__ or "", LINES),
}
