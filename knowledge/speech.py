"""How written policy is said aloud: sources, numbers, telephone numbers, sentence counts."""

import re

from knowledge.numerals import in_words

_DIGITS = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))
_HOTLINE = re.compile(
    r"(?<![\d.])(110|119|120|122|12\d{3}|96110|[2-8]\d{7})(?![\d.]|[元个户人次张家%])"
)
_SENTENCE_END = re.compile(r"[。！？!?]+")


def spell_number(number: str) -> str:
    """A telephone number digit by digit: 110 is 幺幺零."""
    return "".join(_DIGITS[digit] for digit in number)


def speakable(text: str) -> str:
    """The text as it is said: telephone numbers digit by digit, all other numbers in words."""
    return in_words(_HOTLINE.sub(lambda match: spell_number(match[1]), text))


def sentences(text: str) -> list[str]:
    """The sentences of a text, without their full stops."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def with_source(source: str, said: str, warning: str) -> str:
    """What the elder hears: the source first, then the answer, then its warning."""
    return speakable(f"据{source}，{said}{warning}")
