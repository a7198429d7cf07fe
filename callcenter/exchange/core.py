"""The exchange itself: place, receive and change calls, press keys and speak on its phones.

Deterministic: no clock, no sockets, no threads. `advance(now)` does what is due, `board.outbox`
holds the webhooks to deliver, `settle(webhook, answer)` brings an answer back. `InProcess` does
both with a plain function, for simulations and tests.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from callcenter.exchange import (
    amd,
    dial,
    ears,
    faults,
    gather,
    legs,
    orders,
    queues,
    recordings,
    relay,
    rooms,
    script,
    talk,
)
from callcenter.exchange.account import WITHHELD, Account
from callcenter.exchange.board import Board
from callcenter.exchange.book import PhoneBook
from callcenter.exchange.call import Call, Callback, Orders
from callcenter.exchange.errors import RestError
from callcenter.exchange.messages import Message, Messages
from callcenter.exchange.orders import Form
from callcenter.exchange.people import People
from callcenter.exchange.webhook import Answer, Link, Webhook

VERBS = {
    "Say": talk.say,
    "Play": talk.say,
    "Pause": talk.pause,
    "Gather": gather.gather,
    "Redirect": talk.redirect,
    "Hangup": talk.hang_up,
    "Reject": talk.reject,
    "Dial": dial.dial,
    "Enqueue": queues.enqueue,
    "Leave": queues.leave,
    "Record": recordings.record,
    "Connect": relay.connect,
}
# What a call leaves behind when it ends or is sent elsewhere, in this order.
DEPARTURES = (
    recordings.departed,
    relay.departed,
    dial.departed,
    queues.departed,
    rooms.leave,
)
LONGEST_QUEUE = timedelta(hours=24)


class Exchange:
    """A phone exchange with one account, its numbers and the phones of a phone book."""

    def __init__(
        self,
        account: Account,
        book: PhoneBook,
        *,
        seed: int = 0,
        salt: str = "",
        faults: faults.Faults = faults.NONE,
        keep: int = 5000,
    ) -> None:
        self.account = account
        self.book = book
        self.board = Board(account, seed=seed, salt=salt, faults=faults, keep=keep)
        self.people = People(self.board, book, seed)
        self.messages = Messages(self.board, book)
        self.board.phones = self.people
        self.board.verbs = VERBS
        self.board.departures = DEPARTURES
        self._next_dispatch: datetime | None = None

    # Time ---------------------------------------------------------------------------------

    def advance(self, now: datetime, hand_now: datetime | None = None) -> None:
        """Do everything that is due; `hand_now` is real time, for calls with a real person."""
        self.board.advance(now, hand_now)

    def settle(self, webhook: Webhook, answer: Answer) -> None:
        """What the app answered to a webhook."""
        self.board.settle(webhook.id, answer)

    # What the app asks for ----------------------------------------------------------------

    def place_call(self, form: Form) -> Call:
        """`POST /Calls`: the call is queued and leaves at the account's calls per second."""
        to, sender = orders.parties(form, self.account, self.book)
        asked = orders.read(form)
        if len(self.board.live) >= self.account.most_calls:
            raise RestError(10004)
        moment = self._dispatch_time()
        call = self._new(to, sender, to, "outbound-api", asked)
        call.by_hand = self.people.holds(to)
        call.on_answer = lambda: amd.screened(
            self.board, call, lambda: script.start(self.board, call)
        )
        for name in orders.unknown(form):
            self.board.note(call, "error", "不认识的参数，已忽略", name)
        self.board.note(call, "event", "收到拨打请求", f"To={to} From={sender}")
        self.board.at(moment, lambda: None if call.over else legs.dial(self.board, call))
        return call

    def update(self, call: Call, form: Form) -> Call:
        """`POST /Calls/{sid}`: hang up, cancel, or go on with other TwiML."""
        status, twiml = orders.one(form, "Status"), orders.one(form, "Twiml")
        link = orders.redirect(form)
        if status not in {"", "canceled", "completed"}:
            raise RestError(21223, status)
        if status == "completed" or (status == "canceled" and not call.connected):
            legs.hang_up(self.board, call, "由应用挂断")
        if link is not None or twiml:
            self._redirect(call, link, twiml)
        return call

    def find(self, sid: str, among: Sequence[str] = ()) -> Call:
        """The account's call. Raises RestError 20404."""
        call = self.board.calls.get(sid)
        if call is None or call.account != self.account.sid:
            raise RestError(20404, sid)
        return call

    # What people do -----------------------------------------------------------------------

    def rings_in(self, number: str, to: str, *, withheld: bool = False) -> Call:
        """The phone `number` dials `to`: a number of the account, or any other phone."""
        line = self.account.line(to)
        shown = WITHHELD if withheld else number
        if line is None:
            asked = Orders(twiml=f"<Response><Dial timeout='60'>{to}</Dial></Response>")
            call = self._new(number, shown, to, "private", asked, account="")
        else:
            callback = line.status_callback
            asked = Orders(
                script=line.voice,
                fallback=line.fallback,
                callback=Callback(link=callback) if callback else None,
            )
            call = self._new(number, shown, to, "inbound", asked)
        self._rings_here(call)
        return call

    def current(self, number: str) -> Call | None:
        """The call that a phone is in, or the last one it had."""
        return self.board.calls.get(self.people.last.get(number, ""))

    def answer(self, number: str) -> None:
        """Pick up the ringing phone."""
        call = self.current(number)
        if call is not None and call.status == "ringing" and call.direction != "inbound":
            legs.answer(self.board, call)

    def hang_up(self, number: str) -> None:
        """Put the receiver down, or decline a call that rings."""
        call = self.current(number)
        if call is None or call.over:
            return
        if call.status == "ringing" and call.direction not in {"inbound", "private"}:
            legs.end(self.board, call, "busy", 603, "对方拒接")
        else:
            legs.hang_up(self.board, call, "对方挂断")

    def keys(self, number: str, pressed: str) -> None:
        """Press keys in a call."""
        call = self.current(number)
        if call is None or not call.connected:
            return
        if pressed == "*" and dial.star(self.board, call):
            return
        ears.keys(self.board, call, pressed)

    def say(self, number: str, text: str, *, finished: bool = True) -> None:
        """Speak in a call: to the line if it listens, and to everybody in the room."""
        call = self.current(number)
        if call is None or not call.connected:
            return
        ears.speak(self.board, call, text, finished=finished)

    def begins_to_speak(self, number: str) -> None:
        """The person at the phone is about to say something (types): the line waits."""
        call = self.current(number)
        if call is not None and call.connected:
            gather.begins_to_speak(self.board, call)

    def text(self, number: str, to: str, body: str) -> Message:
        """Send a text message from a phone."""
        return self.messages.receive(number, to, body)

    # Inside -------------------------------------------------------------------------------

    def _new(
        self,
        phone: str,
        caller: str,
        callee: str,
        direction: str,
        asked: Orders,
        account: str | None = None,
    ) -> Call:
        call = Call(
            sid=self.board.sid("CA"),
            account=self.account.sid if account is None else account,
            caller=caller,
            callee=callee,
            direction=direction,
            created=self.board.now,
            orders=asked,
            phone=phone,
        )
        self.board.add(call)
        return call

    def _rings_here(self, call: Call) -> None:
        call.by_hand = self.people.holds(call.phone)
        call.started = self.board.now
        self.people.begins(call)
        self.board.line(call, "note", f"正在拨打 {call.callee}")
        self.board.note(call, "event", f"来电 {call.callee}", call.direction)
        call.status = "ringing"
        if call.direction == "private":
            legs.answer(self.board, call)
        script.start(self.board, call)

    def _dispatch_time(self) -> datetime:
        now = self.board.now
        moment = max(now, self._next_dispatch or now)
        if moment - now > LONGEST_QUEUE:
            raise RestError(22005)
        self._next_dispatch = moment + timedelta(
            microseconds=1_000_000 // self.account.calls_per_second
        )
        return moment

    def _redirect(self, call: Call, link: Link | None, twiml: str) -> None:
        if not call.connected:
            raise RestError(21220)
        board = self.board
        board.note(call, "event", "应用改变了通话")
        base = link or (call.script.link if call.script else Link(url=""))
        for depart in DEPARTURES:
            depart(board, call)
        script.begin(board, call, base, lambda: legs.hang_up(board, call, "脚本结束"))
        if twiml:
            script.receive(board, call, base, Answer(status=200, text=twiml))
        elif link is not None:
            script.fetch(board, call, link, {})


class InProcess:
    """Drives an exchange with a plain function that answers webhooks, in simulated time."""

    def __init__(self, exchange: Exchange, deliver: Callable[[Webhook], Answer]) -> None:
        self.exchange = exchange
        self.deliver = deliver

    def advance(self, now: datetime) -> None:
        """Live until `now`, delivering each webhook at the moment it is sent."""
        self._deliver_all()
        while (moment := self.next_at()) is not None and moment <= now:
            self.exchange.advance(moment)
            self._deliver_all()
        self.exchange.advance(now)

    def next_at(self) -> datetime | None:
        """When something is due next."""
        return min(filter(None, self.exchange.board.next_at()), default=None)

    def _deliver_all(self) -> None:
        outbox = self.exchange.board.outbox
        while outbox:
            webhook = outbox.popleft()
            self.exchange.settle(webhook, self.deliver(webhook))
