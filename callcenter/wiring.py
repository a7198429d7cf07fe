"""Where ports meet adapters: a house is put together once at start, and refused when unsafe."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from sqlalchemy import exists, or_, select

from callcenter.assistant import Assistant
from callcenter.clock import Clock
from callcenter.config import BadSettings, Settings
from callcenter.dialogue import FrontDoor
from callcenter.policy import Policy, read_policy
from callcenter.store.session import Store, open_engine
from callcenter.store.tables import Elder, Worker
from callcenter.telephony.port import Carrier
from callcenter.telephony.twilio import TwilioCarrier
from knowledge import Library

LEARNING = "智能助手正在学习，危险词、按键、平安问候和转人工都已可用。"


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything that a process of the hotline works with."""

    settings: Settings
    policy: Policy
    store: Store
    carrier: Carrier
    clock: Clock
    assistant: Assistant | None
    door: FrontDoor
    articles: Callable[[], Library]  # read at the first question, not at the start

    def now(self) -> datetime:
        """The time that everything goes by; aware UTC."""
        return self.clock.now()

    def assistant_ready(self) -> str | None:
        """None when the assistant answers, else what people should know meanwhile."""
        return None if self.assistant and self.assistant.ready() else LEARNING


def build(settings: Settings, policy: Policy | None = None) -> House:
    """The house for these settings. Raises BadSettings or BadPolicy in plain words.

    The policy is read unless it is handed over (many houses in one process).
    """
    policy = policy or read_policy(settings.policy_folder, settings.hotline_number)
    assistant = None
    if settings.rasa_token:
        assistant = Assistant(settings.rasa_url, settings.rasa_token, settings.rasa_seconds)
    return House(
        settings=settings,
        policy=policy,
        store=Store(
            open_engine(settings.database_url, settings.database_seconds), settings.database_seconds
        ),
        carrier=TwilioCarrier(settings),
        clock=Clock(settings.clock_file),
        assistant=assistant,
        door=FrontDoor(policy, assistant),
        articles=cache(Library.load),
    )


def refuse_unsafe_roster(house: House) -> None:
    """Demonstration people never meet a real carrier; Twilio cannot reach +86. Raises BadSettings.

    Twilio ended outbound calls to mainland China on 30 November 2023.
    """
    if house.settings.local_carrier:
        return
    with house.store.look() as session:
        people = (Elder, Worker)
        if any(session.scalar(select(exists().where(who.demonstration))) for who in people):
            raise BadSettings(
                "demonstration people are in the roster, and XIXIN_CARRIER_URL points at a real "
                "carrier; start with an empty database (XIXIN_DATABASE_URL)"
            )
        chinese = exists().where(
            or_(Elder.phone.startswith("+86"), Elder.other_phone.startswith("+86"))
        )
        if house.settings.is_twilio and session.scalar(select(chinese)):
            if house.settings.allow_china_over_twilio:
                return
            raise BadSettings(
                "Twilio has not carried calls to mainland China since 30 November 2023, and the "
                "roster has +86 numbers; point XIXIN_CARRIER_URL at a domestic carrier that "
                "speaks the same API, or set XIXIN_ALLOW_CHINA_OVER_TWILIO=true if you know better"
            )


def with_clock(house: House, clock: Clock) -> House:
    """The same house going by another clock (stories, simulations)."""
    return replace(house, clock=clock)
