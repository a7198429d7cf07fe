"""What leaves the house over Telegram, in order, each chat at the pace that Telegram allows.

Words on record (the assistant's and a person's) wait in the house until they are sent, so neither
a crash nor a flood limit loses them. Asides are not on record and wait in memory only.
"""

import asyncio
import logging
from collections.abc import Sequence
from enum import Enum, auto
from typing import Protocol

from telegram import Bot, ReplyKeyboardMarkup
from telegram.error import TelegramError

from bot.channels.telegram_api import LONGEST_TEXT, trouble
from bot.channels.words import Words

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # between two looks for what a person wrote at the console
REST_SECONDS = 2.0  # a chat's rest after trouble for which Telegram names no time
ASIDES = 3  # wait for one chat at most; more would only be repetition


class Went(Enum):
    """How sending one message went."""

    SENT = auto()
    REFUSED = auto()  # this one for good; the next may go
    LATER = auto()  # the chat has to wait


class Outgoing(Protocol):
    """One thing on record that has to reach a chat."""

    @property
    def message_id(self) -> int:
        """Its number on record."""

    @property
    def chat(self) -> str:
        """The chat's number."""

    @property
    def text(self) -> str:
        """What is said."""

    @property
    def by_person(self) -> bool:
        """True when a person wrote it, not the assistant."""


class Outbox(Protocol):
    """Where words on record wait. Every method may block; none is called on the event loop."""

    def pending(self) -> Sequence[Outgoing]:
        """What has to go out now, in order."""

    def done(self, message_id: int) -> None:
        """It reached the chat."""

    def lost(self, message_id: int) -> None:
        """Telegram refuses this one for good."""

    def gone(self, chat: str) -> None:
        """The person has blocked the bot or left: nothing can reach this chat."""


class Delivery:
    """Sends what waits; the only place that writes to a resident's chat."""

    def __init__(self, bot: Bot, outbox: Outbox, words: Words) -> None:
        self._bot = bot
        self._outbox = outbox
        self._words = words
        self._asides: dict[str, list[str]] = {}
        self._quiet: dict[str, float] = {}  # chat -> on the loop's clock, not to be written before
        self._wake = asyncio.Event()

    def aside(self, chat: str, text: str) -> None:
        """Says something that is not on record, after everything that is."""
        waiting = self._asides.setdefault(chat, [])
        if len(waiting) < ASIDES and text not in waiting:
            waiting.append(text[:LONGEST_TEXT])
        self._wake.set()

    def look(self) -> None:
        """There may be something on record now: no need to wait for the next look."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; what was written before it is still sent. Trouble is logged, not raised."""
        while not stop.is_set():
            self._wake.clear()
            await self._round()
            await _first(self._wake, stop, LOOK_SECONDS)
        await self._round()

    async def _round(self) -> None:
        lanes: dict[str, list[Outgoing]] = {}
        for one in await self._pending():
            lanes.setdefault(one.chat, []).append(one)
        chats = dict.fromkeys((*lanes, *self._asides))
        await asyncio.gather(*(self._safely(chat, lanes.get(chat, [])) for chat in chats))

    async def _pending(self) -> Sequence[Outgoing]:
        """The edge to the house: while it fails, asides (such as an apology) still go out."""
        try:
            return await asyncio.to_thread(self._outbox.pending)
        except Exception as wrong:  # noqa: BLE001 - the next round asks again
            log.error("the outbox cannot be read: %s", type(wrong).__name__)
            return ()

    async def _safely(self, chat: str, lane: list[Outgoing]) -> None:
        try:
            await self._lane(chat, lane)
        except Exception as wrong:  # noqa: BLE001 - one chat must not stop the others
            log.error("delivering to one chat failed: %s", type(wrong).__name__)

    async def _lane(self, chat: str, lane: list[Outgoing]) -> None:
        if asyncio.get_running_loop().time() < self._quiet.get(chat, 0.0):
            return
        self._quiet.pop(chat, None)
        for one in lane:
            if await self._on_record(one) is Went.LATER:
                return
        while self._asides.get(chat):
            if await self._try(chat, self._asides[chat][0]) is Went.LATER:
                return
            self._asides[chat].pop(0)
        self._asides.pop(chat, None)

    async def _on_record(self, one: Outgoing) -> Went:
        text = self._words.say("person", text=one.text) if one.by_person else one.text
        went = await self._try(one.chat, text)
        if went is Went.SENT:
            await asyncio.to_thread(self._outbox.done, one.message_id)
        if went is Went.REFUSED:
            await asyncio.to_thread(self._outbox.lost, one.message_id)
        return went

    async def _try(self, chat: str, text: str) -> Went:
        try:
            await self._bot.send_message(
                chat_id=chat, text=text[:LONGEST_TEXT], reply_markup=self._keys()
            )
        except TelegramError as error:
            return await self._failed(chat, error)
        return Went.SENT

    async def _failed(self, chat: str, error: TelegramError) -> Went:
        ours = trouble(error)
        log.warning("a message did not go out: %s", ours)
        if ours.gone:
            self._asides.pop(chat, None)
            await asyncio.to_thread(self._outbox.gone, chat)
            return Went.LATER
        if not ours.again:
            return Went.REFUSED
        pause = ours.seconds or REST_SECONDS
        self._quiet[chat] = asyncio.get_running_loop().time() + pause
        return Went.LATER

    def _keys(self) -> ReplyKeyboardMarkup:
        """Two large keys under the chat: a person, and help. They say the words for the elder."""
        keys = [[self._words.say("key_human"), self._words.say("key_help")]]
        return ReplyKeyboardMarkup(keys, resize_keyboard=True, is_persistent=True)


async def _first(wake: asyncio.Event, stop: asyncio.Event, seconds: float) -> None:
    """Waits for one of the two, at most so many seconds."""
    waits = [asyncio.create_task(wake.wait()), asyncio.create_task(stop.wait())]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for one in waits:
        one.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
