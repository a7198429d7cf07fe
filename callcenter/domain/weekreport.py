"""The weekly report (周报): what it says, how it is sealed, and how a changed one is found out.

A report is a head and pages. A page holds the elders of one community, each entry with a seal of
its own; the head holds the totals and the seals of the pages; the seal of the head is the report's
hash. The head names the hash of the report before it, so that the reports form one chain by number.
A later revision of a week is one more link, and names the hash that it replaces. Pure.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callcenter.domain.checkin import SLOT_WORDS

FORM = 1  # of the head and the pages; a later form is read beside this one
PLACES = ("call1", "call2", "visit1", "visit2")
PLACE_WORDS = {
    "call1": "第1次电话",
    "call2": "第2次电话",
    "visit1": "第1次上门",
    "visit2": "第2次上门",
}
BLANK = "blank"
DONE = ("confirmed_safe", "excused", "resolved")
STATES = (*DONE, "escalated", "open", BLANK)
STATE_WORDS = {**{state.value: words for state, words in SLOT_WORDS.items()}, BLANK: "空白"}
COUNTED = {
    "elders": "老人",
    "slots": "名额",
    **{state: STATE_WORDS[state] for state in STATES},
    "alone": "空巢独居",
    "alone_week": "本周上门",
    "alone_month": "本月上门",
}

Json = dict[str, Any]


def canonical(value: object) -> str:
    """The one way in which a value is written down: keys in order, no spaces, no other letters."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sealed(value: object) -> str:
    """SHA-256 over the canonical text, in hexadecimal."""
    return sealed_text(canonical(value))


def sealed_text(text: str) -> str:
    """The seal of a text that is canonical already."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def with_seal(entry: Mapping[str, Any]) -> Json:
    """The entry with the seal over everything else in it."""
    bare = {key: value for key, value in entry.items() if key != "seal"}
    return {**bare, "seal": sealed(bare)}


def count(page: Json) -> Counter[str]:
    """The numbers of one page, counted entry by entry."""
    found: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
    for elder in page["elders"]:
        found["elders"] += 1
        found["slots"] += len(PLACES)
        found.update(slot["state"] for slot in elder["slots"])
    for one in page["alone"]:
        found["alone"] += 1
        found["alone_week"] += bool(one["week"])
        found["alone_month"] += bool(one["month"])
    return found


def exceptions(pages: Iterable[Json]) -> list[Json]:
    """Every slot that has not ended, with who has it; by name, in the order of the report."""
    return [
        {
            "line": elder["line"],
            "street": page["street"],
            "community": page["community"],
            "elder": elder["elder"],
            "name": elder["name"],
            "slot": place,
            "state": slot["state"],
            "who": slot["who"],
            "escalation": slot["escalation"],
        }
        for page in pages
        for elder in page["elders"]
        for place, slot in zip(PLACES, elder["slots"], strict=True)
        if slot["state"] not in DONE
    ]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A report as it lies in the store. Texts are canonical."""

    number: int
    week: str  # the Monday
    revision: int
    head: str
    hash: str
    pages: Sequence[tuple[str, str]]  # body and hash, in order


def report_faults(kept: Kept) -> list[str]:
    """Everything in one report that does not fit together, in plain Chinese with its place."""
    name = called(kept.week, kept.revision)
    head, broken = _read(kept.head)
    if head is None:
        return [f"{name}：报告头读不出来（{broken}）"]
    found = [f"{name}：{words}" for words in _head_faults(kept, head)]
    pages: list[Json] = []
    for place, (body, hash_) in enumerate(kept.pages, start=1):
        page, broken = _read(body)
        if page is None:
            found.append(f"{name}第{place}页：读不出来（{broken}）")
            continue
        pages.append(page)
        found += [f"{name}第{place}页：{words}" for words in _safely(_page_faults, page, hash_)]
    found += [f"{name}：{words}" for words in _safely(_order_faults, kept, head, pages)]
    found += [f"{name}：{words}" for words in _safely(_number_faults, head, pages)]
    return found


def _safely(look: Callable[..., list[str]], *at: Any) -> list[str]:
    """What a look finds; a report so torn that it cannot be looked at is a fault as well."""
    try:
        return look(*at)
    except (AttributeError, KeyError, TypeError, ValueError):
        return ["内容残缺，数不出来"]


def called(week: str, revision: int) -> str:
    """What people call a report: 2026-11-23那周的周报（第2版）."""
    return f"{week}那周的周报" + (f"（第{revision}版）" if revision > 1 else "")


def _read(text: str) -> tuple[Json | None, str]:
    try:
        value = json.loads(text)
    except ValueError as wrong:
        return None, str(wrong)
    return (value, "") if isinstance(value, dict) else (None, "不是一份报告")


def _head_faults(kept: Kept, head: Json) -> list[str]:
    found = []
    if sealed(head) != kept.hash:
        found.append("报告头被改过，校验码对不上")
    for key, words, stored in (
        ("number", "编号", kept.number),
        ("week", "周", kept.week),
        ("revision", "版次", kept.revision),
    ):
        if head.get(key) != stored:
            found.append(f"{words}对不上：报告里是{head.get(key)}，存的是{stored}")
    return found


