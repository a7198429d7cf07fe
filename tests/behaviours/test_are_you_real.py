"""Verification both ways: who we are, the number, the agreed phrase, and never money or codes."""

import pytest

from callcenter.store.tables import Elder
from tests.behaviours.carrier import sends
from tests.district import District, settle
from tests.house import HOTLINE, make_house
from tests.town import LI, WANG, Town
from tests.web.visitor import open_console, signed_in

PHRASE = "桂花糖藕"
NUMBER = HOTLINE.removeprefix("+86")


@pytest.fixture
def called(small_town: Town) -> Town:
    """王阿婆 has agreed on a phrase, holds her phone, and has picked up a check-in call."""
    with small_town.world.house.store.work() as session:
        session.query(Elder).filter(Elder.called == "王阿婆").one().phrase = PHRASE
    exchange = small_town.world.exchange
    exchange.people.take(WANG)
    small_town.until(lambda: rings(small_town))
    exchange.answer(WANG)
    small_town.world.passes(seconds=25)
    return small_town


def rings(town: Town) -> bool:
    """Her phone rings."""
    call = town.world.exchange.current(WANG)
    return call is not None and call.status == "ringing"


def says(town: Town, words: str, seconds: int = 30) -> str:
    """She says something; everything that was heard on her phone since."""
    before = town.heard(WANG)
    town.world.exchange.say(WANG, words)
    town.world.passes(seconds=seconds)
    return town.heard(WANG).removeprefix(before)


def test_an_elder_who_asks_hears_the_number_and_the_phrase_and_is_asked_on(called: Town) -> None:
    """Who calls, that it is no person, what is never asked for, where to ring back, the phrase."""
    heard = says(called, "你是真的吗")
    for words in (
        "不是真人",
        "不问您要钱",
        "验证码",
        f"我和您约好的暗号是：{PHRASE}",
        "身体好不好",
    ):
        assert words in heard
    assert called.attempts("王阿婆")[-1].outcome is None
    assert "我记下了" in says(called, "蛮好")


def test_when_fraud_comes_up_it_is_answered_and_a_person_asks_after_it_once(called: Town) -> None:
    """Not a word that was not understood: the warning, and one call-back for the call."""
    for _ in range(2):
        assert "有人问您要钱、要验证码，千万别给" in says(called, "有人打电话叫我转账")
    told = [one for one in called.handoffs() if one.reason == "scam"]
    assert [one.state for one in told] == ["call_back"]
    assert "有人打电话叫我转账" in told[0].summary


def test_somebody_else_at_the_phone_does_not_hear_the_phrase(called: Town) -> None:
    """Once another person has said so, only who we are and the number are told."""
    says(called, "我是他女儿")
    heard = says(called, "你们是真的吗")
    assert "不是真人" in heard
    assert PHRASE not in heard


def test_the_phrase_is_never_said_to_who_rings_us(small_town: Town) -> None:
    """A caller's number is a hint: on the hotline there are the number and the promise only."""
    with small_town.world.house.store.work() as session:
        session.query(Elder).filter(Elder.called == "王阿婆").one().phrase = PHRASE
    exchange = small_town.world.exchange
    exchange.people.take(WANG)
    exchange.rings_in(WANG, HOTLINE)
    small_town.world.passes(seconds=15)
    heard = says(small_town, "你是真的吗，暗号是什么")
    assert "您打的就是我们公布的号码" in heard
    assert "我们从来不问您要钱，也不要身份证号和验证码" in heard
    assert PHRASE not in heard


def test_who_waits_for_an_operator_may_ask_too(small_town: Town) -> None:
    """The wait goes on after the answer."""
    path, form = "/voice/hotline/turn?n=0", {"CallSid": "CA77", "From": LI}
    sends(small_town, "/voice/hotline", **form)
    sends(small_town, path, **form, SpeechResult="转人工")
    one = small_town.handoffs()[0]
    told = sends(
        small_town, f"/voice/transfer/{one.id}/next?told=0", **form, SpeechResult="你是真的吗"
    )
    assert "我们从来不问您要钱" in told
    assert "<Dial" in told


@pytest.fixture
def district(tmp_path_factory: pytest.TempPathFactory) -> District:
    """The district on Monday morning."""
    return settle(make_house(tmp_path_factory.mktemp("phrase")))


def test_a_caseworker_agrees_on_the_phrase_and_others_neither_see_nor_set_it(
    district: District,
) -> None:
    """Chinese words only; the time line says that, and never what, was agreed."""
    app = open_console(district)
    visitor = signed_in(app, "qian")
    assert "2到12个汉字" in visitor.post("/console/elders/1/phrase", phrase="123456")
    page = visitor.post("/console/elders/1/phrase", phrase=PHRASE)
    assert "暗号已保存" in page
    assert page.count(PHRASE) == 1
    assert "钱社工与老人约定了暗号" in page
    for login, status in (("yang", 403), ("shen", 403)):
        other = signed_in(app, login)
        other.post("/console/elders/1/phrase", phrase="别的话")
        assert other.status == status, login
        assert PHRASE not in other.get("/console/elders/1")
    with district.house.store.look() as session:
        assert district.elder(session, "王阿婆").phrase == PHRASE
