"""A service request while it is being written down: what is known, what one more sentence adds.

Pure: no Rasa, no clock, no I/O. `hear` takes the draft and what was said and returns the next draft
with the lines to say first; what is still missing is asked for by the form afterwards.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from actions.listening import (
    AGAIN,
    AMOUNT,
    AT_HOME,
    CANCEL,
    CORRECTS,
    HOUSE_NUMBER,
    LEADING_TIME,
    NO,
    OVER,
    PERSON,
    PLACE,
    QUESTION,
    SELFISH,
    SLOWER,
    WHAT_WRONG,
    YES,
    address,
    after_mark,
    agrees,
    bare,
    other_person,
    trimmed,
)
from actions.words import Words
from callcenter.when import NotInFuture, Unsettled, When, at_another_time, read_when

FIELDS = ("service", "wanted", "who", "when_at", "place", "confirmed")
SELF = "本人"
HOME = "家里"
MISSES = 2  # in a row: then a person takes over
FAILURES = frozenset(
    {
        "ask_service_miss",
        "ask_who_miss",
        "ask_when_miss",
        "ask_when_past",
        "ask_place_miss",
        "confirm_miss",
        "form_again",
    }
)
PREFIXES = frozenset(
    {"ask_service_miss", "ask_who_miss", "ask_when_miss", "ask_place_miss", "form_again"}
)
REMARK = 14  # characters of a remark that only names what is wrong
SURE = 0.5  # from this confidence on an intent may turn the talk

SAME_WEEK = re.compile(r"^(是|就)*(礼拜|星期|周)")
ASIDE = {"ask_policy": "question", "ask_progress": "progress"}
TURNS = {"emergency": "danger", "crisis": "danger", "ask_human": "handoff"}


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
    when_at: When | None = None
    place: str | None = None
    confirmed: bool | None = None
    part: str = ""  # a part of the day said before any day
    day: When | None = None  # a day said without a time
    half: str = ""  # a time that had to be asked about: 七点 (早上还是晚上?)
    home_known: bool = False  # the caller is on the roster, so 家里 is enough
    misses: int = 0  # failures in a row
    why: str = ""  # a line instead of the question; of PREFIXES: before it; "=...": its words
    outcome: str = ""  # confirmed, cancelled, handoff, stuck, danger
    kind: str = ""  # of a danger that the model heard
    aside: str = ""  # question or progress: something else was asked, the form goes on
    said: tuple[str, ...] = field(default=())  # names of lines to say first

    def missing(self) -> str | None:
        """The field to ask for next."""
        return next((name for name in FIELDS if getattr(self, name) is None), None)

    def summary(self, words: Words) -> str:
        """What is known so far, for the person who takes over."""
        name = words.services[self.service].name if self.service else ""
        when = self.when_at.words if self.when_at else self.day.words if self.day else ""
        return "，".join(filter(None, (name, self.wanted, self.who, when, self.place)))


def begin(
    said: Said, service: str | None, now: datetime, words: Words, *, home_known: bool
) -> Draft:
    """The draft that the first sentence makes."""
    draft = Draft(service=service, home_known=home_known)
    if service is None:
        return draft
    if any(word in said.text for word in words.services[service].enough):
        draft = replace(draft, wanted=_what_exactly(said.text, words.services[service].enough, now))
    if person := other_person(said.text, words):
        draft = replace(draft, who=person)
    draft = _first_time(draft, said.text, now)
    return replace(draft, place=address(said.text))


def _what_exactly(text: str, enough: tuple[str, ...], now: datetime) -> str:
    """The sentence without the clauses that only tell when or where."""
    clauses = [one for one in re.split(r"[，。,;；]", text) if one.strip()]
    kept = [
        LEADING_TIME.sub("", trimmed(one))
        for one in clauses
        if any(word in one for word in enough) or not (address(one) or _only_time(one, now))
    ]
    return trimmed("，".join(kept) or text)


def _only_time(clause: str, now: datetime) -> bool:
    try:
        return len(clause) < REMARK and read_when(clause, now) is not None
    except (NotInFuture, Unsettled):
        return True


def _first_time(draft: Draft, text: str, now: datetime) -> Draft:
    """A day or a clock time counts; 午饭 alone only says which part of some day."""
    try:
        when = read_when(text, now)
    except (NotInFuture, Unsettled):
        return draft
    if when is None:
        return draft
    if not when.dated:
        return replace(draft, part=when.words.rpartition("，")[2] if "点" not in when.words else "")
    return replace(draft, when_at=when) if when.timed else replace(draft, day=when)


def hear(draft: Draft, said: Said, asked: str, now: datetime, words: Words) -> Draft:
    """The draft after one more sentence, when `asked` was the question."""
    draft = replace(draft, said=(), why="", aside="", outcome="")
    turned = _turned(draft, said, asked, now)
    if turned is not None:
        return turned
    corrected = _corrected(draft, said.text, asked, now, words)
    if corrected is not None:
        return replace(corrected, misses=0, said=("form_changed",))
    return _counted(FILL[asked](draft, said, now, words))


def _counted(draft: Draft) -> Draft:
    """Two failures in a row are enough; a follow-up question is not a failure."""
    if draft.why not in FAILURES and not draft.why.startswith("="):
        return replace(draft, misses=0)
    if draft.misses + 1 >= MISSES:
        return replace(draft, outcome="stuck", why="")
    return replace(draft, misses=draft.misses + 1)


def _turned(draft: Draft, said: Said, asked: str, now: datetime) -> Draft | None:
    """What leaves the question aside: danger, a person, giving up, once more, something else."""
    sure = said.confidence >= SURE
    if sure and said.intent in TURNS:
        return replace(draft, outcome=TURNS[said.intent], kind=said.intent)
    if CANCEL.search(said.text) and not CORRECTS.search(said.text.replace("不要了", "")):
        return replace(draft, outcome="cancelled")
    if OVER.search(said.text):
        return Draft(home_known=draft.home_known, said=("form_over",))
    if SLOWER.search(said.text) and len(said.text) < 16:
        return replace(draft, said=("form_slower",))
    if AGAIN.search(said.text) and len(said.text) < 16:
        return replace(draft, said=("form_again",))
    if sure and said.intent in ASIDE and QUESTION.search(said.text):
        return replace(draft, aside=ASIDE[said.intent], said=("form_resume",))
    return None


def _corrected(draft: Draft, text: str, asked: str, now: datetime, words: Words) -> Draft | None:
    """A correction of something said before (不对，是后天), whatever was asked."""
    if not CORRECTS.search(text):
        return None
    if draft.when_at is not None and asked != "when_at":
        when = _quiet_when(text, now, draft.when_at)
        if when is not None:
            return replace(draft, when_at=when)
    person = other_person(text, words)
    if person and draft.who and asked != "who" and person != draft.who:
        return replace(draft, who=person)
    place = address(after_mark(text))
    if place and draft.place and asked != "place":
        return replace(draft, place=place)
    service = words.service_named(after_mark(text))
    if service and draft.service and service != draft.service and asked != "wanted":
        return replace(draft, service=service, wanted=None)
    return None


def _quiet_when(text: str, now: datetime, before: When) -> When | None:
    try:
        return at_another_time(before, text, now)
    except (NotInFuture, Unsettled):
        return None


def _fill_service(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    service = words.service_named(said.text)
    if service is None:
        return replace(draft, why="ask_service_miss")
    return begin(said, service, now, words, home_known=draft.home_known)


def _fill_wanted(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    text = trimmed(said.text)
    if not text:
        return replace(draft, why="form_again")
    filled = replace(draft, wanted=text)
    return _first_time(filled, said.text, now) if draft.when_at is None else filled


def _fill_who(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    text = bare(said.text)
    if person := other_person(text, words):
        return replace(draft, who=person)
    if SELFISH.search(text) or YES.search(text):
        return replace(draft, who=SELF)
    if NO.search(text) or "别人" in text:
        return replace(draft, why="ask_who_other")
    who = trimmed(text)[:20]
    return replace(draft, who=who) if PERSON.search(who) else replace(draft, why="ask_who_miss")


def _fill_when(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    text = draft.half + SAME_WEEK.sub("", said.text) if draft.half else said.text
    try:
        if draft.day is not None:
            when = at_another_time(draft.day, text, now)
        else:
            when = read_when(text, now, part=draft.part)
    except NotInFuture:
        return replace(draft, why="ask_when_past", day=None, half="")
    except Unsettled as question:
        return replace(draft, why=f"={question}", half=said.text)
    if when is None:
        return replace(draft, why="ask_when_miss")
    return _with_time(replace(draft, half=""), when)


def _with_time(draft: Draft, when: When) -> Draft:
    if not when.dated and draft.day is None and "点" not in when.words and "全天" not in when.words:
        return replace(draft, part=when.words.rpartition("，")[2])
    if not when.timed:
        return replace(draft, day=when)
    return replace(draft, when_at=when, day=None)


def _fill_place(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    text = bare(said.text)
    if place := address(text):
        return replace(draft, place=place)
    if AT_HOME.search(text) or YES.search(text):
        home = replace(draft, place=HOME)
        return home if draft.home_known else replace(draft, why="ask_place_home")
    if NO.search(text) and len(text) < 6:
        return replace(draft, why="ask_place_other")
    place = trimmed(text)
    if PLACE.search(place) or HOUSE_NUMBER.search(place) or len(place) > 3:
        return replace(draft, place=place)
    return replace(draft, why="ask_place_miss")


def _fill_confirmed(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    text = bare(said.text)
    if agrees(text):
        return replace(draft, confirmed=True, outcome="confirmed")
    when = _quiet_when(text, now, draft.when_at) if draft.when_at else None
    if when is not None:
        return replace(draft, when_at=when, said=("form_changed",))
    if place := address(after_mark(text)):
        return replace(draft, place=place, said=("form_changed",))
    if AMOUNT.search(text):
        return replace(
            draft, wanted=f"{draft.wanted}，{trimmed(text)}"[:100], said=("form_changed",)
        )
    for name, pattern in WHAT_WRONG:
        if pattern.search(text) and len(text) < REMARK:
            return _forgotten(draft, name)
    wrong = NO.search(text) or CORRECTS.search(text)
    return replace(draft, why="ask_what_wrong" if wrong else "confirm_miss")


def _forgotten(draft: Draft, name: str) -> Draft:
    """The draft without one field, so that it is asked for again."""
    if name == "when_at":
        return replace(draft, when_at=None, part="", day=None)
    if name == "place":
        return replace(draft, place=None)
    return replace(draft, who=None) if name == "who" else replace(draft, wanted=None)


FILL = {
    "service": _fill_service,
    "wanted": _fill_wanted,
    "who": _fill_who,
    "when_at": _fill_when,
    "place": _fill_place,
    "confirmed": _fill_confirmed,
}


def freeze(when: When | None) -> dict[str, Any] | None:
    """A time as a slot keeps it."""
    if when is None:
        return None
    return {**vars_of(when), "start": when.start.isoformat(), "end": when.end.isoformat()}


def vars_of(when: When) -> dict[str, Any]:
    """The fields of a time that are plain values."""
    return {
        "words": when.words,
        "dated": when.dated,
        "timed": when.timed,
        "holiday": when.holiday,
    }


def thaw(raw: dict[str, Any] | None) -> When | None:
    """A time from what the slot kept."""
    if not raw:
        return None
    times = {name: datetime.fromisoformat(raw[name]) for name in ("start", "end")}
    return When(**{**raw, **times})
