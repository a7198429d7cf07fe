"""How long it takes to say something, and what a <Say> sounds like as plain text."""

import re

from callcenter.exchange.twiml import Element

CHARACTERS_PER_SECOND = 4.5  # an unhurried Mandarin voice
RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.5}
PAUSES = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.8, "x-strong": 1.2}


def words(element: Element) -> str:
    """The text that is heard, without breaks and markup."""
    pieces = [
        part if isinstance(part, str) else part.get("alias") or words(part)
        for part in element.parts
    ]
    return re.sub(r"\s+", " ", "".join(pieces)).strip()


def seconds(element: Element, rate: float = 1.0) -> float:
    """How long the element takes to speak, breaks and <prosody rate> included."""
    if element.tag == "break":
        return _pause(element)
    rate = rate * _rate(element.get("rate"))
    return sum(
        talk_seconds(part) / rate if isinstance(part, str) else seconds(part, rate)
        for part in element.parts
    )


def talk_seconds(text: str) -> float:
    """How long a person takes to say the text."""
    return len(re.sub(r"\s", "", text)) / CHARACTERS_PER_SECOND


def _pause(element: Element) -> float:
    time = element.get("time")
    if time is None:
        return PAUSES[element.get("strength") or "medium"]
    number = float(time.rstrip("ms"))
    return number / 1000 if time.endswith("ms") else number


def _rate(value: str | None) -> float:
    if value and value.endswith("%"):
        return max(float(value[:-1]) / 100, 0.1)
    return RATES[value or "default"]
