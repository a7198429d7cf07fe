"""Text messages: accepted, sent, and then delivered or not, with a callback for each step.

What a network in mainland China does is done here too: landlines get none, texts with a link
and the third identical text in a day are dropped.
"""

import functools
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree import ElementTree

from callcenter.exchange.account import dialable
from callcenter.exchange.board import Board
from callcenter.exchange.book import PhoneBook
from callcenter.exchange.errors import RestError
from callcenter.exchange.webhook import Answer, Link, absolute

LONGEST = 1600
SENT_SECONDS = 1.0
DELIVERED_SECONDS = 3.0
SAME_PER_DAY = 2
KEPT = 5000
WORDS = {
    30003: "Unreachable destination handset",
    30005: "Unknown destination handset",
    30007: "Message filtered",
}


@dataclass(slots=True, kw_only=True)
class Message:
    """One text message, out or in."""

    sid: str
    sender: str  # From
    to: str
    body: str
    direction: str  # outbound-api, outbound-reply, inbound
    status: str  # queued, sent, delivered, undelivered, received
    created: datetime
    updated: datetime
    sent: datetime | None = None
    error: int | None = None
    callback: Link | None = None


class Messages:
    """Every text message of the exchange, newest last."""

    def __init__(self, board: Board, book: PhoneBook) -> None:
        self.board = board
        self.book = book
        self.all: dict[str, Message] = {}
        self._by_number: dict[str, deque[str]] = {}

    def create(self, form: Mapping[str, str]) -> Message:
        """Accept a message of the app. Raises RestError as Twilio refuses it."""
        self._check(form)
        callback = form.get("StatusCallback")
        message = self._new(
            sender=form["From"],
            to=form["To"],
            body=form["Body"],
            direction="outbound-api",
            status="queued",
            callback=Link(url=callback) if callback else None,
        )
        self._after(SENT_SECONDS, lambda: self._becomes(message, "sent"))
        self._after(DELIVERED_SECONDS, lambda: self._arrives(message))
        return message

    def receive(self, sender: str, to: str, body: str) -> Message:
        """A phone sends a text to a number of the account; the app is told."""
        message = self._new(
            sender=sender, to=to, body=body, direction="inbound", status="received", callback=None
        )
        line = self.board.account.line(to)
        if line is not None and line.sms is not None:
            form = self._form(message) | {"Body": body, "NumMedia": "0", "NumSegments": "1"}
            self.board.post(
                line.sms, form, owner=message.sid, then=lambda said: self._replies(message, said)
            )
        self._seen(sender)
        return message

    def _replies(self, asked: Message, said: Answer) -> None:
        """Sends each <Message> of the app's answer back to the phone that wrote."""
        for body in _bodies(said):
            reply = self._new(
                sender=asked.to,
                to=asked.sender,
                body=body[:LONGEST],
                direction="outbound-reply",
                status="queued",
                callback=None,
            )
            self._after(DELIVERED_SECONDS, functools.partial(self._arrives, reply))

    def inbox(self, number: str) -> list[Message]:
        """What a phone has got and sent, oldest first."""
        found = (self.all[sid] for sid in self._by_number.get(number, ()) if sid in self.all)
        return [message for message in found if message.status in {"delivered", "received"}]

    def _check(self, form: Mapping[str, str]) -> None:
        to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
        for value, code in ((to, 21604), (sender, 21603), (body, 21602)):
            if not value:
                raise RestError(code)
        if len(body) > LONGEST:
            raise RestError(21617)
        if self.board.account.line(sender) is None:
            raise RestError(21606, sender)
        if not dialable(to):
            raise RestError(21211, to)
        callback = form.get("StatusCallback")
        if callback and not absolute(callback):
            raise RestError(21609, callback)
        person = self.book.find(to)
        if person is not None and person.line == "landline":
            raise RestError(21614, to)

    def _new(
        self, *, sender: str, to: str, body: str, direction: str, status: str, callback: Link | None
    ) -> Message:
        now = self.board.now
        message = Message(
            sid=self.board.sid("SM"),
            sender=sender,
            to=to,
            body=body,
            direction=direction,
            status=status,
            created=now,
            updated=now,
            callback=callback,
        )
        self.all[message.sid] = message
        for number in (sender, to):
            self._by_number.setdefault(number, deque(maxlen=200)).append(message.sid)
        while len(self.all) > KEPT:
            del self.all[next(iter(self.all))]
        return message

    def _arrives(self, message: Message) -> None:
        message.error = self._obstacle(message)
        self._becomes(message, "undelivered" if message.error else "delivered")
        self._seen(message.to)

    def _obstacle(self, message: Message) -> int | None:
        person = self.book.find(message.to)
        if person is None and not self.board.phones.holds(message.to):
            return 30005
        if person is not None and person.behaviour == "unreachable":
            return 30003
        if re.search(r"https?://|www\.", message.body):
            return 30007
        day_ago = self.board.now - timedelta(days=1)
        before = (self.all[sid] for sid in self._by_number[message.to] if sid in self.all)
        same = [m for m in before if m.body == message.body and m.to == message.to]
        earlier = [m for m in same if m.status == "delivered" and m.created > day_ago]
        return 30007 if len(earlier) >= SAME_PER_DAY else None

    def _becomes(self, message: Message, status: str) -> None:
        message.status, message.updated = status, self.board.now
        if status == "sent":
            message.sent = self.board.now
        self.board.version += 1
        if message.callback is not None:
            form = self._form(message) | {"MessageStatus": status, "SmsStatus": status}
            if message.error:
                form["ErrorCode"] = str(message.error)
            self.board.post(message.callback, form, owner=message.sid, ordered=True)

    def _form(self, message: Message) -> dict[str, str]:
        return {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "AccountSid": self.board.account.sid,
            "From": message.sender,
            "To": message.to,
            "ApiVersion": "2010-04-01",
        }

    def _seen(self, number: str) -> None:
        self.board.touched.add(number)
        self.board.version += 1

    def _after(self, seconds: float, do: Callable[[], None]) -> None:
        self.board.at(self.board.now + timedelta(seconds=seconds), do)


def _bodies(said: Answer) -> list[str]:
    """The texts of a messaging answer; what is no such answer holds none."""
    if said.error or "<!" in said.text:  # no declarations: entities could blow up
        return []
    try:
        root = ElementTree.fromstring(said.text.strip().encode())  # noqa: S314 - refused above
    except ElementTree.ParseError:
        return []
    found = ["".join(one.itertext()).strip() for one in root.iter("Message")]
    return [body for body in found if body]
