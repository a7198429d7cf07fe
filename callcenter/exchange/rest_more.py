"""Messages, numbers and the account as the REST API shows them."""

from collections.abc import Mapping
from typing import Any

from callcenter.exchange import pages
from callcenter.exchange.account import Account, Hotline
from callcenter.exchange.core import Exchange
from callcenter.exchange.messages import WORDS, Message
from callcenter.exchange.rest_calls import when

SEGMENT = 70  # characters of Chinese text in one SMS
LONG_SEGMENT = 67  # in each part of a longer one


def show_message(account: Account, message: Message) -> dict[str, Any]:
    """A message as Twilio writes it down in JSON."""
    base = f"/2010-04-01/Accounts/{account.sid}/Messages/{message.sid}"
    length = len(message.body)
    segments = 1 if length <= SEGMENT else -(-length // LONG_SEGMENT)
    return {
        "sid": message.sid,
        "account_sid": account.sid,
        "messaging_service_sid": None,
        "from": message.sender,
        "to": message.to,
        "body": message.body,
        "status": message.status,
        "direction": message.direction,
        "num_segments": str(segments),
        "num_media": "0",
        "date_created": when(message.created),
        "date_updated": when(message.updated),
        "date_sent": when(message.sent),
        "error_code": message.error,
        "error_message": WORDS.get(message.error or 0),
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "uri": f"{base}.json",
        "subresource_uris": {"media": f"{base}/Media.json"},
    }


def messages(exchange: Exchange, query: Mapping[str, str], path: str) -> dict[str, Any]:
    """Messages that pass the filters To, From and DateSent, newest first, one page."""
    found = (
        message
        for message in reversed(exchange.messages.all.values())
        if query.get("To", message.to) == message.to
        and query.get("From", message.sender) == message.sender
        and pages.within(query, "DateSent", message.sent)
    )
    account = exchange.account
    return pages.page(found, query, path, "messages", lambda one: show_message(account, one))


def numbers(exchange: Exchange, query: Mapping[str, str], path: str) -> dict[str, Any]:
    """The account's own numbers and where their calls go."""
    wanted = query.get("PhoneNumber")
    found = [line for line in exchange.account.lines if wanted in {None, line.number}]
    return pages.page(found, query, path, "incoming_phone_numbers", _number(exchange.account))


def show_account(exchange: Exchange) -> dict[str, Any]:
    """The account: what a client asks for to see whether its credentials are good."""
    sid = exchange.account.sid
    created = when(exchange.board.now)
    return {
        "sid": sid,
        "owner_account_sid": sid,
        "friendly_name": "local exchange",
        "status": "active",
        "type": "Full",
        "auth_token": None,
        "date_created": created,
        "date_updated": created,
        "uri": f"/2010-04-01/Accounts/{sid}.json",
        "subresource_uris": {},
    }


def _number(account: Account) -> Any:
    def show(line: Hotline) -> dict[str, Any]:
        return {
            "sid": "PN" + line.number.lstrip("+").rjust(32, "0"),
            "account_sid": account.sid,
            "phone_number": line.number,
            "friendly_name": line.number,
            "voice_url": line.voice.url if line.voice else None,
            "voice_method": line.voice.method if line.voice else "POST",
            "voice_fallback_url": line.fallback.url if line.fallback else None,
            "status_callback": line.status_callback.url if line.status_callback else None,
            "sms_url": line.sms.url if line.sms else None,
            "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
            "api_version": "2010-04-01",
        }

    return show
