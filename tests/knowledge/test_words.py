"""Residents' words, sounds, places and numbers."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import BadData
from knowledge.library import HOME
from knowledge.regions import Reach, load_places
from knowledge.speech import speakable, spell_number
from knowledge.words import load_lexicon, plain

LEXICON = load_lexicon(HOME / "synonyms.yaml")
PLACES = load_places(HOME / "regions.yaml")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("敬老钱哪能拿", "尊老金怎么领"),
        ("那个，护理险咋个弄啊", "长护险怎么办"),
        ("打一二三五六", "打12356"),
        ("屋里厢有啥人", "家里有谁"),
    ],
)
def test_everyday_words_become_policy_words(said: str, meant: str) -> None:
    """What residents say and what articles say meet in the same words."""
    assert LEXICON.canonical(said).replace("怎么弄", "怎么办") == meant


@given(st.text())
def test_canonical_text_is_bounded_and_bare(text: str) -> None:
    """Only Chinese, letters and digits are left, at most 300 read."""
    assert len(plain(text)) <= 300
    assert plain(plain(text)) == plain(text)


def test_one_word_for_two_things_is_refused(tmp_path: Path) -> None:
    """A synonym that stands for two policy words is a mistake in the data."""
    path = tmp_path / "synonyms.yaml"
    path.write_text("policy: {低保: [补助], 特困: [补助]}", encoding="utf-8")
    with pytest.raises(BadData, match="补助"):
        load_lexicon(path)


def test_an_unreadable_word_is_refused(tmp_path: Path) -> None:
    """A word of characters that the search drops would match everywhere."""
    path = tmp_path / "synonyms.yaml"
    path.write_text("policy: {低保: ['𠲎']}", encoding="utf-8")
    with pytest.raises(BadData, match="写空"):
        load_lexicon(path)


@pytest.mark.parametrize(
    ("question", "reach"),
    [
        ("惠山区有食堂吗", Reach.CITY),
        ("惠山街道有食堂吗", Reach.OURS),
        ("旺庄有食堂吗", Reach.CITY),
        ("苏州有食堂吗", Reach.PROVINCE),
        ("上海有食堂吗", Reach.COUNTRY),
        ("女儿住在上海，我要人照顾", Reach.OURS),
        ("食堂在哪里", Reach.OURS),
    ],
)
def test_the_place_is_heard(question: str, reach: Reach) -> None:
    """Districts, their streets and other cities are told from ours."""
    assert PLACES.hear(question).reach is reach


def test_amounts_and_years_are_not_spelled() -> None:
    """Only hotlines are read digit by digit."""
    assert speakable("打110，每月1167元，2024年，50%") == "打幺幺零，每月1167元，2024年，百分之50"
    assert spell_number("82588777") == "八二五八八七七七"
