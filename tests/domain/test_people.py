"""Who is covered, as the district's report of 5 February 2024 says."""

from datetime import date

import pytest

from callcenter.domain.people import (
    Category,
    Living,
    Situation,
    age_on,
    category_on,
    on_visiting_list,
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
