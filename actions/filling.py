"""The answer to each question of a request: what the words add to the draft."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from actions.draft import HOME, NOT_TOLD, SELF, Draft, Said
from actions.listening import (
    AMOUNT,
    AT_HOME,
    COUNT,
    DECLINES,
    HOUSE_NUMBER,
    NO,
    NUMERAL,
    ONLY_DIGITS,
    OTHERS,
    PLACE,
    SAME_PLACE,
    SELFISH,
    UNKNOWN,
    YES,
    address,
    agrees,
    bare,
    called,
    name_in,
    name_told,
    other_person,
    telephone,
    trimmed,
)
from actions.opening import ANY_TIME, begin, first_time, what_asked
from actions.words import Words
from callcenter.when import NotInFuture, Unsettled, When, at_another_time, read_when

LONGEST_NAME = 6  # characters of an odd name that is taken as it was heard

Fill = Callable[[Draft, Said, datetime, Words], Draft]


def fill(draft: Draft, said: Said, asked: str, now: datetime, words: Words) -> Draft:
    """The draft after the answer to `asked`; `why` says what went wrong if anything did."""
    return FILL[asked](draft, said, now, words)


def _service(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    service = words.service_named(said.text)
    if service is None:
        return replace(draft, why="ask_service_miss")
    return begin(said, service, now, words, draft.empty())


def _wanted(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    text = trimmed(said.text)
    if not text or UNKNOWN.search(text) or ONLY_DIGITS.fullmatch(text):
        return replace(draft, why="ask_wanted_miss")
    filled = replace(draft, wanted=what_asked(text, words))
    if draft.who is None and (person := other_person(text, words)):
        filled = replace(filled, who=person)
    return first_time(filled, said.text, now) if draft.when_at is None else filled


def _who(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    text = bare(said.text)
    if person := other_person(text, words):
        return replace(draft, who=person)
    if OTHERS.search(text):
        return replace(draft, why="ask_who_other")
    if AMOUNT.search(text):
        return replace(more_wanted(draft, text, words), why="ask_who_miss")
    if UNKNOWN.search(text):
        return replace(draft, why="ask_who_miss")
    if SELFISH.search(text) or YES.search(text):
        return replace(draft, who=SELF)
    if NO.search(text):
        return replace(draft, why="ask_who_other")
    who = None if _is_time(text, now) else called(trimmed(text))
    return replace(draft, who=who, name=who) if who else replace(draft, why="ask_who_miss")


def _name(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    text = bare(said.text)
    if DECLINES.search(text):
        return replace(draft, name=NOT_TOLD)
    if _is_time(text, now):
        return replace(draft, why="ask_name_miss")
    name = name_told(text) or called(text) or name_in(text)
    if name is None and draft.misses and 1 < len(text) <= LONGEST_NAME and not _says_more(text):
        name = text  # an odd name, said twice
    return replace(draft, name=name) if name else replace(draft, why="ask_name_miss")


def _says_more(text: str) -> bool:
    """Yes, no, a number, a place: no name, however odd."""
    patterns = (YES, NO, NUMERAL, AT_HOME, PLACE)
    return any(pattern.search(text) for pattern in patterns)


def _when(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    text = said.text
    if draft.offered and agrees(bare(text)):
        text = draft.offered
    draft = replace(draft, offered="")
    try:
        when = _put_together(draft, text, now)
    except NotInFuture as gone:
        return replace(draft, why=f"={gone.question}", offered=gone.offer, day=None, half="")
    except Unsettled as doubt:
        return replace(draft, why=f"={doubt}", half=doubt.keep)
    if when is None:
        return replace(draft, why="ask_when_miss")
    return _with_time(replace(draft, half=""), when)


def _put_together(draft: Draft, text: str, now: datetime) -> When | None:
    """The answer behind what was said before; alone when the two do not go together."""
    if draft.day is not None:
        return at_another_time(draft.day, text, now)
    if draft.half:
        try:
            if (both := read_when(draft.half + text, now)) is not None:
                return both
        except (NotInFuture, Unsettled):
            pass  # the answer may stand on its own
    return read_when(text, now, part=draft.part)


def _with_time(draft: Draft, when: When) -> Draft:
    """A day without a time asks for the time; a part of the day without a day for the day."""
    whole = when.time_words == ANY_TIME
    if not (when.dated or draft.day or whole or "点" in when.time_words):
        return replace(draft, part=when.time_words)
    if not when.timed:
        return replace(draft, day=when)
    return replace(draft, when_at=when, day=None)


def _place(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    text = bare(said.text)
    if place := address(text):
        return replace(draft, place=place)
    if draft.place_before and (SAME_PLACE.search(text) or YES.search(text)):
        return replace(draft, place=draft.place_before)
    if AT_HOME.search(text) or YES.search(text):
        home = replace(draft, place=HOME)
        if draft.roster and draft.at_callers_home:
            return home
        return replace(draft, why="ask_place_home" if draft.at_callers_home else "ask_place_theirs")
    if NO.search(text) and len(text) < 6:
        return replace(draft, why="ask_place_other")
    place = trimmed(text)
    if (PLACE.search(place) or HOUSE_NUMBER.search(place)) and not _is_time(text, now):
        return replace(draft, place=place)
    return replace(draft, why="ask_place_miss")


def _is_time(text: str, now: datetime) -> bool:
    """礼拜五上午 has a numeral, and is no place."""
    try:
        return read_when(text, now) is not None
    except (NotInFuture, Unsettled):
        return True


def _phone(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    if (number := telephone(said.text)) is not None:
        return replace(draft, phone=number)
    if DECLINES.search(said.text):
        return replace(draft, phone=NOT_TOLD)
    return replace(draft, why="ask_phone_miss")


def more_wanted(draft: Draft, text: str, words: Words) -> Draft:
    """One more remark on what is wanted; another number of portions replaces the first."""
    wanted = draft.wanted or ""
    told = [one for one in what_asked(text, words).split("，") if one not in wanted]
    more = "，".join(told)
    if (count := COUNT.search(more)) and COUNT.search(wanted):
        wanted = COUNT.sub(count[0], wanted, count=1)
        more = trimmed(more.replace(count[0], ""))
    return replace(draft, wanted="，".join(filter(None, (wanted, more)))[:100])


FILL: dict[str, Fill] = {
    "service": _service,
    "wanted": _wanted,
    "who": _who,
    "name": _name,
    "when_at": _when,
    "place": _place,
    "phone": _phone,
}
