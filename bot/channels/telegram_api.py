"""Telegram's Bot API as this house uses it: one way to reach it, its errors in our words.

The token is part of every URL, so the HTTP libraries that would log URLs are kept quiet.
"""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from bot.channels.words import Words, read_words

SECONDS = 10.0  # for one request; a long poll adds its own waiting time
LONGEST_TEXT = 4096  # characters of one message, Telegram's own limit
ACKNOWLEDGE = "ack"  # callback data of the button: ack:<escalation id>


class ChatTrouble(Exception):
    """A message did not go out. `again`: whether another try makes sense, at the earliest after
    `seconds`. `gone`: the person has blocked the bot or the chat does not exist."""

    def __init__(self, why: str, *, again: bool, seconds: float = 0.0, gone: bool = False) -> None:
        super().__init__(why)
        self.again = again
        self.seconds = seconds
        self.gone = gone


class BadToken(Exception):
    """Telegram does not accept the token; set XIXIN_TELEGRAM_TOKEN to the one from BotFather."""

    def __str__(self) -> str:
        """What to do, without the token."""
        return (self.__doc__ or "").strip()


def keep_quiet() -> None:
    """Keeps tokens and people's words out of the logs, and asks the library for plain intervals."""
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)


@asynccontextmanager
async def open_bot(token: str, url: str, connections: int = 8) -> AsyncIterator[Bot]:
    """The Bot API at `url` (https://api.telegram.org, or a server that speaks the same)."""
    keep_quiet()
    async with HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=SECONDS,
        read_timeout=SECONDS,
        write_timeout=SECONDS,
        pool_timeout=SECONDS,
    ) as line:
        try:
            yield Bot(
                token, base_url=f"{url.rstrip('/')}/bot", request=line, get_updates_request=line
            )
        except InvalidToken:
            raise BadToken from None


def trouble(error: TelegramError) -> ChatTrouble:
    """The library's error in our words; never its text, which may carry what people wrote."""
    why = type(error).__name__
    if isinstance(error, RetryAfter):
        seconds = _seconds(error.retry_after)
        return ChatTrouble(f"Telegram asks to wait {seconds:.0f} s", again=True, seconds=seconds)
    if isinstance(error, Forbidden):
        return ChatTrouble("the person has blocked the bot", again=False, gone=True)
    if isinstance(error, ChatMigrated):
        return ChatTrouble(why, again=False, gone=True)
    if isinstance(error, BadRequest):
        gone = "chat not found" in str(error).lower()
        return ChatTrouble("chat not found" if gone else why, again=False, gone=gone)
    return ChatTrouble(why, again=not isinstance(error, InvalidToken))


def _seconds(wait: int | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


class TelegramSender:
    """Sends escalation notices for the engine, one at a time and synchronously."""

    def __init__(self, token: str, base_url: str, words: Words | None = None) -> None:
        self._token = token
        self._url = base_url
        self._words = words or read_words("telegram")
        self._not_before = 0.0  # on the machine's steady clock; Telegram asked us to wait

    def send(self, chat: str, text: str, escalation_id: int) -> str:
        """Sends a notice with a button to acknowledge; gives `chat:message`. Raises ChatTrouble."""
        wait = self._not_before - time.monotonic()
        if wait > 0:
            raise ChatTrouble(f"Telegram asks to wait {wait:.0f} s", again=True, seconds=wait)
        try:
            with ThreadPoolExecutor(1) as aside:  # the caller's thread may have a loop of its own
                return aside.submit(
                    lambda: asyncio.run(self._send(chat, text, escalation_id))
                ).result()
        except (TelegramError, BadToken) as error:
            ours = trouble(error) if isinstance(error, TelegramError) else _no_token()
            if ours.seconds:
                self._not_before = time.monotonic() + ours.seconds
            raise ours from None

    async def _send(self, chat: str, text: str, escalation_id: int) -> str:
        words = self._words.say("notice", case=str(escalation_id), text=text)
        button = InlineKeyboardButton(
            self._words.say("button_acknowledge"), callback_data=f"{ACKNOWLEDGE}:{escalation_id}"
        )
        async with open_bot(self._token, self._url, connections=1) as bot:
            sent = await bot.send_message(
                chat_id=chat,
                text=words[:LONGEST_TEXT],
                reply_markup=InlineKeyboardMarkup([[button]]),
            )
        return f"{chat}:{sent.message_id}"


def _no_token() -> ChatTrouble:
    return ChatTrouble("the token is not accepted", again=False)
