"""A chat service at hand: takes notices as Telegram would, and fails now and then."""

from random import Random

from bot.channels.telegram_api import ChatTrouble

FAILS = 0.02  # share of messages that have to be sent again


class Chats:
    """See `notify.ChatSender`."""

    def __init__(self, seed: int, fails: float) -> None:
        self._chance = Random(f"{seed}:chats")  # noqa: S311  not for secrets
        self._fails = fails
        self._sent = 0

    def send(self, chat: str, text: str, escalation_id: int) -> str:
        """Gives the id of the message. Raises ChatTrouble when it did not go out."""
        if self._chance.random() < self._fails:
            raise ChatTrouble("聊天服务没有回应", again=True)
        self._sent += 1
        return f"chat:{self._sent}"
