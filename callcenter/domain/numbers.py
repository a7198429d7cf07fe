"""What a telephone number says about itself. E.164, as the carrier writes them."""

import re

E164 = re.compile(r"\+[1-9]\d{6,14}")
LANDLINE = re.compile(r"\+86(?:(?:10|2\d)\d{8}|[3-9]\d{2}\d{7,8})")  # area code, then the number


def dialable(number: str) -> bool:
    """Whether a number can be rung at all: written as E.164."""
    return E164.fullmatch(number) is not None


def landline(number: str) -> bool:
    """Whether this is a landline of mainland China, which takes no text messages."""
    return LANDLINE.fullmatch(number) is not None
