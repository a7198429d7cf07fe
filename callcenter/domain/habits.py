"""How an elder wants to be called (来电习惯): who rings, how long, when not, how to speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Hearing(StrEnum):
    """How well an elder hears on the phone."""

    GOOD = "good"
    HARD = "hard"  # rings longer; the voice is slower and louder
    NO_MACHINE = "no_machine"  # cannot make out a machine's voice: a person calls


HEARING_WORDS = {
    Hearing.GOOD: "听得清",
    Hearing.HARD: "耳背，要说得慢、大声",
    Hearing.NO_MACHINE: "听不清机器的声音，由人打",
}


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What is known of one elder; who has no habits is called as everybody is."""

    dementia: bool = False  # a machine only confuses: a person calls
    hearing: Hearing = Hearing.GOOD


def thaw(kept: Mapping[str, Any]) -> Habits:
    """The habits as the database keeps them. Raises ValueError or TypeError for what is none."""
    return Habits(**{**kept, "hearing": Hearing(kept.get("hearing", Hearing.GOOD))})
