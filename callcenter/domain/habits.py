"""How an elder wants to be called (来电习惯): who rings, how long, when not, how to speak."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from callcenter.domain.week import Window

RINGS_SECONDS, RINGS_LONGER = 40, 60  # until a call counts as not answered; for who hears badly
PAUSES = (0, 3, 4, 5)  # seconds of silence that end an answer, to choose from; 0: as everybody


class Hearing(StrEnum):
    """How well an elder hears on the phone."""

    GOOD = "good"
    HARD = "hard"  # rings longer; the voice is slow from the first word on
    NO_MACHINE = "no_machine"  # cannot make out a machine's voice: a person calls


HEARING_WORDS = {
    Hearing.GOOD: "听得清",
    Hearing.HARD: "耳背，多响一会儿，说得慢、大声",
    Hearing.NO_MACHINE: "听不清机器的声音，由人打",
}


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What is known of one elder; who has no habits is called as everybody is."""

    dementia: bool = False  # a machine only confuses: a person calls
    hearing: Hearing = Hearing.GOOD
    ring_twice: bool = False  # picks up at the second of two calls in a row
    nap: tuple[int, int] | None = None  # no calls between these minutes of the day
    other_first: bool = False  # the second number is rung first
    pause: int = 0  # seconds of silence that end an answer; 0: as the line has it

    @property
    def ring_seconds(self) -> int:
        """How long the phone rings before nobody is taken to be there."""
        return RINGS_SECONDS if self.hearing is Hearing.GOOD else RINGS_LONGER

    @property
    def slow(self) -> bool:
        """Whether the voice is slow from the first word on."""
        return self.hearing is not Hearing.GOOD


def thaw(kept: Mapping[str, Any]) -> Habits:
    """The habits as the database keeps them. Raises ValueError or TypeError for what is none."""
    values = dict(kept)
    if values.get("nap"):
        start, end = values["nap"]
        values["nap"] = (int(start), int(end))
    return Habits(**{**values, "hearing": Hearing(values.get("hearing", Hearing.GOOD))})


def hours(opens: int, closes: int, habits: Habits) -> Window:
    """When the elder may be phoned. A nap at the edge only makes the hours shorter.

    Raises ValueError when nothing is left, or the minutes make no sense.
    """
    nap = habits.nap
    if nap is None:
        return Window(opens=opens, closes=closes)
    if nap[0] <= opens < nap[1]:
        return Window(opens=nap[1], closes=closes)
    if nap[0] < closes <= nap[1]:
        return Window(opens=opens, closes=nap[0])
    inside = opens < nap[0] and nap[1] < closes
    return Window(opens=opens, closes=closes, nap=nap if inside else None)


def in_order(phone: str, other: str, habits: Habits) -> list[str]:
    """The elder's numbers, the one to ring first in front."""
    both = [other, phone] if habits.other_first else [phone, other]
    return list(dict.fromkeys(filter(None, both)))


def number_for(numbers: Sequence[str], tries: int, habits: Habits) -> str:
    """Which number the next dial rings: they take turns; two rings in a row go to the same one."""
    turn = tries // 2 if habits.ring_twice else tries
    return numbers[turn % len(numbers)] if numbers else ""


def said(habits: Habits) -> list[str]:
    """The habits in words, for people; nothing for who has none."""
    found = []
    if habits.dementia:
        found.append("有认知症，由人打")
    if habits.hearing is not Hearing.GOOD:
        found.append(HEARING_WORDS[habits.hearing])
    if habits.nap is not None:
        start, end = (f"{minute // 60}点{minute % 60:02d}分" for minute in habits.nap)
        found.append(f"{start}到{end}午睡，不打")
    if habits.ring_twice:
        found.append("连打两遍才接")
    if habits.other_first:
        found.append("先打另一个号码")
    if habits.pause:
        found.append(f"说话慢，停{habits.pause}秒才算说完")
    return found
