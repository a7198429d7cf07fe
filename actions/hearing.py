"""One more sentence while a request is written down: an answer, a correction, or something else.

What leaves the question aside comes first (danger, a person, giving up, once more), then what
corrects something said before, then the answer to the question, and at last whatever else of the
request the words hold: elders do not answer in the order of a form.
"""

import re
from dataclasses import replace
from datetime import datetime

from actions.draft import HOME, SELF, Draft, Said
from actions.filling import fill, more_wanted
from actions.listening import (
    AGAIN,
    AMOUNT,
    AT_HOME,
    CANCEL,
    CORRECTS,
    NO,
    OVER,
    QUESTION,
    SELFISH,
    SLOWER,
    WHAT_WRONG,
    YES,
    address,
    after_mark,
    agrees,
    bare,
    corrects,
    name_told,
    other_person,
    telephone,
    trimmed,
)
from actions.opening import what_asked
from actions.words import Words
from callcenter.when import NotInFuture, Unsettled, When, at_another_time

MISSES = 2  # in a row: then a person takes over
FAILURES = frozenset(
    {
        "ask_service_miss", "ask_wanted_miss", "ask_who_miss", "ask_name_miss", "ask_when_miss",
        "ask_place_miss", "ask_phone_miss", "confirm_miss",
    }
)  # fmt: skip
BARE_DOUBT = re.compile("(好像|有点|这个|那个)?(不对|弗对|错了?|不是)(的|吧|啊)?")
SMALL_TALK = re.compile("天气|几点(钟)?了|新闻|彩票|唱|笑话|故事|你是谁|机器人|几岁")
ANY_TIME = re.compile("随便|都行|都好|都可以")  # said of other things as well
ORDERED = re.compile("订的|约的|单子|昨天|上次|上趟|前天|刚才那")
WHO_ARE_YOU = re.compile("你是谁|您是谁|是真人|机器人吗|是机器|骗子")
SHORT = 16  # characters; a longer sentence is more than 再讲一遍
SURE = 0.5  # from this confidence on an intent may turn the talk
VERY_SURE = 0.8  # a danger that only the model hears, in the middle of a form
ALONE = ("form_slower", "form_again")
REMARKS = ((WHO_ARE_YOU, "who_we_are"), (SLOWER, "form_slower"), (AGAIN, "form_again"))
ASIDE = {"ask_policy": "question", "ask_progress": "progress"}
TOLD = {"report_unwell": "unwell", "complaint": "complaint", "scam": "scam"}  # noted; it goes on
DANGERS = ("emergency", "crisis")
FREE_WORDS = ("wanted", "name")  # asked for in the caller's own words
WRONG = re.compile("(?<!没)错|不对|弗对")
NAMED = re.compile("(我|他|她|伊|老人)?(名字)?(叫|姓|名字)")


