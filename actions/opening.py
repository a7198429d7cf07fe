"""The first sentence of a request: which services it names, and all else that it already says."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from actions.draft import HOME, SELF, Draft, Said
from actions.listening import (
    AT_HOME,
    FOR_ME,
    LEADING_TIME,
    SURNAMES,
    address,
    bare,
    name_in,
    other_person,
    trimmed,
)
from actions.words import Words
from callcenter.when import NotInFuture, Unsettled, read_when

REMARK = 14  # characters of a clause that may only tell when or where
CLAUSE_END = re.compile(
    r"[，。,;；！？!?]|(?=另外|还有|还要|还想|顺便|顺带|再帮|对了)|和(?=.{2})|以及|、"
)
NEXT_WISH = re.compile(r"另外|还|顺便|顺带|再|也|对了|帮我|我要|我想|叫个|和|以及|、")
ANY_TIME = "全天"  # as a time of day without hours is read back
TAKES_BACK = re.compile(
    "不要了|取消|退掉|改到|改成|改期|到哪|怎么样了|好了没|送了没"
)  # no new wish
SHORTEST = 2  # characters of a clause that could be a wish


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One service that a sentence asks for."""

    service: str
    text: str  # the words that ask for it, up to the next wish


def wishes(text: str, words: Words) -> tuple[Wish, ...]:
    """The services that a sentence asks for, in its order (订饭，另外水龙头也坏了).

    A clause that merely names a place (送到医院门口) is no wish: a further one must be marked.
    """
    found: list[tuple[str, int]] = []  # the service, and where its words begin
    start = 0
    marks = [*CLAUSE_END.finditer(text)]
    for end, after in [(m.start(), m.end()) for m in marks] + [(len(text), len(text))]:
        clause, mark = text[start:end], text[max(0, start - 1) : end]
        asks = len(clause) >= SHORTEST and not TAKES_BACK.search(clause)
        service = words.service_named(clause) if asks else None
        fresh = service is not None and service not in [one for one, _ in found]
        if service is not None and fresh and (not found or NEXT_WISH.search(mark)):
            found.append((service, start if found else 0))
        start = after
    ends = [begins for _, begins in found[1:]] + [len(text)]
    return tuple(
        Wish(service=service, text=text[begins:end].strip("，,。； "))
        for (service, begins), end in zip(found, ends, strict=False)
    )


def begin(said: Said, service: str | None, now: datetime, words: Words, empty: Draft) -> Draft:
    """The draft that the first sentence makes; `empty` says what is known of the caller."""
    draft = replace(empty, service=service)
    if service is None:
        return draft
    if any(word in said.text for word in words.services[service].enough):
        draft = replace(draft, wanted=_what(said.text, service, now, words))
    if person := other_person(said.text, words):
        draft = replace(draft, who=person)
    elif FOR_ME.search(said.text):
        draft = replace(draft, who=SELF)
    draft = first_time(replace(draft, name=name_in(said.text)), said.text, now)
    place = address(said.text)
    at_home = draft.roster and draft.at_callers_home
    if place is None and at_home and AT_HOME.search(said.text):
        place = HOME
    return replace(draft, place=place)


def _what(text: str, service: str, now: datetime, words: Words) -> str:
    """What exactly, without who, when and where: 帮我妈订两份软饭，后天送来 is 两份软饭."""
    clauses = [one for one in re.split(r"[，。,;；]", text) if one.strip()]
    enough = words.services[service].enough
    kept = [
        one for one in clauses if any(word in one for word in enough) or not _tells_else(one, now)
    ]
    told = (what_asked(one, words) for one in kept)
    return trimmed("，".join(filter(None, told)) or text)


def what_asked(clause: str, words: Words) -> str:
    """A clause without its opening words: 我想请你们来修水龙头 is 修水龙头."""
    people = "|".join(sorted(words.people, key=len, reverse=True))
    opening = re.compile(rf"^(?:{people}|老[{SURNAMES}]|{OPENING})+")
    left = LEADING_TIME.sub("", trimmed(clause))
    kept = LEADING_TIME.sub("", opening.sub("", left))
    kept = opening.sub("", kept)
    return kept if len(bare(kept)) >= SHORTEST else left


OPENING = (
    "我想|我要|想要|想请|我(?!家|们)|想|要|请|麻烦|帮忙(?!洗)|帮|给|替|代|叫|找|寻|派|让|约|订|定|预约|预定|安排|"
    "登记|你们|师傅|阿姨|个人|人(?!民|工)|来|上门|一下|一个|个|能不能|可不可以|那个|那|就|另外|还|也|"
    "顺便|再|和|以及|的|有(?=帮|给)"
)


def _tells_else(clause: str, now: datetime) -> bool:
    """A clause that only tells where, who or when."""
    return bool(address(clause) or name_in(clause) or _only_time(clause, now))


def _only_time(clause: str, now: datetime) -> bool:
    try:
        return len(clause) < REMARK and read_when(clause, now) is not None
    except (NotInFuture, Unsettled):
        return True


def first_time(draft: Draft, text: str, now: datetime) -> Draft:
    """A day or a clock time counts; 午饭 alone only says which part of some day."""
    try:
        when = read_when(text, now)
    except (NotInFuture, Unsettled):
        return draft  # it will be asked for, and read then
    if when is None:
        return draft
    if not when.dated and when.time_words == ANY_TIME:
        return draft  # 随便 is said of the food as well
    if not when.dated:
        clocked = "点" in when.time_words
        return (
            replace(draft, half=when.time_words)
            if clocked
            else replace(draft, part=when.time_words)
        )
    return replace(draft, when_at=when) if when.timed else replace(draft, day=when)
