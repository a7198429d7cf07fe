"""The lunar calendar against dates that anybody can look up."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.lunar import YEARS, lunar_of, new_years_eve, say_lunar, solar

KNOWN = [
    ((2026, 1, 1), date(2026, 2, 17)),
    ((2026, 5, 5), date(2026, 6, 19)),
    ((2026, 8, 15), date(2026, 9, 25)),
    ((2026, 9, 9), date(2026, 10, 18)),
    ((2027, 1, 15), date(2027, 2, 20)),
    ((2028, 1, 1), date(2028, 1, 26)),
]


@pytest.mark.parametrize(("lunar", "day"), KNOWN)
def test_a_festival_falls_on_its_day(lunar: tuple[int, int, int], day: date) -> None:
    assert solar(*lunar) == day
    assert lunar_of(day) == lunar


def test_new_years_eve_is_the_day_before_whether_the_month_has_29_or_30_days() -> None:
    assert new_years_eve(2027) == date(2027, 2, 5)
    assert new_years_eve(2028) == date(2028, 1, 25)


def test_what_is_not_in_the_calendar_is_none_and_not_guessed() -> None:
    assert solar(2026, 12, 30) is None
    assert solar(1999, 1, 1) is None
    assert lunar_of(date(1999, 1, 1)) is None
    assert new_years_eve(2200) is None


@given(st.dates(date(2025, 2, 1), date(2060, 12, 31)))
def test_every_day_has_a_lunar_day_and_the_next_one_follows_it(day: date) -> None:
    here, after = lunar_of(day), lunar_of(day + timedelta(days=1))
    assert here is not None
    assert after is not None
    assert after[2] in (here[2] + 1, 1)
    assert 1 <= here[1] <= 12


def test_the_years_of_the_table_join_without_a_gap() -> None:
    years = sorted(YEARS)
    for year, following in pairwise(years):
        first, _, lengths = YEARS[year]
        days = sum(30 if mark == "1" else 29 for mark in lengths)
        assert first + timedelta(days=days) == YEARS[following][0]


@pytest.mark.parametrize(
    ("month", "day", "said"),
    [(11, 8, "农历十一月初八"), (12, 24, "农历腊月二十四"), (1, 10, "农历正月初十"),
     (6, 20, "农历六月二十"), (7, 15, "农历七月十五"), (4, 30, "农历四月三十")],
)  # fmt: skip
def test_a_lunar_day_is_spoken_as_elders_say_it(month: int, day: int, said: str) -> None:
    assert say_lunar(month, day) == said
