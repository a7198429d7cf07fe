"""Numbers are heard as a person says them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.numerals import in_words


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2025年7月", "二零二五年七月"),
        ("2024年2月29日", "二零二四年二月二十九号"),
        ("每月1167元", "每月一千一百六十七元"),
        ("2955户", "两千九百五十五户"),
        ("2246万元", "两千两百四十六万元"),
        ("25.86万元", "二十五点八六万元"),
        ("1.15亿元", "一点一五亿元"),
        ("补50%", "补百分之五十"),
        ("2次", "两次"),
        ("2月", "二月"),
        ("12元", "十二元"),
        ("105岁", "一百零五岁"),
        ("4206个小时", "四千两百零六个小时"),
        ("10050元", "一万零五十元"),
        ("3610行动", "三六一零行动"),
        ("0", "零"),
        ("没有数", "没有数"),
    ],
)
def test_a_number_is_written_as_it_is_said(written: str, said: str) -> None:
    """Years digit by digit, amounts by their size, two as 两 before what is counted."""
    assert in_words(written) == said


@given(st.text(alphabet="0123456789.%年月日元个2", max_size=16))
def test_no_arabic_digit_is_left(text: str) -> None:
    """Whatever is written, nothing is left for a voice to stumble over."""
    assert not any(character in "0123456789" for character in in_words(text))
