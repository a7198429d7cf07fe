"""Which numbers can be rung and texted, and what a text to them may hold."""

import pytest

from callcenter.domain.numbers import landline, without_links


@pytest.mark.parametrize("number", ["+8651082700000", "+861082700000", "+862182700000"])
def test_a_landline_is_known_by_its_area_code(number: str) -> None:
    assert landline(number)


@pytest.mark.parametrize("number", ["+8613812345678", "+8619912345678", "+14155550100", ""])
def test_a_mobile_or_a_foreign_number_is_none(number: str) -> None:
    assert not landline(number)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("看http://a.example/x?y=1吧", "看（网址）吧"),
        ("在www.wuxi.cn上", "在（网址）上"),
        ("点a-b.com/q,", "点（网址）"),
        ("37.5度，3.20元，第1.2条", "37.5度，3.20元，第1.2条"),
        ("预警12号：王阿婆，摔倒，8点30分", "预警12号：王阿婆，摔倒，8点30分"),
    ],
)
def test_links_are_taken_out_of_a_text_and_nothing_else(text: str, sent: str) -> None:
    assert without_links(text) == sent
