"""What an elder says in a check-in is read cautiously."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.answers import Answer, AnswerRules, BadRules
from tests.domain.conftest import sheet
from tests.domain.measure import lines, misread


@pytest.mark.parametrize("name", ["answers_dev", "answers_held", "answers_fresh"])
def test_the_answers_of_a_set_are_read_right_and_none_is_wrongly_fine(
    answers: AnswerRules, name: str
) -> None:
    rows = lines(f"{name}.jsonl")
    wrong = misread(answers, rows)
    assert len(wrong) <= 0.02 * len(rows), wrong
    assert [line for line in wrong if line[2] is Answer.FINE] == []


@pytest.mark.parametrize("text", ["嗯", "嗯嗯", "哦", "好", "好的", "是的", "对"])
def test_a_bare_yes_is_a_yes_and_not_fine(answers: AnswerRules, text: str) -> None:
    assert answers.read(text).intent is Answer.YES


@pytest.mark.parametrize(
    "text", ["", "……", "喂？", "你好", "不晓得", "今天天气蛮好", "你们服务蛮好", "电视里在唱戏"]
)
def test_what_says_nothing_clear_is_unclear(answers: AnswerRules, text: str) -> None:
    assert answers.read(text).intent is Answer.UNCLEAR


@pytest.mark.parametrize("complaint", ["有点头晕", "腰痛", "咳嗽", "没胃口", "睡不着", "心里闷"])
def test_a_complaint_beside_a_good_word_wins(answers: AnswerRules, complaint: str) -> None:
    assert answers.read(f"蛮好，就是{complaint}").intent is Answer.UNWELL
    assert answers.read(f"{complaint}，别的都好").intent is Answer.UNWELL


def test_a_reservation_that_is_not_understood_is_not_fine(answers: AnswerRules) -> None:
    assert answers.read("还好，不过那个嘛").intent is Answer.UNCLEAR


@pytest.mark.parametrize("text", ["不好", "不太好", "弗大好", "不怎么好", "不舒服"])
def test_a_good_word_that_is_denied_is_unwell(answers: AnswerRules, text: str) -> None:
    assert answers.read(text).intent is Answer.UNWELL


def test_a_relative_who_says_the_elder_is_out_is_not_the_elder(answers: AnswerRules) -> None:
    assert answers.read("我是他女儿").intent is Answer.FAMILY_ANSWERS
    assert answers.read("老头子出去了，他蛮好的").intent is Answer.FAMILY_ANSWERS


def test_the_words_an_answer_rests_on_are_given_as_said(answers: AnswerRules) -> None:
    assert answers.read("哎，蛮、蛮好格").words == "蛮、蛮好"


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("转人工", Answer.HUMAN),
        ("砖人工", Answer.HUMAN),
        ("找个人", Answer.HUMAN),
        ("再讲一遍", Answer.AGAIN),
        ("慢一点", Answer.SLOWER),
        ("响一点", Answer.LOUDER),
        ("从头来", Answer.START_OVER),
        ("不要了", Answer.CANCEL),
        ("取消", Answer.CANCEL),
        ("我要订午饭", None),
        ("取消上个礼拜订的午饭", None),
        ("做了人工关节", None),
        ("", None),
    ],
)
def test_commands_work_at_any_moment(
    answers: AnswerRules, text: str, command: Answer | None
) -> None:
    heard = answers.command(text)
    assert (heard.intent if heard else None) is command
    assert answers.wants_human(text) is (command is Answer.HUMAN)


def test_in_a_long_story_only_the_wish_for_a_person_is_a_command(answers: AnswerRules) -> None:
    story = "我昨天去菜场买了两斤青菜回来，碰着老李头，伊跟我讲隔壁饭店关门了，要走到桥堍那边去吃，"
    assert answers.command(story + "你讲慢一点") is None
    assert answers.wants_human(story + "帮我转人工")


@given(st.text(max_size=300))
def test_no_text_makes_it_fail(answers: AnswerRules, text: str) -> None:
    assert answers.read(text).words in text
    answers.command(text)


def broken(**changes: Any) -> dict[str, Any]:
    """A small sheet of answers, with a mistake."""
    rule = {"name": "fine", "say": ["蛮好"], "hears": ["我蛮好"], "not": ["不蛮好"]}
    return {**sheet("answers.yaml"), "answers": [{**rule, **changes}]}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"hears": ["很好"]}, "规则「fine」：例句「很好」"),
        ({"not": ["我蛮好"]}, "规则「fine」：反例「我蛮好」"),
        ({"name": True}, "name 是 True.*yes、no 要加引号"),
        ({"say": ["{好}"]}, "词表「好」"),
        ({"whole": "是"}, "规则「fine」.*whole"),
        ({"hear": ["好"]}, "不认识的项：hear"),
    ],
)
def test_a_mistake_in_the_answers_is_named(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadRules, match=says):
        AnswerRules.parse(broken(**changes))
