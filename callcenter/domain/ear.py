"""The learned ear beside the danger rules: how much a sentence sounds like a danger.

Rules know words; half of real emergencies name none (叫她笑一笑，她只有半边在笑). The ear is a
linear model over short runs of characters and of toneless syllables, so it hears homophones too. It
is data (`callcenter/ear.json`, written by `bot/school.py`), needs no library and no assistant.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

Sounds = Callable[[str], Sequence[str]]
"""The toneless syllables of a text, in order."""

LONGEST_RUN = 2  # characters or syllables in one run
SOUND_WEIGHT = 0.7  # what a syllable counts beside a character
HEARD_UP_TO = 300  # characters; the ends of a longer text are heard

# What speakers of Wuxi and recognisers mix up; bot/components/sound.py folds the same sounds.
_FOLD = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


def spoken(text: str) -> str:
    """Its letters and figures, without punctuation and signs; of a long text both ends."""
    kept = "".join(char for char in text if char.isalnum())
    half = HEARD_UP_TO // 2
    return kept if len(kept) <= HEARD_UP_TO else kept[:half] + kept[-half:]


def fold(syllable: str) -> str:
    """A syllable without the differences that are often lost."""
    for mixed, plain in _FOLD:
        syllable = syllable.replace(mixed, plain)
    return "l" + syllable[1:] if syllable.startswith("n") and len(syllable) > 1 else syllable


def runs(units: Sequence[str]) -> set[str]:
    """Every run of one to `LONGEST_RUN` units, with the start and the end marked."""
    marked = ["^", *units, "$"]
    lengths = range(1, LONGEST_RUN + 1)
    return {" ".join(marked[i : i + n]) for n in lengths for i in range(len(marked) - n + 1)}


@dataclass(frozen=True, kw_only=True)
class Ear:
    """Weights of runs by sight and by sound."""

    sight: Mapping[str, float] = field(repr=False)
    sound: Mapping[str, float] = field(repr=False)
    bias: float
    sounds: Sounds = field(repr=False)

    @classmethod
    def parse(cls, raw: Mapping[str, Any], sounds: Sounds) -> "Ear":
        """The ear as `bot/school.py` wrote it. Raises KeyError or ValueError for anything else."""
        return cls(
            sight={run: int(weight) / 1000 for run, weight in raw["sight"].items()},
            sound={run: int(weight) / 1000 for run, weight in raw["sound"].items()},
            bias=float(raw["bias"]),
            sounds=sounds,
        )

    def margin(self, text: str) -> float:
        """Above 0 it sounds like a danger, below like none; about -2 to 2. Never raises."""
        said = spoken(text)
        by_sight = _share(self.sight, runs(list(said)))
        by_sound = _share(self.sound, runs([fold(one) for one in self.sounds(said)]))
        return self.bias + by_sight + SOUND_WEIGHT * by_sound


def _share(weights: Mapping[str, float], heard: set[str]) -> float:
    return sum(weights.get(run, 0.0) for run in heard) / sqrt(len(heard))
