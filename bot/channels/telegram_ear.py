"""What the Telegram bot hears: residents' words, workers' presses, and what it cannot read.

An update is confirmed to Telegram only after it was handled, so a crash loses nobody's words:
they come again. Updates of one chat are handled in order, those of different chats side by side.
"""

import asyncio
import logging
import re
from collections.abc import Sequence
from typing import Protocol

from telegram import (
    Bot,
    CallbackQuery,
    ChatMember,
    ChatMemberUpdated,
    Message,
    Update,
)
from telegram.constants import ChatType
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram_api import ACKNOWLEDGE, trouble
from bot.channels.telegram_delivery import Delivery, Outbox
from bot.channels.words import Words

log = logging.getLogger(__name__)

POLL_SECONDS = 25  # how long Telegram holds a request open while there is nothing new
OFFLINE_SECONDS = 2.0  # before Telegram is asked again after trouble
AGAIN_SECONDS = (0.5, 2.0)  # before an update that failed in the house is tried again
HEARD = ["message", "edited_message", "callback_query", "my_chat_member"]
BUTTON = re.compile(rf"{ACKNOWLEDGE}:(\d{{1,9}})")
KINDS = {  # what a message without words holds -> what is said about it
    "photo": ("photo", "video", "video_note", "animation"),
    "voice": ("voice", "audio"),
    "sticker": ("sticker",),
    "place": ("location", "venue"),
    "other": ("document", "contact", "poll", "dice"),
}


class Desk(Outbox, Protocol):
    """What the bot asks of the house. Every method may block; none is called on the event loop."""

    def welcome(self, chat: str) -> None:
        """The chat begins anew; the first words go to the outbox."""

    def hear(self, chat: str, text: str) -> Sequence[str]:
        """Somebody wrote; answers go to the outbox. Gives what is to be said beside them."""

    def acknowledge(self, escalation_id: int, chat: str) -> str:
        """The person of this chat takes an escalation; gives the words to show."""


