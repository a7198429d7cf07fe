"""Reads the form of `POST /Calls`: what is missing or wrong is refused as Twilio refuses it."""

import re
from collections.abc import Mapping, Sequence

from callcenter.exchange.account import Account, dialable
from callcenter.exchange.book import PhoneBook
from callcenter.exchange.call import EVENTS, RING_SECONDS, TIME_LIMIT, Callback, Detection, Orders
from callcenter.exchange.errors import RestError
from callcenter.exchange.webhook import Link, absolute

Form = Mapping[str, Sequence[str]]  # each name with its values, as a web form has them
MOST_RING_SECONDS = 600

# What Twilio takes and the exchange has no use for; anything else is noted as unknown.
IGNORED = frozenset(
    {
        "RecordingChannels",
        "RecordingStatusCallbackEvent",
        "RecordingTrack",
        "Trim",
        "SipAuthUsername",
        "SipAuthPassword",
        "CallerId",
        "CallToken",
        "CallReason",
        "Byoc",
        "MachineDetectionSpeechThreshold",
        "MachineDetectionSpeechEndThreshold",
        "MachineDetectionSilenceTimeout",
        "AsyncAmdStatusCallbackMethod",
        "ClientNotificationUrl",
        "ApplicationSid",
    }
)
USED = frozenset(
    {
        "To",
        "From",
        "Url",
        "Twiml",
        "Method",
        "FallbackUrl",
        "FallbackMethod",
        "StatusCallback",
        "StatusCallbackEvent",
        "StatusCallbackMethod",
        "SendDigits",
        "Timeout",
        "TimeLimit",
        "Record",
        "RecordingStatusCallback",
        "RecordingStatusCallbackMethod",
        "MachineDetection",
        "MachineDetectionTimeout",
        "AsyncAmd",
        "AsyncAmdStatusCallback",
    }
)


def one(form: Form, name: str) -> str:
    """The single value of a field, or nothing."""
    values = form.get(name) or [""]
    return values[0].strip()


def parties(form: Form, account: Account, book: PhoneBook) -> tuple[str, str]:
    """To and From, checked."""
    to, sender = one(form, "To"), one(form, "From")
    if not to:
        raise RestError(21201)
    if not sender:
        raise RestError(21213)
    person = book.find(to)
    if not dialable(to) and person is None:
        raise RestError(21211, to)
    if not dialable(sender):
        raise RestError(21212, sender)
    if account.line(sender) is None:
        raise RestError(21210, sender)
    if person is not None and person.refuses:
        raise RestError(person.refuses, to)
    if to.startswith("+") and not to.startswith(account.countries):
        raise RestError(21215, to)
    return to, sender


def read(form: Form) -> Orders:
    """Everything but the parties, checked."""
    return Orders(
        script=_script(form),
        twiml=one(form, "Twiml") or None,
        fallback=_link(form, "FallbackUrl", "FallbackMethod", 21205),
        callback=_callback(form),
        ring_seconds=_seconds(form, "Timeout", RING_SECONDS, MOST_RING_SECONDS),
        time_limit=_seconds(form, "TimeLimit", TIME_LIMIT, TIME_LIMIT * 6),
        send_digits=_digits(form),
        detection=_detection(form),
        record=_flag(form, "Record", 20001),
        record_callback=_link(
            form, "RecordingStatusCallback", "RecordingStatusCallbackMethod", 21224
        ),
    )


def redirect(form: Form) -> Link | None:
    """The Url of an update, checked."""
    return _link(form, "Url", "Method", 21205)


def unknown(form: Form) -> list[str]:
    """Fields that Twilio does not know; it ignores them, which hides typing errors."""
    return sorted(set(form) - USED - IGNORED)


def _script(form: Form) -> Link | None:
    if one(form, "Twiml"):
        return None
    if not one(form, "Url"):
        raise RestError(21218 if one(form, "ApplicationSid") else 21205, "")
    return _link(form, "Url", "Method", 21205)


def _link(form: Form, name: str, method_name: str, code: int) -> Link | None:
    url, method = one(form, name), one(form, method_name) or "POST"
    if not url:
        return None
    if not absolute(url):
        raise RestError(code, url)
    if method not in {"GET", "POST"}:
        raise RestError(21209, method)
    return Link(url=url, method=method)


def _callback(form: Form) -> Callback | None:
    link = _link(form, "StatusCallback", "StatusCallbackMethod", 21224)
    asked = [word for value in form.get("StatusCallbackEvent") or () for word in value.split()]
    wrong = set(asked) - set(EVENTS)
    if wrong:
        raise RestError(21226, " ".join(sorted(wrong)))
    if link is None:
        return None
    return Callback(link=link, events=frozenset(asked or ["completed"]))


def _seconds(form: Form, name: str, default: float, most: float) -> float:
    value = one(form, name)
    if not value:
        return default
    if not value.isdigit() or not 1 <= int(value) <= most:
        raise RestError(21208, f"{name}={value}")
    return float(value)


def _digits(form: Form) -> str:
    digits = one(form, "SendDigits")
    if not re.fullmatch(r"[0-9*#wW]{0,32}", digits):
        raise RestError(21206, digits)
    return digits


def _flag(form: Form, name: str, code: int) -> bool:
    value = one(form, name) or "false"
    if value not in {"true", "false"}:
        raise RestError(code, f"{name}={value}")
    return value == "true"


def _detection(form: Form) -> Detection | None:
    mode = one(form, "MachineDetection")
    beside = _flag(form, "AsyncAmd", 21225)
    timeout = one(form, "MachineDetectionTimeout") or "30"
    if not mode:
        return None
    if mode not in {"Enable", "DetectMessageEnd"}:
        raise RestError(21225, mode)
    if not timeout.isdigit() or not 3 <= int(timeout) <= 59:
        raise RestError(21225, f"MachineDetectionTimeout={timeout}")
    link = _link(form, "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod", 21225)
    return Detection(
        to_the_end=mode == "DetectMessageEnd",
        callback=link if beside else None,
        timeout=float(timeout),
    )
