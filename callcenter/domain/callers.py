"""What a caller's number and a spoken name are worth: a hint, and half a proof.

Anybody can ring from a neighbour's phone or show a number that is not theirs, so a number alone
never opens what concerns another person.
"""

from collections.abc import Callable

from callcenter.domain.numbers import dialable

Readings = Callable[[str], tuple[str, ...]]
_WITHHELD = ("+266696687", "+7378742883", "+2562533", "+8656696")  # how carriers spell anonymous
_SAME_SOUND = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("h", "f"))
_LEAST = 2  # characters; one alone is said by chance


def shows_number(phone: str) -> bool:
    """Whether the line shows a number that can be rung back."""
    return dialable(phone) and phone not in _WITHHELD


def names(said: str, name: str, readings: Readings) -> bool:
    """Whether `said` holds the name, as it is written or as it sounds (王秀音 for 王秀英)."""
    if len(name) < _LEAST:
        return False
    if name in said:
        return True
    wanted = [_sounds(char, readings) for char in name]
    heard = [_sounds(char, readings) for char in said if char.isalnum()]
    places = range(len(heard) - len(wanted) + 1)
    return any(all(heard[at + n] & one for n, one in enumerate(wanted)) for at in places)


def _sounds(char: str, readings: Readings) -> set[str]:
    return {_folded(one) for one in readings(char)}


def _folded(syllable: str) -> str:
    for spelt, same in _SAME_SOUND:
        syllable = syllable.replace(spelt, same)
    return syllable
