"""Calls as the REST API shows and lists them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from callcenter.exchange import pages
from callcenter.exchange.call import Call
from callcenter.exchange.core import Exchange

PLAIN_FILTERS: dict[str, Callable[[Call], str | None]] = {
    "To": lambda call: call.callee,
    "From": lambda call: call.caller,
    "Status": lambda call: call.status,
    "ParentCallSid": lambda call: call.parent,
}
PARTS = {
    "events": "Events",
    "notifications": "Notifications",
    "payments": "Payments",
    "recordings": "Recordings",
    "siprec": "Siprec",
    "streams": "Streams",
    "transcriptions": "Transcriptions",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    "user_defined_messages": "UserDefinedMessages",
}


def show(call: Call) -> dict[str, Any]:
    """A call as Twilio writes it down in JSON."""
    base = f"/2010-04-01/Accounts/{call.account}/Calls/{call.sid}"
    queued = (call.dispatched - call.created).total_seconds() if call.dispatched else 0
    return {
        "sid": call.sid,
        "account_sid": call.account,
        "parent_call_sid": call.parent,
        "phone_number_sid": None,
        "to": call.callee,
        "to_formatted": call.callee,
        "from": call.caller,
        "from_formatted": call.caller,
        "status": call.status,
        "direction": call.direction,
        "answered_by": call.answered_by,
        "date_created": when(call.created),
        "date_updated": when(call.ended or call.answered or call.started or call.created),
        "start_time": when(call.started),
        "end_time": when(call.ended),
        "duration": str(call.talked or 0) if call.over else None,
        "queue_time": str(round(queued * 1000)),
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "trunk_sid": None,
        "annotation": None,
        "uri": f"{base}.json",
        "subresource_uris": {name: f"{base}/{part}.json" for name, part in PARTS.items()},
    }


def listed(exchange: Exchange, query: Mapping[str, str], path: str) -> dict[str, Any]:
    """The account's calls that pass the filters, newest first, one page."""
    calls = exchange.board.calls
    found = (call for call in reversed(calls.values()) if call.account == exchange.account.sid)
    return pages.page((call for call in found if _passes(call, query)), query, path, "calls", show)


def when(moment: datetime | None) -> str | None:
    """RFC 2822, as the API of 2010 writes moments."""
    return format_datetime(moment) if moment else None


def _passes(call: Call, query: Mapping[str, str]) -> bool:
    plain = all(query.get(name, read(call)) == read(call) for name, read in PLAIN_FILTERS.items())
    return (
        plain
        and pages.within(query, "StartTime", call.started or call.created)
        and pages.within(query, "EndTime", call.ended)
    )
