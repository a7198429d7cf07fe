"""The danger rules hear an emergency in every dress, and nothing else."""

from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.domain.danger import BadRules, DangerRules, Kind
from tests.domain.conftest import sheet
from tests.domain.measure import lines, measure

SETS = [f"danger_{name}" for name in ("dev", "held", "hostile", "fresh", "plain", "last")]


@pytest.mark.parametrize("name", SETS)
def test_every_emergency_of_a_set_is_heard_with_few_false_alarms(
    danger: DangerRules, name: str
) -> None:
    measured = measure(danger, lines(f"{name}.jsonl"))
    assert measured.missed == ()
    assert measured.false_alarms <= 0.02, measured.alarms
    assert len(measured.other_kind) <= 0.15 * measured.dangers, measured.other_kind


def test_without_readings_only_garbled_words_are_lost(danger_as_written: DangerRules) -> None:
    measured = measure(danger_as_written, [row for name in SETS for row in lines(f"{name}.jsonl")])
    assert measured.recall >= 0.95, measured.missed
    assert measured.false_alarms <= 0.02, measured.alarms


def certain(rules: DangerRules, text: str) -> Kind | None:
    """The kind of danger that would raise an escalation."""
    found = rules.find(text)
    return found.kind if found and found.certain else None


@pytest.mark.parametrize("text", ["没摔倒", "我不疼", "没有着火", "弗是中风", "没说我不想活"])
def test_what_is_denied_is_no_danger(danger: DangerRules, text: str) -> None:
    assert danger.find(text) is None


@pytest.mark.parametrize("text", ["热煞了", "烦煞人", "笑死我了", "忙死了", "救命稻草", "股票跌了"])
def test_idioms_are_no_danger(danger: DangerRules, text: str) -> None:
    assert danger.find(text) is None


def test_what_is_over_is_no_danger(danger: DangerRules) -> None:
    assert certain(danger, "火已经灭了") is None
    assert danger.find("上个月摔过一跤，现在好了") is None


def test_a_danger_long_past_does_not_hide_one_that_is_now(danger: DangerRules) -> None:
    assert certain(danger, "上个月摔过一跤，刚刚又摔倒了起不来") is Kind.FALL


def test_what_happened_yesterday_goes_to_a_person_and_raises_nothing(danger: DangerRules) -> None:
    found = danger.find("昨天胸口疼过一阵")
    assert found is not None
    assert not found.certain


def test_yesterday_counts_as_now_if_it_has_not_stopped(danger: DangerRules) -> None:
    assert certain(danger, "昨天晚上开始胸口痛，越来越厉害") is Kind.CHEST_PAIN
    assert certain(danger, "我妈昨天出去到现在没回来") is Kind.MISSING


def test_a_question_about_policy_is_no_danger(danger: DangerRules) -> None:
    assert danger.find("中风了能申请长护险吗") is None
    assert danger.find("我想问跌倒了能不能报销") is None


def test_a_question_asked_before_does_not_hide_a_danger(danger: DangerRules) -> None:
    text = "我本来想问问长护险的事情怎么办理，哎哟不对不对你等一下，我胸口痛得厉害"
    assert certain(danger, text) is Kind.CHEST_PAIN


def test_a_goodbye_is_not_a_farewell_for_good(danger: DangerRules) -> None:
    assert danger.find("再见，我走了啊，去买菜") is None
    assert certain(danger, "你们以后不用打来了，我要走了") is Kind.CRISIS
    assert certain(danger, "下辈子再见") is Kind.CRISIS


def test_the_words_are_given_as_they_were_said(danger: DangerRules) -> None:
    found = danger.find("喂，我。。。我摔、摔倒了")
    assert found is not None
    assert found.words == "摔、摔倒"


@pytest.mark.parametrize("text", ["我甩倒了", "老伴率倒了", "凶闷得厉害", "就命啊"])
def test_homophones_of_a_recogniser_are_heard(danger: DangerRules, text: str) -> None:
    assert certain(danger, text)


