"""A number is a hint, a spoken name half a proof."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.callers import names, shows_number
from callcenter.policy import readings


@pytest.mark.parametrize("phone", ["", "anonymous", "+266696687", "Restricted", "12", "王"])
def test_a_withheld_number_is_no_number(phone: str) -> None:
    assert not shows_number(phone)


def test_a_number_that_can_be_rung_back_is_one() -> None:
    assert shows_number("+8613800138000")


@pytest.mark.parametrize("said", ["王秀英", "我叫王秀英", "一零零一，王秀英的", "汪秀音", "王秀应"])
def test_a_name_is_known_by_its_sound(said: str) -> None:
    """Recognition writes homophones, and n for ng."""
    assert names(said, "王秀英", readings)


@pytest.mark.parametrize("said", ["", "王", "李秀英", "王秀", "一零零一", "秀英王"])
def test_another_name_or_half_of_one_proves_nothing(said: str) -> None:
    assert not names(said, "王秀英", readings)


def test_a_name_of_one_character_proves_nothing() -> None:
    """It is said by chance in every other sentence."""
    assert not names("我姓王", "王", readings)


@given(st.text(max_size=30), st.text(max_size=5))
def test_no_text_makes_the_comparison_fail(said: str, name: str) -> None:
    assert names(said, name, readings) in (True, False)
