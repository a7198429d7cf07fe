"""Residents' words, sounds, places and numbers."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import BadData
from knowledge.library import HOME
from knowledge.regions import Reach, load_places
from knowledge.speech import speakable, spell_number
from knowledge.words import load_lexicon, plain, tail

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


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ("我妈八十三，一个人住，有没有人来看她", "有没有人来看她"),
        ("听说有个时伴，有没有这回事", "有没有这回事"),
        ("三十块，贵吗", "三十块贵吗"),
        ("低保怎么申请", "低保怎么申请"),
        ("", ""),
    ],
)
def test_the_end_of_a_story_is_its_question(said: str, end: str) -> None:
    """The last clause is taken, with the one before when it is too short."""
    assert tail(said) == end


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
        ("彬湖区老人吃饭补几块", Reach.CITY),
        ("康养中心是不是已经开了", Reach.OURS),
        ("我户口在安徽，跟女儿住无锡，能享受吗", Reach.OURS),
        ("无锡滨湖区有食堂吗", Reach.CITY),
        ("我妹妹在新吴区，她们那里有几个食堂", Reach.CITY),
        ("我从河南来带孙子，公园要票吗", Reach.OURS),
        ("北京路上有没有食堂", Reach.OURS),
    ],
)
def test_the_place_is_heard(question: str, reach: Reach) -> None:
    """Districts, their streets and other cities are told from ours."""
    assert PLACES.hear(question).reach is reach


def test_only_hotlines_are_said_with_yao() -> None:
    """Hotlines are read digit by digit with 幺 for one, amounts and years as such."""
    said = "打幺幺零，每月一千一百六十七元，二零二四年，百分之五十"
    assert speakable("打110，每月1167元，2024年，50%") == said
    assert spell_number("82588777") == "八二五八八七七七"
