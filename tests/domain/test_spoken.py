"""Numbers, dates and times as people say them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.spoken import (
    say_date,
    say_day,
    say_digits,
    say_money,
    say_number,
    say_phone,
    say_time,
    say_when,
)


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in November 2026, given by the clock in Wuxi."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (105, "一百零五"),
        (110, "一百一十"),
        (200, "两百"),
        (2026, "两千零二十六"),
        (10_000, "一万"),
        (20_500, "两万零五百"),
        (120_000, "十二万"),
        (100_001, "十万零一"),
        (200_000_000, "两亿"),
        (100_002_000, "一亿零两千"),
        (-3, "负三"),
    ],
)
def test_whole_numbers_are_said_as_people_say_them(number: int, said: str) -> None:
    assert say_number(number) == said


def test_a_number_too_large_to_be_spoken_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        say_number(10**12)


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_different_numbers_are_never_said_alike(number: int) -> None:
    assert say_number(number) != say_number((number + 1) % 10**12)
    assert "零零" not in say_number(number)


def test_a_request_number_is_said_digit_by_digit() -> None:
    assert say_digits("0042") == "零零四二"
    assert say_digits("20-1") == "二零，一"


def test_one_is_yao_in_a_telephone_number() -> None:
    assert say_phone("+8613812345678") == "幺三八，幺二三四，五六七八"
    assert say_phone("0510-12345") == "零五幺零幺二三四五"


@pytest.mark.parametrize(
    ("yuan", "said"),
    [
        (Decimal(0), "零元"),
        (Decimal(100), "一百元"),
        (Decimal("12.5"), "十二元五角"),
        (Decimal("3.05"), "三元零五分"),
        (Decimal("0.05"), "五分"),
        (Decimal("-2.5"), "负二元五角"),
        (Decimal("1.25"), "一元二角五分"),
        (2200, "两千二百元"),
    ],
)
def test_amounts_are_said_to_the_fen(yuan: Decimal | int, said: str) -> None:
    assert say_money(yuan) == said


def test_a_date_keeps_its_digits_and_may_carry_the_day_of_the_week() -> None:
    assert say_date(date(2025, 7, 1)) == "2025年7月1日"
    assert say_day(date(2026, 11, 26)) == "11月26日，星期四"


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (0, 0, "凌晨零点"),
        (7, 30, "早上七点半"),
        (9, 30, "上午九点半"),
        (12, 0, "中午十二点"),
        (14, 5, "下午两点零五分"),
        (18, 45, "晚上六点四十五分"),
        (23, 10, "夜里十一点十分"),
    ],
)
def test_a_time_names_its_part_of_the_day(hour: int, minute: int, said: str) -> None:
    assert say_time(shanghai(24, hour, minute)) == said


NOW = shanghai(24, 15)


def test_tomorrow_is_called_tomorrow_and_dated() -> None:
    said = say_when(shanghai(25, 9), shanghai(25, 11), NOW)
    assert said == "明天，11月25日星期三，上午九点到十一点"


def test_a_range_into_another_part_of_the_day_says_both_parts() -> None:
    said = say_when(shanghai(25, 11), shanghai(25, 14), NOW)
    assert said == "明天，11月25日星期三，上午十一点到下午两点"


def test_a_range_over_midnight_names_both_days() -> None:
    said = say_when(shanghai(24, 22), shanghai(25, 1), NOW)
    assert said == "今天，11月24日星期二，晚上十点到明天，11月25日星期三，凌晨一点"


def test_a_day_further_off_is_only_dated_and_another_year_is_named() -> None:
    assert say_when(shanghai(30, 9), None, NOW) == "11月30日星期一，上午九点"
    january = datetime(2027, 1, 4, 1, tzinfo=UTC)
    assert say_when(january, None, NOW) == "2027年1月4日星期一，上午九点"


def test_today_is_decided_by_the_clock_in_wuxi_not_by_utc() -> None:
    late = datetime(2026, 11, 24, 17, tzinfo=UTC)  # one in the morning of the 25th in Wuxi
    assert say_when(shanghai(25, 9), None, late).startswith("今天，11月25日")
