"""Recognition errors repaired by sound: 敌保 is 低保, 常护险 is 长护险."""

from collections import Counter
from collections.abc import Callable, Iterable

from knowledge.words import Lexicon, syllable

LONGEST = 6  # characters of a repaired stretch
COMMON = 2  # a stretch of three characters that is no policy word must occur this often
CHANCE = 3  # a stretch that occurs less often, as 底保 in 兜底保险, is known by chance only


class Repair:
    """Writes a stretch that we do not know as the one we know that sounds the same."""

    def __init__(self, lexicon: Lexicon, texts: Iterable[str]) -> None:
        stretches = Counter(
            text[at : at + size]
            for text in texts
            for size in (2, 3, 4)
            for at in range(len(text) - size + 1)
        )
        self._pairs = frozenset(part for part in stretches if len(part) == 2)
        self._common = frozenset(part for part, times in stretches.items() if times >= CHANCE)
        self._policy = frozenset(lexicon.policy)
        self._words = {
            _sounds(word): meant
            for word, meant in sorted(lexicon.policy.items())
            if word not in lexicon.unsafe and (len(word) > 2 or word in (meant, *lexicon.heard))
        }
        self._stretches = {
            _sounds(part): part
            for part, times in sorted(stretches.items(), key=lambda pair: (pair[1], pair[0]))
            if len(part) >= 3 and times >= COMMON
        }

    def __call__(self, text: str) -> str:
        """The text with unknown stretches repaired: policy words first, then any stretch."""
        return _walk(_walk(text, self._word), self._stretch)

    def _word(self, stretch: str, sounds: tuple[str, ...]) -> str | None:
        if stretch in self._policy:
            return stretch
        meant = self._words.get(sounds)
        return None if meant is None or stretch in self._common else meant

    def _stretch(self, stretch: str, sounds: tuple[str, ...]) -> str | None:
        pairs = [stretch[at : at + 2] for at in range(len(stretch) - 1)]
        if stretch in self._policy or any(pair in self._pairs for pair in pairs):
            return None
        return self._stretches.get(sounds)


def _walk(text: str, meant: Callable[[str, tuple[str, ...]], str | None]) -> str:
    """Left to right, the longest stretch that `meant` knows another way of writing."""
    sounds = _sounds(text)
    written: list[str] = []
    at = 0
    while at < len(text):
        for size in range(min(LONGEST, len(text) - at), 1, -1):
            found = meant(text[at : at + size], sounds[at : at + size])
            if found is not None:
                written.append(found)
                at += size
                break
        else:
            written.append(text[at])
            at += 1
    return "".join(written)


def _sounds(text: str) -> tuple[str, ...]:
    return tuple(syllable(character) for character in text)
