"""A patient voice: pauses rather than stretched words, and louder when it is asked for."""

from callcenter.domain import script
from callcenter.domain.script import Talk
from callcenter.telephony import twiml
from callcenter.telephony.twiml import Speech
from tests.house import policy

LINES = ("您好。身体好不好？好，请按1。",)


def spoken(*, slow: bool = False, loud: bool = False) -> str:
    return twiml.ask(policy().line, Speech(lines=LINES, slow=slow, loud=loud), "/turn")


def test_slower_means_a_pause_after_each_sentence_at_the_same_pace() -> None:
    slow = spoken(slow=True)
    assert slow.count("<break ") == 2
    assert "rate=" not in slow
    assert "<break" not in spoken()


def test_louder_is_a_voice_of_its_own() -> None:
    assert f'volume="{policy().line.loud_volume}"' in spoken(loud=True)
    assert "volume=" not in spoken(slow=True)


def test_who_asks_for_louder_hears_the_louder_voice_to_the_end_of_the_call() -> None:
    talk, _ = script.answer(Talk(), "louder", "响一点")
    assert (talk.loud, talk.slow) == (True, True)
    assert script.answer(talk, "slower", "慢一点")[0].loud
    assert not script.answer(Talk(), "slower", "慢一点")[0].loud