class Ear:
    """Fetches updates and hands each to the desk."""

    def __init__(self, bot: Bot, desk: Desk, delivery: Delivery, words: Words, number: str) -> None:
        self._bot = bot
        self._desk = desk
        self._delivery = delivery
        self._words = words
        self._number = number
        self._left: set[int] = set()  # groups that were told already

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; what was fetched before it is still handled, then confirmed."""
        offset = 0
        while not stop.is_set():
            updates = await self._fetch(offset, stop)
            if updates:
                await self._all(updates)
                offset = updates[-1].update_id + 1
        if offset:
            await self._confirm(offset)

    async def _fetch(self, offset: int, stop: asyncio.Event) -> Sequence[Update]:
        ask = asyncio.create_task(
            self._bot.get_updates(offset=offset, timeout=POLL_SECONDS, allowed_updates=HEARD)
        )
        over = asyncio.create_task(stop.wait())
        await asyncio.wait({ask, over}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        if not ask.done():
            ask.cancel()
            await asyncio.gather(ask, return_exceptions=True)
            return ()
        try:
            return ask.result()
        except InvalidToken:
            raise
        except TelegramError as error:
            ours = trouble(error)
            log.warning("Telegram cannot be heard: %s; asking again soon", ours)
            await _rest(stop, ours.seconds or OFFLINE_SECONDS)
            return ()

    async def _confirm(self, offset: int) -> None:
        try:
            await self._bot.get_updates(offset=offset, timeout=0, limit=1, allowed_updates=HEARD)
        except TelegramError as error:
            log.warning("the last updates may come again: %s", trouble(error))

    async def _all(self, updates: Sequence[Update]) -> None:
        lanes: dict[int, list[Update]] = {}
        for one in updates:
            chat = one.effective_chat
            lanes.setdefault(chat.id if chat else 0, []).append(one)
        await asyncio.gather(*(self._lane(lane) for lane in lanes.values()))

    async def _lane(self, updates: Sequence[Update]) -> None:
        for one in updates:
            await self._surely(one)

    async def _surely(self, update: Update) -> None:
        """The edge: an update that keeps failing gets an apology, never silence."""
        for pause in (*AGAIN_SECONDS, None):
            try:
                await self._one(update)
                return
            except Exception as wrong:  # noqa: BLE001 - one bad update must not stop the rest
                log.error("an update failed: %s", type(wrong).__name__)
                if pause is not None:
                    await asyncio.sleep(pause)
        chat = update.effective_chat
        if chat is not None and chat.type == ChatType.PRIVATE:
            self._delivery.aside(str(chat.id), self._words.say("trouble", number=self._number))

    async def _one(self, update: Update) -> None:
        if update.callback_query is not None:
            await self._pressed(update.callback_query)
        elif update.my_chat_member is not None:
            await self._membership(update.my_chat_member)
        elif update.message is not None:
            await self._wrote(update.message)
        elif update.edited_message is not None and update.edited_message.text:
            await self._wrote(update.edited_message)

    async def _wrote(self, message: Message) -> None:
        if message.chat.type != ChatType.PRIVATE:
            await self._refuse_group(message.chat.id)
            return
        chat, text = str(message.chat.id), (message.text or message.caption or "").strip()
        if text.startswith("/"):
            await self._command(chat, text)
        elif text:
            await self._heard(chat, text)
        kind = _kind(message)
        if kind is not None:
            self._delivery.aside(chat, self._words.say(kind, **self._blanks(kind)))

    async def _command(self, chat: str, text: str) -> None:
        name = text.split(maxsplit=1)[0][1:].partition("@")[0].lower()
        if name in ("start", "help"):
            await asyncio.to_thread(self._desk.welcome, chat)
            self._delivery.look()
        elif name == "id":
            self._delivery.aside(chat, self._words.say("chat_number", chat=chat))
        elif name == "human":
            await self._heard(chat, self._words.say("key_human"))
        else:
            await self._heard(chat, text.lstrip("/"))

    async def _heard(self, chat: str, text: str) -> None:
        for line in await asyncio.to_thread(self._desk.hear, chat, text):
            self._delivery.aside(chat, line)
        self._delivery.look()

    def _blanks(self, kind: str) -> dict[str, str]:
        return {"number": self._number} if kind == "voice" else {}

    async def _refuse_group(self, group: int) -> None:
        if group in self._left:
            return
        self._left.add(group)
        try:
            await self._bot.send_message(chat_id=group, text=self._words.say("group"))
            await self._bot.leave_chat(chat_id=group)
        except TelegramError as error:
            log.warning("a group could not be told: %s", trouble(error))

    async def _membership(self, change: ChatMemberUpdated) -> None:
        away = change.new_chat_member.status in (ChatMember.LEFT, ChatMember.BANNED)
        if change.chat.type == ChatType.PRIVATE:
            if away:
                await asyncio.to_thread(self._desk.gone, str(change.chat.id))
        elif away:
            self._left.discard(change.chat.id)
        else:
            await self._refuse_group(change.chat.id)

    async def _pressed(self, query: CallbackQuery) -> None:
        where = query.message.chat.id if query.message else query.from_user.id
        chat = str(where)
        button = BUTTON.fullmatch(query.data or "")
        if button is None:
            await self._show(query, chat, self._words.say("odd_button"))
            return
        said = await asyncio.to_thread(self._desk.acknowledge, int(button[1]), chat)
        await self._show(query, chat, said)

    async def _show(self, query: CallbackQuery, chat: str, said: str) -> None:
        """Says it on the button and under the message, where the button then is gone."""
        try:
            await query.answer(text=said)
        except TelegramError as error:  # pressed long ago: the message below says it too
            log.info("a press could not be answered: %s", trouble(error))
        try:
            if not isinstance(query.message, Message):
                raise TelegramError("too old to be changed")
            await query.edit_message_text(f"{query.message.text or ''}\n\n{said}")
        except TelegramError as error:
            log.info("a notice could not be changed: %s", trouble(error))
            self._delivery.aside(chat, said)


def _kind(message: Message) -> str | None:
    """The words for something that is not text; None for text and for what needs no answer."""
    for kind, parts in KINDS.items():
        if any(getattr(message, part) for part in parts):
            return kind
    return None


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    over = asyncio.create_task(stop.wait())
    await asyncio.wait({over}, timeout=seconds)
    over.cancel()
