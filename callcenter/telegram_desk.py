"""The house behind the Telegram bot: the front door, the outbox and acknowledging, as it asks."""

from collections.abc import Sequence

from bot.channels import telegram
from bot.channels.words import Words, in_digits, read_words
from callcenter import reception
from callcenter.config import BadSettings
from callcenter.services import notices, outbox
from callcenter.services.acknowledging import acknowledge_together
from callcenter.services.errors import CareError
from callcenter.wiring import House


class TelegramDesk:
    """What the bot asks for, answered by one house; see bot.channels.telegram_ear.Desk."""

    def __init__(self, house: House, words: Words) -> None:
        self._house = house
        self._words = words

    def welcome(self, chat: str) -> None:
        """The talk begins anew; the first words wait in the outbox."""
        with self._house.store.work() as session:
            outbox.back(session, chat)
        reception.welcome(self._house, key=outbox.key_of(chat), channel="telegram")

    def hear(self, chat: str, text: str) -> Sequence[str]:
        """Answers wait in the outbox; who this is comes first. Gives what is not on record."""
        with self._house.store.work() as session:
            known = outbox.back(session, chat)
        if not known:
            self.welcome(chat)
        key = outbox.key_of(chat)
        answer = reception.hear(
            self._house, key=key, channel="telegram", text=text.replace("\0", "")
        )
        with self._house.store.look() as session:
            waiting = outbox.still_waiting(session, answer.conversation_id)
        return answer.lines if waiting else ()

    def acknowledge(self, escalation_id: int, chat: str) -> str:
        """The worker of this chat takes it, if he was told of it; the first one wins."""
        try:
            with self._house.store.work() as session:
                worker = notices.worker_in_chat(session, escalation_id, chat)
                if worker is None:
                    return self._words.say("not_told")
                acknowledge_together(session, self._house.now(), escalation_id, worker, "telegram")
                return self._words.say("taken", name=worker.name)
        except CareError as no:
            return str(no)

    def pending(self) -> Sequence[outbox.Outgoing]:
        """What has to go out now."""
        with self._house.store.look() as session:
            return outbox.pending(session)

    def done(self, message_id: int) -> None:
        """It reached the chat."""
        with self._house.store.work() as session:
            outbox.done(session, self._house.now(), message_id)

    def lost(self, message_id: int) -> None:
        """It can never reach the chat."""
        with self._house.store.work() as session:
            outbox.lost(session, self._house.now(), message_id)

    def gone(self, chat: str) -> None:
        """Nothing can reach this chat any more."""
        with self._house.store.work() as session:
            outbox.gone(session, self._house.now(), chat)


def run(house: House) -> None:
    """Runs the bot until SIGTERM or SIGINT. Raises BadSettings without a token, or BadToken."""
    settings = house.settings
    if not settings.telegram_token:
        raise BadSettings(
            "XIXIN_TELEGRAM_TOKEN is missing: set it to the token that BotFather gave for the bot"
        )
    telegram.run(
        settings.telegram_token,
        settings.telegram_url,
        TelegramDesk(house, read_words("telegram")),
        in_digits(settings.hotline_number),
    )
