"""Folding of sentences and the pattern language of the rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.phrases import BadPattern, Lexicon, Pattern, denied, masked, words_of
from callcenter.domain.plaintext import LONGEST, plain
from tests.domain.sounds import readings


@pytest.mark.parametrize(
    ("said", "folded"),
    [
        ("我，摔倒了！", "我摔倒了"),
        ("ＡＢＣ１２０", "abc120"),
        ("媽媽摔倒囉", "妈摔倒了"),
        ("弗要緊", "不要紧"),
        ("痛煞哉", "痛死了"),
        ("屋里厢呒没人", "家里没人"),
        ("嗯那个就是说我我我摔倒了", "我摔倒了"),
        ("就是说话不清楚", "说话不清楚"),
        ("110", "110"),
        ("", ""),
        ("🙂……", ""),
    ],
)
def test_the_same_words_are_written_in_the_same_way(said: str, folded: str) -> None:
    assert plain(said).text == folded


def test_words_are_given_back_as_they_were_said() -> None:
    sentence = plain("啊，我，那个，摔、倒了")
    start = sentence.text.index("摔")
    assert sentence.words((start, start + 2)) == "摔、倒"


def test_punctuation_begins_a_clause() -> None:
    assert plain("没，摔倒").clauses == (0, 1, 1)


def test_of_a_very_long_text_both_ends_are_kept() -> None:
    folded = plain("头" + "，一二" * LONGEST + "尾").text
    assert folded[0] == "头"
    assert folded[-1] == "尾"
    assert len(folded) <= LONGEST


@given(st.text())
def test_every_folded_character_has_a_place_and_a_clause(text: str) -> None:
    sentence = plain(text)
    assert len(sentence.text) == len(sentence.clauses) == len(sentence.origin)
    assert list(sentence.clauses) == sorted(sentence.clauses)
    assert all(0 <= place < len(text) for place in sentence.origin)


@given(st.text(alphabet="我妈摔倒没嗯啊，弗哉1"))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = plain(text).text
    assert plain(once).text == once


def found(pattern: str, said: str, *, by_sound: bool = False, exact: bool = False) -> bool:
    """Does the pattern find anything in what was said?"""
    one = Pattern.parse(pattern, exact=exact)
    lists = {"跌": ["摔倒", "跌跤"], "人": ["我妈", "{跌}"]}
    parts = {part: words_of(part, lists) for part in one.parts}
    lexicon = Lexicon(parts, readings if by_sound else None)
    return any(one.matches(lexicon.spots(plain(said))))


def test_a_word_is_found_whatever_stands_around_and_within() -> None:
    assert found("摔倒", "我，摔，倒了")
    assert not found("摔倒", "摔得倒地")


def test_a_space_is_a_short_distance_and_dots_a_longer_one() -> None:
    assert found("摔倒 起不来", "摔倒了就起不来")
    assert not found("摔倒 起不来", "摔倒在卫生间起不来")
    assert found("摔倒 … 起不来", "摔倒在卫生间起不来")
    assert not found("摔倒 … 起不来", "摔倒是去年冬天里的一件小事情早上他起不来")


def test_a_plus_takes_either_order() -> None:
    assert found("头昏 + 冷汗", "出冷汗，头昏")
    assert found("头昏 + 冷汗", "头昏，出冷汗")
    assert not found("头昏 + 冷汗", "头昏")


def test_lists_hold_words_and_other_lists() -> None:
    assert found("{跌}", "跌跤了")
    assert found("{人}", "跌跤了")
    assert found("{跌}|滑倒", "滑倒了")


@pytest.mark.parametrize("said", ["帅倒了", "摔到了", "甩倒了"])
def test_one_of_two_characters_may_only_sound_right(said: str) -> None:
    assert found("摔倒", said, by_sound=True)
    assert not found("摔倒", said)
    assert not found("=摔倒", said, by_sound=True)
    assert not found("摔倒", said, by_sound=True, exact=True)


def test_both_characters_may_only_sound_right_if_the_rule_says_so() -> None:
    assert found("~救命", "九名", by_sound=True)
    assert not found("救命", "九名", by_sound=True)


def test_common_characters_are_not_taken_by_sound() -> None:
    assert not found("火势", "着火是", by_sound=True)
    assert not found("僵了", "酱了", by_sound=True)


@pytest.mark.parametrize("said", ["没摔倒", "没有摔倒", "我不是摔倒", "没怎么摔倒", "差点摔倒"])
def test_a_denied_word_is_denied(said: str) -> None:
    sentence = plain(said)
    assert denied(sentence, (len(sentence.text) - 2, len(sentence.text)))


@pytest.mark.parametrize(
    "said", ["没，摔倒", "是不是摔倒", "有没有摔倒", "不小心摔倒", "特别摔倒", "没想到摔倒", "摔倒"]
)
def test_what_only_looks_like_a_denial_is_none(said: str) -> None:
    sentence = plain(said)
    assert not denied(sentence, (len(sentence.text) - 2, len(sentence.text)))


def test_a_word_inside_a_harmless_expression_does_not_count() -> None:
    assert masked((0, 2), [(0, 4)])
    assert masked((3, 5), [(0, 4)])
    assert not masked((4, 6), [(0, 4)])
    assert not masked((3, 9), [(0, 4)])


@pytest.mark.parametrize("written", ["摔倒 …", "… 摔倒 …", "+ 摔倒", " ", "…"])
def test_an_unfinished_pattern_is_refused(written: str) -> None:
    with pytest.raises(BadPattern, match="不完整"):
        Pattern.parse(written)


def test_a_list_that_contains_itself_is_refused() -> None:
    with pytest.raises(BadPattern, match="绕回了自己"):
        words_of("{甲}", {"甲": ["{乙}"], "乙": ["{甲}"]})
