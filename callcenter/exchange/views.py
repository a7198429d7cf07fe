"""What pages show: a phone as it looks now, the phone book, a call's time line."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from callcenter.exchange.account import WITHHELD
from callcenter.exchange.book import LINES, ROLES, Person
from callcenter.exchange.call import Call, Note
from callcenter.exchange.gather import Gathering
from callcenter.exchange.running import Running

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(moment: datetime) -> datetime:
    """The same moment on a wall clock of the district."""
    return moment.astimezone(SHANGHAI)


@cache
def words() -> dict[str, dict[str, str]]:
    """What the pages call things, from words.yaml."""
    text = Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded


def phone(running: Running, number: str) -> dict[str, Any]:
    """A phone as its page shows it."""
    exchange = running.exchange
    call = exchange.current(number)
    person = exchange.book.find(number)
    inbox = [
        {
            "sid": message.sid,
            "mine": message.sender == number,
            "who": name(running, message.to if message.sender == number else message.sender),
            "text": message.body,
            "at": local(message.created).strftime("%m月%d日 %H:%M"),
        }
        for message in exchange.messages.inbox(number)
    ]
    return {
        "version": exchange.board.version,  # grows: a page ignores what comes late
        "number": number,
        "name": person.name if person else number,
        "role": person.role if person else "other",
        "held": exchange.people.holds(number),
        "behaviour": exchange.people.behaviour(number),
        "call": _call(running, call) if call else None,
        "inbox": inbox,
        "clock": clock(running),
    }


def behaviours(running: Running) -> list[tuple[str, str]]:
    """Every behaviour a simulated person can be given: name, and what it is called."""
    known = words()["behaviour"]
    return [(name, known.get(name, name)) for name in running.exchange.book.behaviours]


def busy_phones(running: Running) -> dict[str, str]:
    """The phones that are in hand or in use: number, and a word for it."""
    exchange = running.exchange
    shown = dict.fromkeys(exchange.people.held, "在手上")
    for number, calls in exchange.people.live.items():
        for sid in calls:
            shown[number] = words()["status"][exchange.board.calls[sid].status]
    return shown


def clock(running: Running) -> dict[str, Any]:
    """The time in force, so that a page can show it running."""
    pace = running.clock.pace()
    return {
        "now": running.clock.now().isoformat(),
        "speed": pace.speed if pace else 1,
        "demonstration": running.clock.demonstration,
    }


def name(running: Running, number: str) -> str:
    """What a phone's display shows for a number."""
    if number == WITHHELD:
        return "未显示号码"
    if running.exchange.account.line(number):
        return running.settings.hotline_name
    person = running.exchange.book.find(number)
    return person.name if person else number


def people(running: Running) -> list[dict[str, Any]]:
    """The phone book in the order of roles, then as written."""
    entries = running.exchange.book.people.values()
    order = list(ROLES)
    return [_entry(running, one) for one in sorted(entries, key=lambda one: order.index(one.role))]


def summary(running: Running, call: Call) -> dict[str, Any]:
    """One row of the list of calls."""
    return {
        "sid": call.sid,
        "caller": name(running, call.caller),
        "callee": name(running, call.callee),
        "caller_number": call.caller,
        "callee_number": call.callee,
        "status": call.status,
        "status_words": words()["status"][call.status],
        "direction": words()["direction"][call.direction],
        "at": local(call.created).strftime("%m-%d %H:%M:%S"),
        "seconds": call.talked,
        "parent": call.parent,
        "errors": sum(1 for note in call.notes if note.kind == "error"),
    }


def time_line(call: Call) -> list[dict[str, Any]]:
    """Everything that happened in a call, oldest first."""
    return [_note(note) for note in call.notes]


def _note(note: Note) -> dict[str, Any]:
    moment = local(note.at)
    return {
        "at": f"{moment:%H:%M:%S}.{moment.microsecond // 100000}",
        "kind": note.kind,
        "label": words()["kind"][note.kind],
        "text": note.text,
        "detail": note.detail,
    }


def _entry(running: Running, person: Person) -> dict[str, Any]:
    return {
        "number": person.number,
        "name": person.name,
        "role": person.role,
        "role_words": ROLES[person.role],
        "line": LINES[person.line],
        "remark": person.remark,
        "held": running.exchange.people.holds(person.number),
    }


def _call(running: Running, call: Call) -> dict[str, Any]:
    incoming = call.direction in {"outbound-api", "outbound-dial"} or call.parent is not None
    open_ = call.gather
    listening = isinstance(open_, Gathering)
    return {
        "sid": call.sid,
        "status": call.status,
        "words": words()["status"][call.status],
        "incoming": incoming,
        "with": name(running, call.caller if incoming else call.callee),
        "with_number": call.caller if incoming else call.callee,
        "connected": call.connected,
        "over": call.over,
        "rings": incoming and call.status == "ringing",
        "asks": listening and open_.listening,  # its prompt is over: it waits for an answer
        "takes_speech": listening and open_.takes("speech"),
        "together": call.room is not None,
        "lines": [
            {"who": line.who, "text": line.text, "name": name(running, line.speaker)}
            for line in call.lines
        ],
    }
