"""Questions as a poor telephone line and a recogniser would write them, for learning and marks."""

import random
from collections import defaultdict
from functools import lru_cache

from knowledge.words import syllable

SAME_SOUND = 0.12  # share of characters written as another one of the same sound
OTHER = 0.03  # share that are lost or written as something else
_FIRST, _LAST = 0xB0, 0xD7  # the common characters of GB 2312, by sound


def misheard(text: str, seed: int) -> str:
    """The text with some characters misheard. The same text and seed always give the same."""
    chance = random.Random(f"{seed}{text}")  # noqa: S311 - not a secret
    return "".join(_one(character, chance) for character in text)


def _one(character: str, chance: random.Random) -> str:
    drawn = chance.random()
    if drawn < OTHER:
        return chance.choice(("", chance.choice(_common())))
    if drawn < OTHER + SAME_SOUND:
        return chance.choice(_by_sound()[syllable(character)] or (character,))
    return character


@lru_cache(maxsize=1)
def _common() -> tuple[str, ...]:
    places = ((row, cell) for row in range(_FIRST, _LAST) for cell in range(0xA1, 0xFF))
    return tuple(bytes(place).decode("gb2312") for place in places)


@lru_cache(maxsize=1)
def _by_sound() -> defaultdict[str, tuple[str, ...]]:
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for character in _common():
        found[syllable(character)] += (character,)
    return found
