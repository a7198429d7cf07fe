"""The front door: danger and fixed words without the assistant, and never silence."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.config import ROOT
from callcenter.dialogue import Caller, FrontDoor, Memory, Reply, Then
from tests.callcenter.odd_rasa import OddRasa, asked_at, odd_rasa
from tests.house import policy

PHONE = Caller(sender="call:1", channel="phone", phone="+8610010000001")
WEB = Caller(sender="web:1", channel="web")


@pytest.fixture
def rasa() -> Iterator[OddRasa]:
    """A Rasa that can be made odd."""
    with odd_rasa() as odd:
        yield odd


@pytest.fixture
def door(rasa: OddRasa) -> Iterator[FrontDoor]:
    """A front door with that Rasa behind it."""
    with asked_at(rasa.url) as assistant:
        yield FrontDoor(policy(), assistant)


def alone() -> FrontDoor:
    """A front door without any assistant."""
    return FrontDoor(policy(), None)


@pytest.mark.parametrize("text", ["我摔倒了起不来", "救命", "胸口疼得厉害", "煤气味道重得来"])
def test_danger_brings_a_person_without_an_assistant(text: str) -> None:
    for caller in (PHONE, WEB):
        reply = alone().hear(caller, Memory(), text)
        assert reply.then is Then.TRANSFER
        assert reply.danger is not None


def test_a_crisis_is_met_with_other_words_than_an_accident() -> None:
    reply = alone().hear(PHONE, Memory(), "我不想活了")
    assert reply.reason == "crisis"
    assert "陪您说话" in reply.lines[0]


@pytest.mark.parametrize("text", ["转人工", "人工", "找个人跟我讲"])
def test_a_person_is_one_word_away_without_an_assistant(text: str) -> None:
    reply = alone().hear(PHONE, Memory(), text)
    assert (reply.then, reply.reason) == (Then.TRANSFER, "asked_for_human")


def test_what_was_said_last_is_said_again_and_slower_on_request() -> None:
    memory = Memory(last=("长护险要先申请评估。",))
    again = alone().hear(PHONE, memory, "再讲一遍")
    assert again.lines == memory.last
    slower = alone().hear(PHONE, memory, "慢一点")
    assert slower.memory.slow
    assert slower.lines == ("好的，我慢慢说。", *memory.last)
    assert alone().hear(PHONE, slower.memory, "再讲一遍").lines == memory.last


def test_danger_that_only_the_model_hears_counts_as_much(rasa: OddRasa, door: FrontDoor) -> None:
    rasa.answer = {"messages": [{"custom": {"danger": "stroke"}}]}
    reply = door.hear(PHONE, Memory(), "伊今朝有点弗对")
    assert reply.danger is not None
    assert reply.danger.kind == "stroke"
    assert reply.then is Then.TRANSFER


def test_a_wish_for_a_person_from_the_assistant_carries_its_summary(
    rasa: OddRasa, door: FrontDoor
) -> None:
    wish = {"handoff": {"reason": "complaint", "summary": "送餐晚了两次"}}
    rasa.answer = {"messages": [{"text": "给您转人工。"}, {"custom": wish}]}
    reply = door.hear(WEB, Memory(), "我要投诉")
    assert (reply.reason, reply.summary) == ("complaint", "送餐晚了两次")
    assert reply.lines == ("给您转人工。",)


def test_silence_is_asked_again_twice_and_then_ends_kindly() -> None:
    door, memory, ends = alone(), Memory(), []
    for _ in range(3):
        reply = door.hear(PHONE, memory, "  ")
        memory = reply.memory
        ends.append(reply.then)
    assert ends == [Then.LISTEN, Then.LISTEN, Then.HANG_UP]


def test_a_hundred_thousand_characters_get_a_polite_sentence() -> None:
    reply = alone().hear(WEB, Memory(), "请问长护险" * 20_000)
    assert reply.lines == (policy().say("hotline", "too_long"),)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_whatever_is_said_something_is_answered(text: str) -> None:
    assert all(alone().hear(PHONE, Memory(), text).lines)


@pytest.mark.parametrize("text", ["😀😀😀", "👍", "……", "？？？", "🙏🌹"])
def test_emoji_alone_are_met_kindly_in_a_chat(text: str) -> None:
    """No assistant is asked, and nobody is put through to a person for a flower."""
    reply = alone().hear(WEB, Memory(), text)
    assert reply.lines == (policy().say("hotline", "only_signs"),)
    assert (reply.then, reply.memory.failures) == (Then.LISTEN, 0)


def test_signs_alone_on_the_phone_are_silence() -> None:
    """Recognition writes a full stop for a breath."""
    assert "您在听吗" in alone().hear(PHONE, Memory(), "。").lines[0]


@pytest.mark.parametrize("text", ["How do I apply for a meal?", "Как получить помощь", "مرحبا بك"])
def test_other_scripts_are_told_that_we_know_chinese_only(text: str) -> None:
    """Once with the offer of a person, twice to a person."""
    first = alone().hear(WEB, Memory(), text)
    assert first.lines[0] == "对不起，我只懂中文。"
    assert alone().hear(WEB, first.memory, text).then is Then.TRANSFER


@pytest.mark.parametrize("text", ["CT要预约吗", "我要做B超", "OK", "ok"])
def test_a_few_latin_letters_are_no_other_script(rasa: OddRasa, door: FrontDoor, text: str) -> None:
    assert door.hear(WEB, Memory(), text).lines == ("好的",)


def test_ten_kilobytes_are_answered_without_the_assistant(rasa: OddRasa, door: FrontDoor) -> None:
    assert "太长了" in door.hear(WEB, Memory(), "我要订饭" * 2500).lines[0]
    assert rasa.heard == []


def test_the_assistant_hears_three_hundred_characters_at_most(
    rasa: OddRasa, door: FrontDoor
) -> None:
    door.hear(WEB, Memory(), "我要订饭" * 200)
    assert len(rasa.heard[0]["text"]) == 300


def test_a_chatty_assistant_is_cut_short(rasa: OddRasa, door: FrontDoor) -> None:
    """Neither a thousand lines nor one without end reach the voice."""
    rasa.answer = {"messages": [{"text": "好" * 10_000}] * 100}
    reply = door.hear(WEB, Memory(), "我要订饭")
    assert sum(map(len, reply.lines)) < 10_000


def known(door: FrontDoor, rasa: OddRasa) -> Reply:
    """A request half written down, after which the assistant has nothing to say any more."""
    rasa.answer = {
        "messages": [{"text": "您要哪一天？"}, {"custom": {"known": "送饭，两份，本人"}}]
    }
    first = door.hear(PHONE, Memory(), "我要两份饭")
    rasa.answer = {"messages": []}
    return door.hear(PHONE, first.memory, "明天中午")


def test_a_conversation_that_fails_twice_goes_to_a_person_with_what_was_understood(
    rasa: OddRasa, door: FrontDoor
) -> None:
    """The half request first, then the caller's own words."""
    failed = known(door, rasa)
    assert failed.then is Then.LISTEN
    reply = door.hear(PHONE, failed.memory, "明天中午啊")
    assert (reply.then, reply.reason) == (Then.TRANSFER, "not_helped")
    assert reply.summary == "送饭，两份，本人；我要两份饭；明天中午；明天中午啊"


