"""Behaviours 1 to 9: what is said in a check-in, and what may be concluded from it."""

import pytest

from callcenter.domain.checkin import Outcome
from callcenter.store.tables import Message
from tests.behaviours.carrier import sends
from tests.behaviours.phone import Phone
from tests.town import OPERATOR, WANG, Town

FELL = "我摔倒了，起不来"


def prompt(town: Town, name: str, section: str = "check_in") -> str:
    """A prompt as the phone hears it."""
    words = town.world.house.policy.prompts.sections[section][name]
    return words.format(name="王阿婆", number="")


def outcome(town: Town) -> str | None:
    """How the first check-in of Wang ended."""
    return town.attempts("王阿婆")[0].outcome


def safe(town: Town) -> bool:
    """Whether the first slot of Wang is closed as safe."""
    return town.slots("王阿婆")[0].state == "confirmed_safe"


@pytest.mark.parametrize("behaviour", ["silent", "hangs_up_midway", "relative_answers"])
def test_01_safe_needs_a_positive_answer_and_completed_alone_never_closes(
    small_town: Town, behaviour: str
) -> None:
    """The carrier says `completed` for each of these calls, and nobody is taken for safe."""
    small_town.behaves(WANG, behaviour)
    small_town.until(lambda: [one for one in small_town.attempts("王阿婆") if one.ended_at])
    assert small_town.attempts("王阿婆")[0].disposition == "answered"
    assert not safe(small_town)


@pytest.mark.parametrize("behaviour", ["voicemail", "fax"])
def test_02_a_machine_or_a_fax_is_never_safe(small_town: Town, behaviour: str) -> None:
    small_town.behaves(WANG, behaviour)
    small_town.until(lambda: outcome(small_town) if small_town.attempts("王阿婆") else None)
    assert outcome(small_town) == Outcome.MACHINE.value
    assert not safe(small_town)


def test_02_who_is_not_known_to_be_a_person_hears_what_a_person_hears(small_town: Town) -> None:
    phone = Phone.rung(small_town)
    attempt = small_town.attempts("王阿婆")[0]
    sends(
        small_town,
        f"/voice/check-in/{attempt.id}/machine",
        CallSid=phone.call.sid,
        AnsweredBy="unknown",
    )
    assert prompt(small_town, "ask_health") in phone.said
    phone.presses("1")
    assert safe(small_town)


@pytest.mark.parametrize("late", [False, True])
def test_03_a_key_overrides_a_machine_verdict_that_comes_before_or_after_it(
    small_town: Town, late: bool
) -> None:
    phone = Phone.rung(small_town)
    attempt = small_town.attempts("王阿婆")[0]
    form = {"CallSid": phone.call.sid, "AnsweredBy": "machine_start"}
    if late:
        phone.presses("1")
    sends(small_town, f"/voice/check-in/{attempt.id}/machine", **form)
    if not late:
        phone.presses("1")
    small_town.world.passes(minutes=2)
    assert safe(small_town)


def test_03_recognised_speech_overrides_a_machine_verdict(small_town: Town) -> None:
    phone = Phone.rung(small_town)
    attempt = small_town.attempts("王阿婆")[0]
    form = {"CallSid": phone.call.sid, "AnsweredBy": "machine_start"}
    sends(small_town, f"/voice/check-in/{attempt.id}/machine", **form)
    phone.says("我蛮好的")
    small_town.world.passes(minutes=2)
    assert safe(small_town)


def test_04_silence_is_asked_twice_more_and_slower_and_is_not_no_answer(small_town: Town) -> None:
    phone = Phone.rung(small_town)
    question = prompt(small_town, "ask_health")
    assert question in phone.stays_silent()
    assert question in phone.stays_silent()
    assert prompt(small_town, "nobody_there") in phone.stays_silent()
    small_town.world.passes(minutes=1)
    attempt = small_town.attempts("王阿婆")[0]
    assert (attempt.outcome, attempt.disposition) == (Outcome.SILENT.value, "answered")
    assert attempt.talk["slow"] is True


