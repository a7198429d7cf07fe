"""Who is covered, as the district's report of 5 February 2024 says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.people import (
    Category,
    Living,
    Period,
    Redrawing,
    Situation,
    age_on,
    birthday,
    category_on,
    covered_from,
    on_visiting_list,
    overlapping,
    redrawing,
)

TODAY = date(2026, 11, 24)


def someone(
    born: date, living: Living = Living.ALONE, poor: bool = False, disabled: bool = False
) -> Situation:
    return Situation(born_on=born, living=living, hardship=poor, disabled=disabled)


def test_eighty_and_over_includes_the_eightieth_birthday() -> None:
    assert category_on(someone(date(1946, 11, 24)), TODAY) is Category.OLD_AND_ALONE
    assert category_on(someone(date(1946, 11, 25)), TODAY) is None


def test_an_empty_nest_counts_like_living_alone_and_a_family_does_not() -> None:
    old = date(1940, 1, 1)
    assert category_on(someone(old, Living.EMPTY_NEST), TODAY) is Category.OLD_AND_ALONE
    assert category_on(someone(old, Living.WITH_FAMILY), TODAY) is None


@pytest.mark.parametrize("age", [61, 79, 95])
def test_hardship_and_disability_together_cover_at_any_age(age: int) -> None:
    who = someone(date(TODAY.year - age, 1, 1), Living.WITH_FAMILY, poor=True, disabled=True)
    assert category_on(who, TODAY) is Category.POOR_AND_DISABLED


def test_hardship_alone_or_disability_alone_does_not_cover() -> None:
    young = date(1960, 1, 1)
    assert category_on(someone(young, poor=True), TODAY) is None
    assert category_on(someone(young, disabled=True), TODAY) is None


def test_the_wider_visiting_list_has_everyone_alone_or_in_an_empty_nest() -> None:
    assert on_visiting_list(someone(date(1960, 1, 1), Living.EMPTY_NEST))
    assert not on_visiting_list(someone(date(1930, 1, 1), Living.WITH_FAMILY))


def test_somebody_born_on_a_leap_day_turns_older_on_the_first_of_march() -> None:
    assert age_on(date(1948, 2, 29), date(2028, 2, 29)) == 80
    assert age_on(date(1948, 2, 29), date(2029, 2, 28)) == 80
    assert age_on(date(1948, 2, 29), date(2029, 3, 1)) == 81


days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
situations = st.builds(
    Situation,
    born_on=st.dates(date(1910, 1, 1), date(1990, 12, 31)),
    living=st.sampled_from(Living),
    hardship=st.booleans(),
    disabled=st.booleans(),
)


@given(situations, days)
def test_somebody_is_covered_from_the_first_day_on_and_not_before(
    who: Situation, day: date
) -> None:
    first = covered_from(who)
    assert (category_on(who, day) is not None) == (first is not None and day >= first)


@given(st.dates(date(1920, 1, 1), date(1960, 12, 31)), st.integers(1, 100))
def test_a_birthday_is_the_first_day_of_the_new_age(born: date, age: int) -> None:
    day = birthday(born, age)
    assert age_on(born, day) == age
    assert age_on(born, date.fromordinal(day.toordinal() - 1)) == age - 1


periods = st.builds(
    lambda first, length: Period(
        first=first,
        after=None if length is None else date.fromordinal(first.toordinal() + length),
    ),
    days,
    st.none() | st.integers(0, 60),
)


@given(st.lists(periods, max_size=6))
def test_periods_overlap_exactly_when_two_of_them_share_a_day(some: list[Period]) -> None:
    last = date(2032, 1, 1).toordinal()
    held = [
        set(range(one.first.toordinal(), one.after.toordinal() if one.after else last))
        for one in some
    ]
    shared = any(a & b for n, a in enumerate(held) for b in held[n + 1 :])
    assert (overlapping(some) is not None) == shared


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Period(first=date(2026, 3, 2), after=date(2026, 3, 1))


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (0, 1, Redrawing.OPENED),
        (1, 1, Redrawing.RENAMED),
        (1, 2, Redrawing.SPLIT),
        (2, 1, Redrawing.MERGED),
        (2, 3, Redrawing.REDRAWN),
        (1, 0, Redrawing.CLOSED),
    ],
)
def test_a_redrawing_is_called_by_what_it_does(before: int, after: int, kind: Redrawing) -> None:
    assert redrawing(before, after) is kind
