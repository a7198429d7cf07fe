"""A service request while it is being written down: what is known, and what to ask for next.

Pure: no Rasa, no clock, no I/O. `opening.begin` makes the draft out of the first sentence,
`hearing.hear` adds one more sentence to it.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from actions.words import Words
from callcenter.when import When

FIELDS = ("service", "wanted", "who", "when_at", "place", "confirmed")  # as Rasa's form has them
SELF = "本人"
HOME = "家里"
SAME_HOME = (SELF, "老伴", "老头子", "老太婆", "我爱人", "我老公", "我老婆", "先生", "太太")
NOT_TOLD = ""  # asked for and not given: a name, a number


@dataclass(frozen=True, kw_only=True)
class Said:
    """One utterance of the caller, as it was understood."""

    text: str
    intent: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is known of the request. None: not yet asked or not yet understood."""

    service: str | None = None
    wanted: str | None = None
    who: str | None = None
    name: str | None = None  # of whoever it is for, where the roster does not tell
    when_at: When | None = None
    place: str | None = None
    phone: str | None = None  # to ring back, where the line does not show a number
    confirmed: bool | None = None
    roster: bool = False  # the caller is on the roster: name and home are known
    no_number: bool = False  # the caller's number is not to be seen
    before: tuple[str, str] = ("", "")  # the caller's own name and place, told earlier in this talk
    part: str = ""  # a part of the day said before any day
    day: When | None = None  # a day said without a time
    half: str = ""  # a time that had to be asked about: 明天7点 (早上还是晚上?)
    offered: str = ""  # a time offered instead of one that is over; yes takes it
    misses: int = 0  # failures in a row
    why: str = ""  # a line instead of the question, or before it; "=...": its words
    outcome: str = ""  # confirmed, cancelled, handoff, stuck, danger
    kind: str = ""  # of a danger that the model heard
    aside: str = ""  # question or progress: something else was asked, the form goes on
    said: tuple[str, ...] = ()  # names of lines to say first

    def missing(self) -> str | None:
        """What to ask for next, in the order of the talk; None when all is there."""
        order = ("service", "wanted", "who", self._name(), "when_at", "place", self._phone())
        open_ = (name for name in (*order, "confirmed") if name and getattr(self, name) is None)
        return next(open_, None)

    def _name(self) -> str:
        return "" if self.roster and self.who == SELF else "name"

    def _phone(self) -> str:
        return "phone" if self.no_number else ""

    @property
    def for_whom(self) -> str:
        """本人, 我妈; with the name where it was told."""
        return "，".join(filter(None, (self.who, self.name)))

    def summary(self, words: Words) -> str:
        """What is known so far, for the person who takes over."""
        name = words.services[self.service].name if self.service else ""
        when = self.when_at.words if self.when_at else self.day.day_words if self.day else ""
        known = (name, self.wanted, self.for_whom, when, self.place, self.phone)
        return "，".join(filter(None, known))

    @property
    def at_callers_home(self) -> bool:
        """Whether 家里 is the caller's own home: a mother or a neighbour lives somewhere else."""
        return self.who is None or self.who in SAME_HOME

    @property
    def place_before(self) -> str:
        """The place that was told earlier in this talk, where it may be the same again."""
        return self.before[1] if self.at_callers_home or self.before[1] != HOME else ""

    def forgetting(self, name: str) -> "Draft":
        """The draft without one field, so that it is asked for again."""
        if name == "when_at":
            return replace(self, when_at=None, part="", day=None, half="")
        if name == "who":
            return replace(self, who=None, name=None)
        nothing: dict[str, Any] = {name: None}
        return replace(self, **nothing)

    def empty(self) -> "Draft":
        """Only what is known of the caller."""
        return Draft(roster=self.roster, no_number=self.no_number, before=self.before)

    def for_person(self, who: str) -> "Draft":
        """For somebody else than before: the name that was told is not theirs."""
        return self if who == self.who else replace(self, who=who, name=None).with_own_name()

    def with_own_name(self) -> "Draft":
        """Whoever told the own name once is not asked again."""
        known = self.who == SELF and self.name is None and self.before[0]
        return replace(self, name=self.before[0]) if known else self


KEPT = tuple(one.name for one in fields(Draft) if one.name not in ("aside", "said"))
TIMES = ("when_at", "day")


def to_slots(draft: Draft) -> dict[str, Any]:
    """The draft as Rasa keeps it: one slot for all of it, and the six that steer the form."""
    kept = {name: getattr(draft, name) for name in KEPT if name not in TIMES}
    kept |= {name: freeze(getattr(draft, name)) for name in TIMES}
    known = {name: kept[name] for name in FIELDS}
    asked = draft.missing()
    if asked == "name":
        known["who"] = None
    if asked == "phone":
        known["place"] = None
    return {**known, "outcome": draft.outcome, "misses": draft.misses, "pending": kept}


def from_slots(slots: Any) -> Draft:
    """The draft from what Rasa kept; an empty one if nothing was."""
    kept = slots.get("pending")
    if not isinstance(kept, dict) or "roster" not in kept:
        return Draft()
    plain = {name: kept[name] for name in KEPT if name in kept}
    plain["before"] = tuple(plain.get("before") or ("", ""))
    return Draft(**plain | {name: thaw(kept.get(name)) for name in TIMES})


def freeze(when: When | None) -> dict[str, Any] | None:
    """A time as a slot keeps it."""
    if when is None:
        return None
    plain = {one.name: getattr(when, one.name) for one in fields(When)}
    return {**plain, "start": when.start.isoformat(), "end": when.end.isoformat()}


def thaw(raw: Any) -> When | None:
    """A time from what the slot kept."""
    if not raw:
        return None
    times = {name: datetime.fromisoformat(raw[name]) for name in ("start", "end")}
    return When(**{**raw, **times})
