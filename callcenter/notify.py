"""Sends a notice by the scheme of its address: a call, an SMS, or a Telegram message.

Nothing here decides who is told; it says how it went in the words of `Sent`.
"""

from dataclasses import dataclass
from typing import Protocol

from bot.channels.telegram_api import ChatTrouble
from callcenter.domain.numbers import without_links
from callcenter.policy import Policy
from callcenter.services.notices import Due
from callcenter.telephony.port import CallOrder, Carrier, CarrierError, Refused, Slower


class ChatSender(Protocol):
    """Sends a message with an acknowledge button to a chat; gives its id. Raises ChatTrouble."""

    def send(self, chat: str, text: str, escalation_id: int) -> str:
        """Sends it."""


class NoChat:
    """Stands in while no Telegram token is set."""

    def send(self, chat: str, text: str, escalation_id: int) -> str:
        """Always fails, so that the notice shows why it did not go out."""
        raise ChatTrouble("没有设置 Telegram", again=False)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """How one notice went."""

    sid: str | None  # None: it did not go out
    trouble: str = ""
    again: bool = False  # True: worth another try
    seconds: float = 0.0  # not before so many seconds


@dataclass(frozen=True, kw_only=True)
class Notifier:
    """Everything a notice needs to leave the house."""

    carrier: Carrier
    chat: ChatSender
    policy: Policy
    public_url: str

    def send(self, due: Due) -> Sent:
        """Sends one notice. A carrier's trouble is told, not raised; no doubtful call repeats."""
        try:
            return Sent(sid=self._send(due))
        except Refused as no:
            return Sent(sid=None, trouble=f"线路拒绝（{no.code}）")  # its sentence holds the number
        except ChatTrouble as trouble:
            return Sent(
                sid=None, trouble=str(trouble), again=trouble.again, seconds=trouble.seconds
            )
        except Slower as wait:  # nothing was placed
            return Sent(sid=None, trouble="线路太忙", again=True, seconds=wait.seconds)
        except CarrierError:
            return Sent(sid=None, trouble="线路没有回应", again=due.scheme != "tel")

    def _send(self, due: Due) -> str:
        if due.scheme == "tel":
            base = f"{self.public_url}/voice/notice/{due.notice_id}"
            order = CallOrder(
                to=due.target, script_url=base, status_url=f"{base}/status", limit_seconds=300
            )
            return self.carrier.place_call(order)
        if due.scheme == "sms":
            text = without_links(due.text)
            words = self.policy.say(
                "staff", "notice_text", number=str(due.escalation_id), text=text
            )
            status = f"{self.public_url}/sms/notice/{due.notice_id}/status"
            return self.carrier.send_text(due.target, words, status)
        return self.chat.send(due.target, due.text, due.escalation_id)
