"""The carrier's side of a bench: calls over real sockets, signed, each with its own connection.

A call is a list of webhooks. The next one is sent when the one before was answered and the caller
has thought for a while, as on a phone. What is not answered with what the line needs is dropped.
"""

import asyncio
import random
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from callcenter.exchange.webhook import LIMIT_SECONDS, signature

TURN = re.compile(r"[?&]n=(\d+)")
STATUSES = ("queued", "ringing", "in-progress")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One webhook of a call."""

    path: str  # with the turn's number left open as {n}
    form: Mapping[str, str]
    wants: str  # what must be in the answer; empty: nobody waits for one


Call = Sequence[Step]


@dataclass(frozen=True, kw_only=True)
class Got:
    """How one webhook went."""

    step: Step
    seconds: float
    dropped: str = ""  # why; empty: it was answered
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the carrier knows of the house."""

    url: str
    token: str


@dataclass(kw_only=True)
class Load:
    """Many calls: so many at once, each turn after so many seconds of thought."""

    account: Account
    at_once: int
    thinks: float = 0.0  # seconds on average; each caller takes between half and one and a half
    one_instant: bool = False  # all ring together; otherwise they come one by one
    got: list[Got] = field(default_factory=list)

    def run(self, calls: Sequence[Call]) -> float:
        """Makes the calls, in a thread with a loop of its own; gives the seconds that it took."""
        began = time.perf_counter()
        with ThreadPoolExecutor(1) as alone:  # whoever asks may have a loop that runs already
            alone.submit(lambda: asyncio.run(self._all(iter(calls)))).result()
        return time.perf_counter() - began

    async def _all(self, calls: Iterator[Call]) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(self.at_once):
                group.create_task(self._one_after_another(calls, random.Random(number)))  # noqa: S311

    async def _one_after_another(self, calls: Iterator[Call], chance: random.Random) -> None:
        if not self.one_instant:
            await asyncio.sleep(self.thinks * chance.random())
        for steps in calls:
            line = Line(self.account)
            turn = 0
            for step in steps:
                got = await line.send(step, turn)
                self.got.append(got)
                if got.dropped:
                    break
                asked = TURN.search(got.text)
                turn = int(asked[1]) if asked else turn
                if self.thinks and step.wants:
                    await asyncio.sleep(self.thinks * (0.5 + chance.random()))
            line.close()


class Line:
    """One connection to the house, opened at the first webhook."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, step: Step, turn: int) -> Got:
        """One webhook and its whole answer; the time runs from before the connection is made."""
        path = step.path.replace("{n}", str(turn))
        began = time.perf_counter()
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                status, text = await self._ask(path, step.form)
        except (OSError, ValueError, asyncio.IncompleteReadError) as broken:
            spent = time.perf_counter() - began
            return Got(step=step, seconds=spent, dropped=type(broken).__name__)
        good = 200 <= status < 300 and step.wants in text
        why = "" if good else f"{status}" if status >= 300 else "another answer"
        return Got(step=step, seconds=time.perf_counter() - began, dropped=why, text=text)

    async def _ask(self, path: str, form: Mapping[str, str]) -> tuple[int, str]:
        where = urlsplit(self._account.url)
        if self._streams is None or self._streams[0].at_eof():
            self._streams = await asyncio.open_connection(where.hostname, where.port)
        reader, writer = self._streams
        body = urlencode(form).encode()
        mark = signature(self._account.token, self._account.url + path, form)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {where.netloc}\r\nX-Twilio-Signature: {mark}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        told = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = re.search(r"content-length: (\d+)", told)
        answer = await reader.readexactly(int(length[1])) if length else b""
        return int(told.split(" ", 2)[1]), answer.decode()

    def close(self) -> None:
        """Gives the connection back."""
        if self._streams is not None:
            self._streams[1].close()


def hotline_call(sid: str, caller: str, said: Sequence[Mapping[str, str]]) -> Call:
    """Somebody rings the hotline, says or presses these things, and hangs up."""
    base = {"CallSid": sid, "From": caller, "Direction": "inbound", "CallStatus": "in-progress"}
    steps = [Step(path="/voice/hotline", form=base, wants="<Gather")]
    for words in said:
        form = {**base, **words}
        steps.append(Step(path="/voice/hotline/turn?n={n}", form=form, wants="<Say"))
    over = {**base, "CallStatus": "completed"}
    steps.append(Step(path="/voice/hotline/status", form=over, wants=""))
    return steps


def check_in_call(sid: str, attempt_id: int) -> Call:
    """A check-in: somebody picks up, is a person, presses 1, and hangs up when more is asked."""
    base, path = {"CallSid": sid}, f"/voice/check-in/{attempt_id}"

    def status(number: int, word: str, **more: str) -> Step:
        form = {**base, "CallStatus": word, "SequenceNumber": str(number), **more}
        return Step(path=f"{path}/status", form=form, wants="")

    machine = {**base, "AnsweredBy": "human"}
    return [
        *(status(number, word) for number, word in enumerate(STATUSES)),
        Step(path=path, form=base, wants="<Gather"),
        Step(path=f"{path}/machine", form=machine, wants=""),
        Step(path=f"{path}/turn?n={{n}}", form={**base, "Digits": "1"}, wants="<Say"),
        status(3, "completed", CallDuration="20"),
    ]