PLEAS = ["我摔倒了起不来", "胸口痛得厉害", "家里着火了", "我妈叫不醒了", "我不想活了", "煤气漏了"]
ASIDES = ["", "嗯", "那个", "啊", "，", "。", "、", " ", "呃", "……", "！", "就是说", "嗯嗯"]


@given(plea=st.sampled_from(PLEAS), asides=st.lists(st.sampled_from(ASIDES), max_size=12))
def test_fillers_and_punctuation_never_hide_a_danger(
    danger: DangerRules, plea: str, asides: list[str]
) -> None:
    spoken = "".join(char + aside for char, aside in zip_longest(plea, asides, fillvalue=""))
    assert certain(danger, spoken), spoken


@given(plea=st.sampled_from(PLEAS), before=st.sampled_from(["今天的菜太咸", "我家住三楼"]))
def test_a_digression_never_hides_a_danger(danger: DangerRules, plea: str, before: str) -> None:
    assert certain(danger, f"{before}。{plea}。{before}")


@given(st.text(max_size=400))
def test_no_text_makes_it_fail(danger: DangerRules, text: str) -> None:
    found = danger.find(text)
    assert found is None or found.words in text


@given(st.lists(st.sampled_from("摔倒起不来万一没着火痛胸口我妈，死了"), max_size=300).map("".join))
@settings(max_examples=50)
def test_no_mixture_of_its_own_words_makes_it_fail(danger: DangerRules, text: str) -> None:
    found = danger.find(text)
    assert found is None or found.rule


@pytest.mark.parametrize("text", ["没摔倒" * 33_000, "\U0001f600" * 100_000, "ﷺ" * 50_000])
def test_a_very_long_text_is_answered(danger: DangerRules, text: str) -> None:
    assert danger.find(text) is None


def test_a_danger_at_the_end_of_a_very_long_text_is_heard(danger: DangerRules) -> None:
    assert certain(danger, "今天的菜太咸。" * 20_000 + "我摔倒了起不来")


def broken(**changes: Any) -> dict[str, Any]:
    """A small sheet of rules, with a mistake."""
    whole = sheet("danger.yaml")
    rule: dict[str, Any] = {"name": "跌倒", "kind": "fall", "say": ["摔倒"]}
    rule |= {"hears": ["我摔倒了"], "not": ["没摔倒"]}
    return {**whole, "rules": [{**rule, **changes}]}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"hears": ["我跌跤了"]}, "规则「跌倒」.*我跌跤了.*没有被听出来"),
        ({"not": ["我摔倒了"]}, "规则「跌倒」.*反例「我摔倒了」"),
        ({"kind": "tumble"}, "规则「跌倒」.*kind"),
        ({"say": []}, "规则「跌倒」.*say"),
        ({"say": ["{跌}"]}, "没有定义的词表「跌」"),
        ({"say": ["摔 …"]}, "句式「摔 …」不完整"),
        ({"say": ["摔"]}, "规则「跌倒」.*太容易听错"),
        ({"say": [110]}, "规则「跌倒」.*不是文字"),
        ({"say": ["，。 … 摔倒"]}, "没有可以识别的字"),
        ({"unles": ["手机"]}, "规则「跌倒」.*不认识的项：unles"),
        ({"acute": "yes"}, "规则「跌倒」.*acute"),
        ({"name": ""}, "第 1 条规则没有 name"),
    ],
)
def test_a_mistake_in_the_rules_is_named(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadRules, match=says):
        DangerRules.parse(broken(**changes))


@pytest.mark.parametrize("missing", ["rules", "setting", "over", "words"])
def test_a_missing_part_of_the_sheet_is_named(missing: str) -> None:
    whole = sheet("danger.yaml")
    del whole[missing]
    with pytest.raises(BadRules, match=missing):
        DangerRules.parse(whole)