@pytest.mark.parametrize("answer", ["key", "words"])
def test_05_every_prompt_takes_a_key_and_words_and_each_answer_is_spoken_back(
    small_town: Town, answer: str
) -> None:
    """At the question, for the elder who is to be fetched, and for the person who may help."""
    phone = Phone.rung(small_town)
    assert prompt(small_town, "ask_for_elder") in phone.says("我是她女儿")
    back = phone.presses("1") if answer == "key" else phone.says("她来了")
    assert prompt(small_town, "ask_health") in back
    back = phone.presses("2") if answer == "key" else phone.says("不舒服")
    assert prompt(small_town, "heard_unwell") in back
    back = phone.presses("1") if answer == "key" else phone.says("要的")
    assert prompt(small_town, "putting_through") in back


def test_05_the_key_nine_repeats_more_slowly_at_every_prompt(small_town: Town) -> None:
    phone = Phone.rung(small_town)
    assert prompt(small_town, "ask_health") in phone.presses("9")
    assert small_town.attempts("王阿婆")[0].talk["slow"] is True
    phone.presses("2")
    assert prompt(small_town, "ask_transfer") in phone.presses("9")
    phone.hangs_up()
    hotline = Phone.rings_in(small_town)
    assert prompt(small_town, "hello", "hotline")[:12] in hotline.presses("9")


@pytest.mark.parametrize("at", ["ask_health", "ask_for_elder", "ask_transfer", "hotline"])
@pytest.mark.parametrize("words", ["救命", "胸口疼", FELL])
def test_06_distress_at_any_prompt_brings_a_person_and_an_escalation(
    small_town: Town, at: str, words: str
) -> None:
    """The escalation stands although nobody takes the transfer."""
    small_town.behaves(OPERATOR, "no_answer")
    phone = Phone.rings_in(small_town) if at == "hotline" else Phone.rung(small_town)
    if at == "ask_for_elder":
        phone.says("我是她女儿")
    if at == "ask_transfer":
        phone.presses("2")
    phone.says(words)
    assert phone.call.dialling
    small_town.world.passes(minutes=3)
    assert small_town.handoffs()[0].state == "call_back"
    (danger,) = [one for one in small_town.escalations() if one.reason == "danger"]
    assert danger.standing == "ringing"


@pytest.mark.parametrize("words", ["没摔倒，我蛮好的", "不疼，身体蛮好"])
def test_07_what_is_denied_is_no_distress(small_town: Town, words: str) -> None:
    Phone.rung(small_town).says(words)
    assert small_town.escalations() == []
    assert safe(small_town)


def test_07_what_is_ambiguous_is_heard_by_a_person(small_town: Town) -> None:
    phone = Phone.rung(small_town)
    phone.says("我昨天摔了一跤")
    assert phone.call.dialling
    assert small_town.handoffs()[0].urgent
    assert not safe(small_town)


def test_08_a_hang_up_keeps_the_answers_so_far(small_town: Town) -> None:
    phone = Phone.rung(small_town)
    phone.says("我不舒服")
    phone.hangs_up()
    assert outcome(small_town) == Outcome.UNWELL.value
    assert [one.reason for one in small_town.escalations()] == ["unwell"]
    assert "我不舒服" in [one.text for one in small_town.rows(Message)]


def test_08_a_hang_up_after_distress_escalates_at_once(small_town: Town) -> None:
    phone = Phone.rung(small_town)
    phone.says("救命")
    phone.hangs_up()
    assert [one.reason for one in small_town.escalations()] == ["danger"]
    assert small_town.notices()


def test_09_whoever_else_picks_up_is_asked_for_the_elder_and_told_nothing_of_health(
    small_town: Town,
) -> None:
    phone = Phone.rung(small_town)
    asked = phone.says("我是她儿子")
    assert asked.endswith(prompt(small_town, "ask_for_elder"))
    gone = phone.presses("2")
    small_town.world.passes(minutes=1)
    for word in ("身体", "不舒服", "健康", "病"):
        assert word not in asked + gone
    assert outcome(small_town) == Outcome.OTHER_PERSON.value
    assert not safe(small_town)
