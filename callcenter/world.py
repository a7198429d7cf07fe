"""A small world with a clock: the real house and the real exchange in one process, without sockets.

The engine, the services, the store, the signed webhooks and the twilio client are the ones that
production uses; only the wires between them are functions. Stories and simulations live here.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.testclient import TestClient

from callcenter import engine, wiring
from callcenter.clock import Clock
from callcenter.config import Settings
from callcenter.exchange import faults, rest
from callcenter.exchange.account import Account, Hotline
from callcenter.exchange.book import from_data
from callcenter.exchange.core import Exchange, InProcess
from callcenter.exchange.webhook import Answer, Link, Webhook
from callcenter.notify import ChatSender, NoChat, Notifier
from callcenter.policy import Policy
from callcenter.store import schema
from callcenter.store.session import Store
from callcenter.telephony.twilio import TwilioCarrier
from callcenter.web.app import create_app
from callcenter.web.fallback import create_fallback
from callcenter.web.inside import Inside, raised
from callcenter.wiring import House

LONGEST_STEP = timedelta(hours=1)  # the engine looks at least so often; a new week begins by itself


class WorldClock(Clock):
    """Time is what the exchange says it is."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self._exchange = exchange

    def now(self) -> datetime:
        """The moment at which the world stands."""
        return self._exchange.board.now

    def sleep(self, seconds: float) -> None:
        """Time passes at the exchange; what it has to tell is delivered when the world goes on."""
        self._exchange.advance(self._exchange.board.now + timedelta(seconds=seconds))


class Wire:
    """Carries the twilio client's requests to the exchange, as the network would."""

    def __init__(self, exchange: Exchange, settings: Settings) -> None:
        self._exchange, self._settings = exchange, settings

    def request(self, method: str, url: str, **words: Any) -> Any:
        """One request of the client. Raises OSError when its answer gets lost."""
        query = {k: str(v) for k, v in (words.get("params") or {}).items() if v is not None}
        form = {name: _many(value) for name, value in (words.get("data") or {}).items()}
        reply = rest.handle(
            self._exchange,
            rest.Request(
                method=method.upper(),
                path=urlsplit(url).path,
                query=query,
                form=form,
                user=self._settings.account_sid,
                password=self._settings.auth_token,
            ),
        )
        if not reply.heard:
            raise OSError("the answer was lost")
        return _Response(reply)


class _Response:
    def __init__(self, reply: rest.Reply) -> None:
        self.status_code = reply.status
        self.text = json.dumps(reply.body)
        self.headers = dict(reply.headers)
        self.ok = reply.status < 400


def _many(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


class World:
    """A house, an exchange, and time that passes when it is told to."""

    def __init__(
        self,
        settings: Settings,
        book: Mapping[str, Any],
        moment: datetime,
        *,
        seed: int = 0,
        faults: faults.Faults = faults.NONE,
        chat: ChatSender | None = None,
        policy: Policy | None = None,
        clock: Callable[[Exchange], Clock] = WorldClock,
        doors: Callable[[Store], Store] = lambda store: store,
        broke: Callable[[Exception], None] = raised,
    ) -> None:
        """`doors` may put other doors before the web's database; `clock` is what hangs on the wall.

        `policy` is read from the settings' folder unless it is given; `broke` hears of errors that
        a web server would answer with 500, and by default raises them.
        """
        self.settings = settings.model_copy(update={"dials_at_once": 1})  # there is one wire
        self.exchange = Exchange(account(settings), from_data(book), seed=seed, faults=faults)
        self.exchange.advance(moment)
        self.clock = clock(self.exchange)
        self._chat = chat or NoChat()
        self._policy = policy
        self.house = self.build(doors)
        schema.migrate(self.house.store.engine)
        app = create_app(self.house)
        last_resort = create_fallback(settings, self.house.policy.prompts)
        self.web = TestClient(app, base_url=settings.public_url)  # for what a story sends itself
        self.fallback = TestClient(last_resort, base_url=settings.fallback_url)
        self.delivered = 0  # webhooks so far
        self.web_is_down = False  # True: nobody answers at the house's own address
        self.broke = broke  # raised in stories, so that a mistake shows where it was made
        self._web = Inside(app, settings.public_url, lambda error: self.broke(error))
        self._fallback = Inside(last_resort, settings.fallback_url, lambda error: self.broke(error))
        self.line = InProcess(self.exchange, self._deliver)
        self.notifier = self.notifier_of(self.house)

    def build(self, doors: Callable[[Store], Store] = lambda store: store) -> House:
        """A house of this world with connections of its own, as another process would have."""
        built = wiring.build(self.settings, self._policy)
        self._policy = built.policy
        return replace(
            built,
            store=doors(built.store),
            carrier=TwilioCarrier(self.settings, Wire(self.exchange, self.settings)),
            clock=self.clock,
        )

    def notifier_of(self, house: House) -> Notifier:
        """What a process of that house sends notices with."""
        return Notifier(
            carrier=house.carrier,
            chat=self._chat,
            policy=house.policy,
            public_url=self.settings.public_url,
        )

    @property
    def now(self) -> datetime:
        """The moment at which the world stands; aware UTC."""
        return self.house.now()

    def tick(self) -> None:
        """One round of the engine."""
        engine.tick(self.house, self.notifier, self.now)

    def passes(self, **time: float) -> None:
        """Lets time pass, such as `passes(hours=2)`: calls are made, answered and told of."""
        self.until(self.now + timedelta(**time))

    def until(self, end: datetime) -> None:
        """Lets time pass until that moment."""
        with self.staying():
            self.tick()
            while self.now < end:
                self.line.advance(min(end, self._next()))
                self.tick()
            self.line.advance(end)

    @contextmanager
    def staying(self) -> Iterator[None]:
        """Many webhooks are to come: what serves them stays between them."""
        with self._web.staying(), self._fallback.staying():
            yield

    def close(self) -> None:
        """Gives the database and the assistant's connections back."""
        self.web.close()
        self.fallback.close()
        if self.house.assistant is not None:
            self.house.assistant.close()
        self.house.store.engine.dispose()

    def _next(self) -> datetime:
        soonest = self.now + timedelta(seconds=1)
        due = engine.next_due(self.house)
        found = [self.now + LONGEST_STEP, *filter(None, (due, self.line.next_at()))]
        return max(soonest, min(found))

    def _deliver(self, webhook: Webhook) -> Answer:
        self.delivered += 1
        last_resort = webhook.url.startswith(self.settings.fallback_url)
        if self.web_is_down and not last_resort:
            return Answer(status=0, text="nobody answers")
        door = self._fallback if last_resort else self._web
        got = door.request(webhook.method, webhook.url, webhook.form, webhook.headers)
        return Answer(status=got.status, text=got.text, content_type=got.content_type)


def account(settings: Settings) -> Account:
    """The house's account at the exchange, with the webhooks of its number."""
    base = settings.public_url
    return Account(
        sid=settings.account_sid,
        token=settings.auth_token,
        calls_per_second=settings.calls_per_second,
        lines=(
            Hotline(
                number=settings.hotline_number,
                voice=Link(url=f"{base}/voice/hotline"),
                fallback=Link(url=f"{settings.fallback_url}/voice/fallback"),
                status_callback=Link(url=f"{base}/voice/hotline/status"),
                sms=Link(url=f"{base}/sms/inbound"),
            ),
        ),
    )