def hear(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    """The draft after one more sentence."""
    asked = draft.missing() or "confirmed"
    alarmed = draft.why == "ask_danger"
    draft = replace(draft, said=(), why="", aside="", outcome="", confirmed=None)
    turned = _alarm(draft, said, alarmed) or _turned(draft, said, words)
    if turned is not None:
        return turned
    corrected = _corrected(draft, said.text, asked, now, words)
    if corrected is not None:
        return replace(corrected, misses=0)
    answered = _answered(draft, said, asked, now, words)
    if answered.why in FAILURES:
        answered = _besides(draft, said, asked, now, words) or answered
    return _counted(answered.with_own_name())


def _answered(draft: Draft, said: Said, asked: str, now: datetime, words: Words) -> Draft:
    if asked == "confirmed":
        return _confirmed(draft, said, now, words)
    return fill(draft, said, asked, now, words)


def _counted(draft: Draft) -> Draft:
    """Two failures in a row are enough; a follow-up question is not a failure."""
    asked_back = draft.why.startswith("=") and not draft.offered
    if draft.why not in FAILURES and not asked_back:
        return replace(draft, misses=0)
    if draft.misses + 1 >= MISSES:
        return replace(draft, outcome="stuck", why="")
    return replace(draft, misses=draft.misses + 1)


def _alarm(draft: Draft, said: Said, alarmed: bool) -> Draft | None:
    """A danger that the model is sure of ends the form; of another one is asked.

    Half a sentence (厨房的，一直滴) is easily misread, and the danger words were heard before.
    """
    text = bare(said.text)
    if alarmed and YES.search(text):
        return replace(draft, outcome="danger")
    if alarmed and NO.search(text):
        return replace(draft, kind="", said=("form_resume",))
    if said.intent not in DANGERS or said.confidence < SURE or BARE_DOUBT.fullmatch(text):
        return None
    if alarmed or said.confidence >= VERY_SURE or said.intent == "crisis":
        return replace(draft, outcome="danger", kind=said.intent)
    return replace(draft, why="ask_danger", kind=said.intent)


def _turned(draft: Draft, said: Said, words: Words) -> Draft | None:
    """What leaves the question aside: giving up, once more, a person, something else."""
    text = said.text
    gives_up = CANCEL.search(text) and not CORRECTS.search(text.replace("不要了", ""))
    if gives_up and not _of_another(draft, text, words):
        return replace(draft, outcome="cancelled")
    if OVER.search(text):
        return replace(draft.empty(), said=("form_over",))
    for pattern, line in REMARKS:
        if pattern.search(text) and len(text) < SHORT:
            return replace(draft, said=(line,) if line in ALONE else (line, "form_resume"))
    return _meant(draft, said, words) if said.confidence >= SURE else None


def _meant(draft: Draft, said: Said, words: Words) -> Draft | None:
    """What the model is sure of, in words that are no answer to a question of ours."""
    if said.intent == "ask_human":
        return replace(draft, outcome="handoff")
    if said.intent == "change_request" and _of_another(draft, said.text, words):
        return replace(draft, aside="change", said=("form_later",))
    if said.intent in ASIDE and QUESTION.search(said.text):
        return replace(draft, aside=ASIDE[said.intent], said=("form_resume",))
    if said.intent == "out_of_scope" and SMALL_TALK.search(said.text):
        return replace(draft, said=("form_aside", "form_resume"))
    return None


def _of_another(draft: Draft, text: str, words: Words) -> bool:
    """我订的饭改到后天, said while a repair is written down, is about another request."""
    service = words.service_named(text)
    return ORDERED.search(text) is not None and service not in (None, draft.service)


def _corrected(draft: Draft, text: str, asked: str, now: datetime, words: Words) -> Draft | None:
    """A correction of something said before (不对，是后天), whatever was asked."""
    if not CORRECTS.search(text) or (asked in FREE_WORDS and not corrects(text)):
        return None
    told = after_mark(text)
    changed = _changed(draft, told, asked, now, words) or _other_wish(draft, told, asked, words)
    if changed is not None:
        return replace(_with_place(changed, text, asked), said=("form_changed",))
    return _taken_back(draft, text) if WRONG.search(text) else None


def _with_place(draft: Draft, text: str, asked: str) -> Draft:
    """不对，是后天，送到家里: what was asked is answered in the same breath."""
    if asked != "place" or draft.place is not None:
        return draft
    own = draft.roster and draft.at_callers_home
    home = HOME if own and AT_HOME.search(text) else None
    return replace(draft, place=address(text) or home)


def _taken_back(draft: Draft, text: str) -> Draft | None:
    """地址错了: that is asked for again."""
    if len(text) >= SHORT:
        return None
    told = [name for name, said in WHAT_WRONG if said.search(text)]
    name = next((name for name in told if name == draft.missing() or getattr(draft, name)), None)
    return None if name is None else replace(draft.forgetting(name), why=f"again_{name}")


def _changed(draft: Draft, text: str, asked: str, now: datetime, words: Words) -> Draft | None:
    """The draft with something that was known before told anew; None if nothing is."""
    if draft.when_at is not None and asked != "when_at":
        when = _quiet_when(text, now, draft.when_at)
        if when is not None and when.words != draft.when_at.words:
            return replace(draft, when_at=when)
    if draft.place and asked != "place" and (place := address(text)):
        return replace(draft, place=place) if place != draft.place else None
    person = other_person(text, words) or (SELF if SELFISH.search(bare(text)) else None)
    if person and draft.who and asked != "who" and person != draft.who:
        return draft.for_person(person)
    return _changed_detail(draft, text, asked)


def _changed_detail(draft: Draft, text: str, asked: str) -> Draft | None:
    """A name, a telephone number, or home after all."""
    if draft.phone is not None and asked != "phone" and (number := telephone(text)):
        return replace(draft, phone=number)
    if draft.name is not None and asked != "name" and NAMED.match(text):
        name = name_told(text)
        return replace(draft, name=name) if name else None
    own = draft.roster and draft.at_callers_home
    home = own and draft.place not in (None, HOME) and AT_HOME.search(text)
    return replace(draft, place=HOME) if home and asked != "place" else None


def _other_wish(draft: Draft, text: str, asked: str, words: Words) -> Draft | None:
    """不要送饭，要打扫; 不是龙头，是马桶."""
    service = words.service_named(text)
    if not service or not draft.service or asked == "wanted":
        return None
    if service != draft.service:
        return replace(draft, service=service, wanted=None)
    told = what_asked(text, words)
    return replace(draft, wanted=told) if draft.wanted and told not in draft.wanted else None


def _quiet_when(text: str, now: datetime, before: When) -> When | None:
    try:
        return at_another_time(before, text, now)
    except (NotInFuture, Unsettled):
        return None


def _besides(draft: Draft, said: Said, asked: str, now: datetime, words: Words) -> Draft | None:
    """Something else of the request, though another thing was asked; None if there is nothing."""
    text = said.text
    noted = _other_field(draft, said, asked, now, words)
    if noted is not None:
        return replace(noted, said=("form_noted",))
    changed = _changed(draft, text, asked, now, words)
    if changed is not None:
        return replace(changed, said=("form_changed",))
    if said.intent == "out_of_scope" and said.confidence >= VERY_SURE and QUESTION.search(text):
        return replace(draft, said=("form_aside", "form_resume"))
    if said.intent in TOLD and said.confidence >= VERY_SURE:
        return replace(draft, aside=said.intent, said=(TOLD[said.intent], "form_resume"))
    service = words.service_named(text)
    if service and service != draft.service and asked != "service":
        return replace(draft, aside="later", said=("form_later",))
    return None


def _other_field(draft: Draft, said: Said, asked: str, now: datetime, words: Words) -> Draft | None:
    """An address, a time or a person that is told before it was asked for."""
    text = said.text
    if draft.place is None and (place := address(text)):
        return replace(draft, place=place)
    if draft.when_at is None and asked != "when_at":
        timed = fill(draft, said, "when_at", now, words)
        if not timed.why and not ANY_TIME.search(text):
            return timed
    if draft.who is None and (person := other_person(text, words)):
        return replace(draft, who=person)
    if draft.no_number and draft.phone is None and (number := telephone(text)):
        return replace(draft, phone=number)
    more = said.intent == "request_service" and said.confidence >= VERY_SURE
    same = draft.wanted is not None and words.service_named(text) in (None, draft.service)
    if _adds(draft, text, words) or (more and same):
        return more_wanted(draft, text, words)
    return None


def _adds(draft: Draft, text: str, words: Words) -> bool:
    """擦身, told while the time is asked: more on what is wanted."""
    enough = words.services[draft.service].enough if draft.service else ()
    told = AMOUNT.search(text) is not None or any(word in text for word in enough)
    return told and draft.wanted is not None


def _confirmed(draft: Draft, said: Said, now: datetime, words: Words) -> Draft:
    """对 writes it down; anything else in the words changes it and it is read back again."""
    text = bare(said.text)
    told = after_mark(trimmed(YES.sub("", text)))
    changed = _changed(draft, told, "confirmed", now, words)
    if changed is None and _adds(draft, told, words):
        changed = more_wanted(draft, told, words)
    if changed is None and draft.name is not None and (name := name_told(told)):
        changed = replace(draft, name=name)
    if changed is not None and changed != draft:
        return replace(changed, said=("form_changed",))
    if agrees(text):
        return replace(draft, confirmed=True, outcome="confirmed")
    wrong = NO.search(text) or CORRECTS.search(text)
    return _taken_back(draft, text) or replace(
        draft, why="ask_what_wrong" if wrong else "confirm_miss"
    )