def _page_faults(page: Json, hash_: str) -> list[str]:
    found = []
    for elder in page.get("elders", []):
        if with_seal(elder).get("seal") != elder.get("seal"):
            found.append(f"第{elder.get('line')}行（{elder.get('name')}）的内容被改过")
    for one in page.get("alone", []):
        if with_seal(one).get("seal") != one.get("seal"):
            found.append(f"探访名单里{one.get('name')}的记录被改过")
    if sealed(page) != hash_:
        found.append("和这一页的校验码对不上")
    return found


def _order_faults(kept: Kept, head: Json, pages: Sequence[Json]) -> list[str]:
    """Pages and lines that are missing, swapped or put in."""
    found = []
    wanted, there = list(head.get("pages", [])), [sealed(page) for page in pages]
    if len(wanted) != len(kept.pages):
        found.append(f"应有{len(wanted)}页，存的是{len(kept.pages)}页")
    for place, (mine, theirs) in enumerate(zip(wanted, there, strict=False), start=1):
        if mine == theirs:
            continue
        at = wanted.index(theirs) + 1 if theirs in wanted else 0
        found.append(f"第{place}页的位置上是第{at}页" if at else f"第{place}页不是报告头里的那一页")
    lines = [elder.get("line") for page in pages for elder in page.get("elders", [])]
    for place, line in enumerate(lines, start=1):
        if line != place:
            found.append(f"第{place}行的位置上是第{line}行")
    return found


def _number_faults(head: Json, pages: Sequence[Json]) -> list[str]:
    """Numbers of the head that the entries do not bear out."""
    places: dict[tuple[str, str], Counter[str]] = {}
    for page in pages:
        mine = places.setdefault((page.get("street", ""), page.get("community", "")), Counter())
        mine.update(count(page))
    found = []
    for one in head.get("places", []):
        counted = places.pop((one["street"], one["community"]), Counter())
        found += _differ(f"{one['community']}", one["totals"], counted)
    found += [f"{community}有逐行记录，合计里没有" for _, community in places]
    whole: Counter[str] = Counter()
    streets: dict[str, Counter[str]] = {}
    for page in pages:
        whole.update(count(page))
        streets.setdefault(page.get("street", ""), Counter()).update(count(page))
    for one in head.get("streets", []):
        found += _differ(one["street"], one["totals"], streets.get(one["street"], Counter()))
    return found + _differ("全区", head.get("totals", {}), whole)


def _differ(where: str, said: Mapping[str, int], counted: Mapping[str, int]) -> list[str]:
    return [
        f"{where}“{words}”写的是{said.get(key)}，逐行数是{counted.get(key, 0)}"
        for key, words in COUNTED.items()
        if said.get(key) != counted.get(key, 0)
    ]


@dataclass(frozen=True, kw_only=True)
class Link:
    """What the chain needs to know of one report."""

    number: int
    week: str
    revision: int
    hash: str
    previous: str  # hash of the report with the number before; empty for the first
    week_before: str  # hash of the newest report of the week before; empty when there is none
    replaces: str  # hash of the revision before; empty for a first one


def chain_faults(links: Sequence[Link], weeks: Sequence[str]) -> list[str]:
    """Where the chain of reports is broken. `weeks` are all weeks that have to have a report."""
    found, last = (
        [],
        Link(number=0, week="", revision=0, hash="", previous="", week_before="", replaces=""),
    )
    newest: dict[str, Link] = {}
    for link in links:
        name = called(link.week, link.revision)
        if link.number != last.number + 1:
            gone = "、".join(str(number) for number in range(last.number + 1, link.number))
            found.append(f"缺编号{gone}的周报（在{name}之前）")
        elif link.previous != last.hash:
            found.append(f"{name}：接不上前一份周报（{called(last.week, last.revision)}）")
        before = newest.get(link.week)
        if link.replaces != (before.hash if before else "") or link.revision != (
            before.revision + 1 if before else 1
        ):
            found.append(f"{name}：接不上这一周的前一版")
        if link.week_before not in _of_week_before(link, links):
            found.append(f"{name}：接不上前一周的周报")
        newest[link.week], last = link, link
    found += [f"缺{week}那一周的周报" for week in weeks if week not in newest]
    return found


def _of_week_before(link: Link, links: Sequence[Link]) -> set[str]:
    """The hash that a report has to name for the week before it."""
    earlier = [one for one in links if one.week < link.week and one.number < link.number]
    if not earlier:
        return {""}
    week = max(one.week for one in earlier)
    return {[one for one in earlier if one.week == week][-1].hash}


def signature_seal(signature: Mapping[str, Any]) -> str:
    """The seal of a signature: over the report's hash, who, when, what, and the one before."""
    bare = {key: value for key, value in signature.items() if key != "hash"}
    return sealed(bare)
