"""What an utterance means once the danger words and the model have spoken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.understanding import BadTable, clauses, named, tables, understand

EVERY = ("ask_policy", "request_service", "emergency", "crisis", "fine", "report_unwell", "cancel")


@dataclass(frozen=True, kw_only=True)
class Found:
    """A danger that words told of."""

    kind: str
    certain: bool = True
    rule: str = "rule"
    doubted: bool = False

    def denied_by(self, share: float) -> bool:
        """A doubted find is taken back by a model that hears no danger."""
        return self.doubted and share < 0.1


def model(**shares: float) -> Callable[[str], Mapping[str, Any]]:
    """A model that always hears the same."""
    ranking = [{"name": name, "confidence": share} for name, share in shares.items()]
    entities = [{"entity": "kind", "value": "fall"}, {"entity": "service", "value": "cleaning"}]
    return lambda _: {"intent_ranking": ranking, "entities": entities}


def calm(_: str) -> None:
    """No danger words."""


def test_danger_words_are_enough() -> None:
    """Whatever the model thinks, and the model's wish is kept beside it."""
    read = understand("x", "hotline", model(ask_policy=0.99), lambda _: Found(kind="gas"))
    assert (read.intent, read.kind, read.danger, read.also) == (
        "emergency",
        "gas",
        True,
        "ask_policy",
    )


def test_the_model_is_enough() -> None:
    """A danger that no word told of."""
    read = understand("x", "check_in", model(emergency=0.9, fine=0.1), calm)
    assert (read.intent, read.kind, read.danger) == ("emergency", "fall", True)


def test_words_that_are_not_certain_raise_nothing_alone() -> None:
    """A person takes over elsewhere; it is no danger here."""
    read = understand(
        "x", "hotline", model(ask_policy=0.9), lambda _: Found(kind="fall", certain=False)
    )
    assert (read.intent, read.danger) == ("ask_policy", False)


def test_a_crisis_has_no_kind() -> None:
    """It is an intent of its own."""
    read = understand("x", "hotline", model(fine=1.0), lambda _: Found(kind="crisis"))
    assert (read.intent, read.kind, read.danger) == ("crisis", None, True)


def test_the_context_decides_what_can_be_meant() -> None:
    """Unwell has two names, and the hotline knows no fine."""
    ill = model(report_unwell=0.8, fine=0.2)
    assert understand("x", "check_in", ill, calm).intent == "unwell"
    assert understand("x", "hotline", ill, calm).intent == "report_unwell"
    assert understand("x", "hotline", model(fine=0.95, ask_policy=0.05), calm).intent == "unclear"


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_said_is_unclear(text: str) -> None:
    """And the model is not asked."""
    assert understand(text, "hotline", model(), calm).intent == "unclear"


def test_two_wishes_in_one_sentence_are_both_kept() -> None:
    """The more urgent is the intent when the whole half means it."""

    def parse(text: str) -> Mapping[str, Any]:
        if "，" in text:
            return model(ask_policy=0.55, request_service=0.4)(text)
        return model(request_service=0.9)(text) if "订饭" in text else model(ask_policy=0.9)(text)

    read = understand("长护险怎么申请，我还要订饭", "hotline", parse, calm)
    assert (read.intent, read.service, read.also) == ("request_service", "meal", "ask_policy")


def test_a_topic_and_a_service_are_named_by_words() -> None:
    """The tables of care staff, checked when they are read."""
    assert named("长护险怎么申请", tables().topics) == "长护险"
    assert named("汏浴弗便当，叫个人来", tables().services) == "bathing"
    assert named("你好", tables().services) is None


def test_a_mistake_in_the_tables_is_named(tmp_path: Path) -> None:
    """An example that is heard as something else stops the start."""
    (tmp_path / "bot").mkdir()
    (tmp_path / "policy").mkdir()
    (tmp_path / "bot" / "contexts.yml").write_text("contexts: {}", encoding="utf-8")
    (tmp_path / "policy" / "services.yaml").write_text(
        "services: {meal: {say: [饭], hears: [订面]}}\ntopics: {}", encoding="utf-8"
    )
    with pytest.raises(BadTable, match="订面"):
        tables(tmp_path)


@given(st.text(max_size=400), st.sampled_from(["hotline", "check_in"]), st.sampled_from(EVERY))
def test_any_text_is_understood_as_something(text: str, context: str, intent: str) -> None:
    """Danger is true exactly for emergency and crisis, and `also` is another wish."""
    read = understand(text, context, model(**{intent: 0.97}), calm)
    assert read.danger == (read.intent in ("emergency", "crisis"))
    assert read.also is None or read.also != read.intent
    assert 0.0 <= read.confidence <= 1.0
    assert len(clauses(text)) <= 5


def test_a_question_has_the_topic_of_what_is_found_for_it() -> None:
    """And of the words of policy/services.yaml where nothing is found."""
    asking = model(ask_policy=0.9)
    found = understand("八十岁有钱拿伐", "hotline", asking, calm, lambda _: "尊老金")
    named_only = understand("长护险怎么申请", "hotline", asking, calm, lambda _: "")
    assert (found.topic, named_only.topic) == ("尊老金", "长护险")


def test_only_a_question_has_a_topic() -> None:
    """A wish for a meal is not looked up among the articles."""
    read = understand("送饭", "hotline", model(request_service=0.9), calm, lambda _: "助餐")
    assert read.topic is None


@pytest.mark.parametrize(("share", "kind"), [(0.9, "fall"), (0.3, "gas")])
def test_a_sure_model_names_the_danger_better_than_a_rule(share: float, kind: str) -> None:
    """Whether it is one, either net decides; a rule's kind stands where the model is unsure."""
    read = understand("x", "hotline", model(emergency=share), lambda _: Found(kind="gas"))
    assert (read.danger, read.kind) == (True, kind)


@pytest.mark.parametrize(("doubted", "share"), [(False, 0.0), (True, 0.2)])
def test_one_net_alone_denies_nothing(doubted: bool, share: float) -> None:
    """An alarm stands while the ear or the model hears something of a danger."""
    hearing = model(ask_policy=0.8, emergency=share)
    assert understand("x", "hotline", hearing, lambda _: Found(kind="gas", doubted=doubted)).danger


def test_what_ear_and_model_both_deny_is_no_alarm() -> None:
    """Two nets against one: the intent is what the model heard."""
    read = understand(
        "x", "hotline", model(ask_policy=0.9), lambda _: Found(kind="gas", doubted=True)
    )
    assert (read.intent, read.danger) == ("ask_policy", False)