def test_a_person_asked_for_by_name_learns_of_a_half_request_too(
    rasa: OddRasa, door: FrontDoor
) -> None:
    """转人工 is heard by the front door, which knows what the form knew."""
    reply = door.hear(PHONE, known(door, rasa).memory, "转人工")
    assert reply.summary.startswith("送饭，两份，本人")


def test_the_memory_of_a_talk_survives_the_database(rasa: OddRasa, door: FrontDoor) -> None:
    memory = known(door, rasa).memory
    assert Memory.thaw(memory.freeze()) == memory


@pytest.fixture(scope="module")
def doubted() -> str:
    """Something said that a rule takes for a danger and the ear hardly does."""
    find = policy().danger.find
    for line in (ROOT / "tests" / "bot" / "speech" / "c_dev.jsonl").read_text("utf-8").splitlines():
        text: str = json.loads(line)["text"]
        if (found := find(text)) and found.certain and found.doubted:
            return text
    raise AssertionError("nothing in the development set is doubted: look for a new example")


def test_what_ear_and_model_both_deny_goes_to_a_person_without_an_alarm(
    rasa: OddRasa, door: FrontDoor, doubted: str
) -> None:
    rasa.answer = {"intent_ranking": [{"name": "call_later", "confidence": 0.98}]}
    reply = door.hear(PHONE, Memory(), doubted)
    assert (reply.then, reply.reason, reply.danger) == (Then.TRANSFER, "maybe_danger", None)


@pytest.mark.parametrize(
    "answer",
    [
        {"intent_ranking": [{"name": "emergency", "confidence": 0.2}]},
        {"intent_ranking": []},
        {"messages": []},
        ["odd"],
    ],
)
def test_an_alarm_stands_unless_the_model_is_sure(
    rasa: OddRasa, door: FrontDoor, doubted: str, answer: object
) -> None:
    rasa.answer = answer
    assert door.hear(PHONE, Memory(), doubted).danger is not None


def test_a_silent_model_denies_no_alarm(rasa: OddRasa, door: FrontDoor, doubted: str) -> None:
    rasa.hangs.clear()
    assert door.hear(PHONE, Memory(), doubted).danger is not None
    assert alone().hear(PHONE, Memory(), doubted).danger is not None


def test_a_danger_that_nobody_doubts_waits_for_no_model(rasa: OddRasa, door: FrontDoor) -> None:
    door.hear(PHONE, Memory(), "我摔倒了起不来")
    assert rasa.heard == []
