"""The Telegram bot: residents talk to the front door, workers acknowledge escalations."""

import asyncio
import logging
import signal

from telegram import Bot, BotCommand
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram_api import open_bot, trouble
from bot.channels.telegram_delivery import Delivery
from bot.channels.telegram_ear import Desk, Ear
from bot.channels.words import Words, read_words

log = logging.getLogger(__name__)


async def serve(token: str, url: str, desk: Desk, number: str, stop: asyncio.Event) -> None:
    """Runs the bot until `stop`. `number` is the hotline's, in digits. Raises BadToken."""
    words = read_words("telegram")
    async with open_bot(token, url) as bot:
        await _introduce(bot, words)
        delivery = Delivery(bot, desk, words)
        sending = asyncio.create_task(delivery.run(stop))
        try:
            await Ear(bot, desk, delivery, words, number).run(stop)
        finally:
            stop.set()
            await sending


async def _introduce(bot: Bot, words: Words) -> None:
    """Polling, not a webhook; and the commands that people see in their menu."""
    menu = [BotCommand(name, words.say(f"menu_{name}")) for name in ("start", "human", "id")]
    try:
        await bot.delete_webhook()
        await bot.set_my_commands(menu)
    except InvalidToken:
        raise
    except TelegramError as error:
        log.warning("Telegram could not be told our commands: %s", trouble(error))


def run(token: str, url: str, desk: Desk, number: str) -> None:
    """Runs the bot until SIGTERM or SIGINT, then ends cleanly. Raises BadToken."""
    asyncio.run(_until_signal(token, url, desk, number))


async def _until_signal(token: str, url: str, desk: Desk, number: str) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop.set)
    await serve(token, url, desk, number, stop)
