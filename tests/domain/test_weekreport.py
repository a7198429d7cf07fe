"""A report that was changed anywhere is found out, and the place is named."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.domain.weekreport import (
    STATES,
    Kept,
    Link,
    canonical,
    chain_faults,
    count,
    exceptions,
    report_faults,
    sealed,
    with_seal,
)

Json = dict[str, Any]


def slot(state: str) -> Json:
    return {
        "state": state,
        "evidence": "按键1",
        "at": "",
        "by": "本人",
        "until": "",
        "who": "钱社工已接警",
        "escalation": 0,
    }


def elder(line: int, states: list[str]) -> Json:
    slots = [slot(state) for state in states]
    return with_seal({"line": line, "elder": 100 + line, "name": f"老人{line}", "slots": slots})


def page(street: str, community: str, elders: list[Json], alone: int = 0) -> Json:
    found = [
        with_seal({"elder": n, "name": f"独居{n}", "week": n % 2 == 0, "month": True})
        for n in range(alone)
    ]
    return {"street": street, "community": community, "elders": elders, "alone": found}


def kept(pages: list[Json], number: int = 1) -> Kept:
    """A report over these pages, drawn as it should be."""
    whole: Counter[str] = Counter()
    streets: dict[str, Counter[str]] = {}
    places: dict[tuple[str, str], Counter[str]] = {}
    for one in pages:
        whole.update(count(one))
        streets.setdefault(one["street"], Counter()).update(count(one))
        places.setdefault((one["street"], one["community"]), Counter()).update(count(one))
    empty = count({"elders": [], "alone": []})
    head = {
        "number": number,
        "week": "2026-11-23",
        "revision": 1,
        "totals": {**empty, **whole},
        "streets": [{"street": k, "totals": {**empty, **v}} for k, v in streets.items()],
        "places": [
            {"street": k[0], "community": k[1], "totals": {**empty, **v}} for k, v in places.items()
        ],
        "pages": [sealed(one) for one in pages],
    }
    return Kept(
        number=number,
        week="2026-11-23",
        revision=1,
        head=canonical(head),
        hash=sealed(head),
        pages=[(canonical(one), sealed(one)) for one in pages],
    )


SAFE = ["confirmed_safe"] * 4
PAGES = [
    page("柳巷街道", "柳巷社区", [elder(1, SAFE), elder(2, ["escalated", *SAFE[1:]])], alone=3),
    page("柳巷街道", "竹园社区", [elder(3, ["excused", "resolved", "open", "blank"])]),
]


def changed(change: Callable[[Json, list[Json]], object], *, reseal: bool = False) -> list[str]:
    """What is found after somebody has changed head or pages; `reseal` renews the outer marks."""
    good = kept(json.loads(json.dumps(PAGES)))
    head, pages = json.loads(good.head), [json.loads(body) for body, _ in good.pages]
    marks = [mark for _, mark in good.pages]
    change(head, pages)
    if reseal:
        marks = [sealed(one) for one in pages]
        head["pages"] = marks
    hash_ = sealed(head) if reseal else good.hash
    bodies = [canonical(one) for one in pages]
    return report_faults(
        replace(
            good, head=canonical(head), hash=hash_, pages=list(zip(bodies, marks, strict=False))
        )
    )


def test_a_report_as_it_was_drawn_has_no_faults() -> None:
    assert report_faults(kept(PAGES)) == []


def test_a_changed_number_is_found_and_named_with_both_values() -> None:
    def change(head: Json, _: list[Json]) -> None:
        head["places"][1]["totals"]["blank"] = 0

    assert "2026-11-23那周的周报：竹园社区“空白”写的是0，逐行数是1" in changed(change)
    assert changed(change, reseal=True) == [
        "2026-11-23那周的周报：竹园社区“空白”写的是0，逐行数是1"
    ]


def test_a_changed_entry_is_found_and_named_with_its_line() -> None:
    def change(_: Json, pages: list[Json]) -> None:
        pages[0]["elders"][1]["slots"][0]["state"] = "confirmed_safe"

    found = changed(change)
    assert "2026-11-23那周的周报第1页：第2行（老人2）的内容被改过" in found
    assert any("“预警中”写的是1，逐行数是0" in one for one in found)


def test_swapped_rows_are_found_even_with_renewed_marks() -> None:
    def change(_: Json, pages: list[Json]) -> None:
        pages[0]["elders"].reverse()

    assert changed(change, reseal=True) == [
        "2026-11-23那周的周报：第1行的位置上是第2行",
        "2026-11-23那周的周报：第2行的位置上是第1行",
    ]


def test_swapped_pages_are_found_by_their_places() -> None:
    def change(_: Json, pages: list[Json]) -> None:
        pages.reverse()

    found = changed(change)
    assert "2026-11-23那周的周报：第1页的位置上是第2页" in found


def test_a_dropped_row_and_a_dropped_page_are_found() -> None:
    found = changed(lambda _, pages: pages[0]["elders"].pop(0))
    assert any("第1行的位置上是第2行" in one for one in found)
    found = changed(lambda _, pages: pages.pop())
    assert "2026-11-23那周的周报：应有2页，存的是1页" in found
    assert any("竹园社区“老人”写的是1，逐行数是0" in one for one in found)


def test_a_changed_head_without_numbers_is_found() -> None:
    found = changed(lambda head, _: head.update(drawn_by="别人"))
    assert found == ["2026-11-23那周的周报：报告头被改过，校验码对不上"]


@pytest.mark.parametrize("body", ["", "[]", "{", '{"elders": [{}], "alone": []}'])
def test_a_torn_report_is_named_and_stops_nothing(body: str) -> None:
    good = kept(PAGES)
    torn = replace(good, pages=[(body, good.pages[0][1]), good.pages[1]])
    assert report_faults(torn)
    assert report_faults(replace(good, head=body))


def test_exceptions_are_named_with_who_has_them() -> None:
    found = exceptions(PAGES)
    assert [(one["name"], one["slot"], one["state"]) for one in found] == [
        ("老人2", "call1", "escalated"),
        ("老人3", "visit1", "open"),
        ("老人3", "visit2", "blank"),
    ]
    assert {one["who"] for one in found} == {"钱社工已接警"}


leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=8)


@settings(max_examples=60, deadline=None)
@given(
    states=st.lists(st.lists(st.sampled_from(STATES), min_size=4, max_size=4), max_size=6),
    data=st.data(),
)
def test_any_single_change_of_any_value_is_found(
    states: list[list[str]], data: st.DataObject
) -> None:
    """Whatever is put in the place of any one value, in the head or in a page, is found."""
    pages = [
        page("街道", f"社区{n}", [elder(n + 1, some)], alone=n % 3) for n, some in enumerate(states)
    ]
    good = kept(pages)
    texts = [good.head, *(body for body, _ in good.pages)]
    which = data.draw(st.integers(0, len(texts) - 1))
    value = json.loads(texts[which])
    path = data.draw(st.sampled_from(list(paths(value))))
    new = data.draw(leaves)
    place, key = at(value, path[:-1]), path[-1]
    if canonical(place[key]) == canonical(new):
        return
    place[key] = new
    texts[which] = canonical(value)
    bad = replace(
        good,
        head=texts[0],
        pages=[(text, mark) for text, (_, mark) in zip(texts[1:], good.pages, strict=True)],
    )
    assert report_faults(bad)


def paths(value: object, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of all values inside."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    found = []
    for key, one in inner:
        found.append((*so_far, key))
        found += paths(one, (*so_far, key))
    return found


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def link(number: int, week: int, revision: int = 1, **other: str) -> Link:
    """The report of the n-th week of November as one link; its hash is `h` and its number."""
    return Link(
        number=number,
        week=f"2026-11-{week:02d}",
        revision=revision,
        hash=f"h{number}",
        previous=other.get("previous", f"h{number - 1}" if number > 1 else ""),
        week_before=other.get("week_before", ""),
        replaces=other.get("replaces", ""),
    )


CHAIN = [
    link(1, 2),
    link(2, 9, week_before="h1"),
    link(3, 2, 2, replaces="h1"),
    link(4, 16, week_before="h2"),
    link(5, 9, 2, week_before="h3", replaces="h2"),
    link(6, 23, week_before="h4"),
]
WEEKS = ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]


def test_a_chain_with_late_revisions_holds() -> None:
    assert chain_faults(CHAIN, WEEKS) == []


@pytest.mark.parametrize("gone", range(len(CHAIN) - 1))
def test_a_dropped_report_is_found_and_named(gone: int) -> None:
    left = [one for one in CHAIN if one is not CHAIN[gone]]
    found = chain_faults(left, WEEKS)
    assert any(f"缺编号{gone + 1}的周报" in one for one in found)


def test_the_last_report_dropped_is_found_by_the_week_without_one() -> None:
    assert chain_faults(CHAIN[:-1], WEEKS) == ["缺2026-11-23那一周的周报"]


@pytest.mark.parametrize("field", ["previous", "week_before", "replaces", "hash"])
def test_a_link_that_names_another_hash_is_found(field: str) -> None:
    for number in range(len(CHAIN) - 1):
        bad = [*CHAIN]
        bad[number] = replace(bad[number], **{field: "hx"})  # type: ignore[arg-type]
        assert chain_faults(bad, WEEKS), (field, number)


def test_a_report_put_in_between_is_found() -> None:
    bad = [*CHAIN[:2], link(2, 9, 2, week_before="h1", replaces="h2"), *CHAIN[2:]]
    assert chain_faults(bad, WEEKS)
