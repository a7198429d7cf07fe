"""What a telephone number says about itself, and what a text to it may hold. E.164."""

import re

E164 = re.compile(r"\+[1-9]\d{6,14}")
LANDLINE = re.compile(r"\+86(?:(?:10|2\d)\d{8}|[3-9]\d{2}\d{7,8})")  # area code, then the number


def dialable(number: str) -> bool:
    """Whether a number can be rung at all: written as E.164."""
    return E164.fullmatch(number) is not None


def landline(number: str) -> bool:
    """Whether this is a landline of mainland China, which takes no text messages."""
    return LANDLINE.fullmatch(number) is not None


LINK = re.compile(
    r"(?:[a-z]+://|www\.)[!-~]+"
    r"|(?<![a-z0-9.@-])(?:[a-z0-9-]+\.)+(?:com|cn|net|org|top|xyz|cc|info|vip)(?![a-z0-9])[!-~]*",
    re.IGNORECASE | re.ASCII,
)


def without_links(text: str) -> str:
    """The text as networks of mainland China carry it: a text with a link is dropped unsent."""
    return LINK.sub("（网址）", text)
