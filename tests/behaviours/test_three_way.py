"""Warm transfer and three on the line: the screen before the voice, and 120 by an explicit act."""

import pytest
from sqlalchemy import select, update

from callcenter.store.desk_tables import Joining
from callcenter.store.tables import Message, Worker
from tests.house import HOTLINE
from tests.town import OFFICER, OPERATOR, WANG, Town
from tests.web.visitor import Visitor, hashed

AMBULANCE = "+86510120"


@pytest.fixture
def desk(small_town: Town) -> Town:
    """One elder, one operator and the ambulance, all with real hands."""
    with small_town.world.house.store.work() as session:
        session.execute(update(Worker).values(password=hashed()))
    for number in (WANG, OPERATOR, AMBULANCE):
        small_town.world.exchange.people.take(number)
    return small_town


def rings(town: Town, words: str = "转人工") -> Visitor:
    """The elder rings in and asks for a person; the operator sits at the screen."""
    exchange = town.world.exchange
    visitor = Visitor(town.world.web.app)  # type: ignore[arg-type]
    visitor.sign_in("operator")
    exchange.rings_in(WANG, HOTLINE)
    town.world.passes(seconds=12)
    exchange.say(WANG, words)
    town.world.passes(seconds=12)
    return visitor


def talks(town: Town, words: str = "转人工") -> Visitor:
    """The operator has picked up and pressed 1."""
    visitor = rings(town, words)
    town.world.exchange.answer(OPERATOR)
    town.world.passes(seconds=2)
    town.world.exchange.keys(OPERATOR, "1")
    town.world.passes(seconds=2)
    assert "您正在通话" in visitor.get("/console/handoffs/1")
    return visitor


def written(town: Town) -> list[str]:
    """What was done on the line, as it stands among the words of the talk."""
    with town.world.house.store.look() as session:
        rows = select(Message.text).where(Message.speaker == "note", Message.conversation_id == 1)
        return list(session.scalars(rows.order_by(Message.id)))


def says(town: Town, number: str, words: str) -> None:
    """Somebody says something on the line."""
    town.world.exchange.say(number, words)
    town.world.passes(seconds=1)


def test_the_screen_knows_who_rings_before_the_voice_joins(desk: Town) -> None:
    """While the phone still rings, every page has who it is; one click has all that was said."""
    visitor = rings(desk, "我胸口痛得厉害")
    call = desk.world.exchange.current(OPERATOR)
    assert call is not None
    assert not call.connected
    page = visitor.get("/console")
    assert "您的电话正在响" in page
    assert "王阿婆（柳巷社区）" in page
    page = visitor.get("/console/handoffs/1")
    for words in ("有预警", "我胸口痛得厉害", "柳巷1号101室", "号码只是线索", "到现在为止的话"):
        assert words in page
    assert "请别人加入通话" not in page


def test_an_operator_brings_120_in_and_every_step_is_written_down(desk: Town) -> None:
    """The three hear each other; the operator may leave the two alone; the last one is not left."""
    visitor, exchange = talks(desk), desk.world.exchange
    assert "正在拨打急救120" in visitor.post("/console/handoffs/1/helper", phone=AMBULANCE)
    desk.world.passes(seconds=5)
    exchange.answer(AMBULANCE)
    desk.world.passes(seconds=3)
    says(desk, OPERATOR, "我是杨坐席，这位老人胸口痛")
    assert "我是杨坐席" in desk.heard(WANG)
    assert "我是杨坐席" in desk.heard(AMBULANCE)
    says(desk, WANG, "我在柳巷一号")
    assert "我在柳巷一号" in desk.heard(AMBULANCE)
    exchange.hang_up(OPERATOR)
    desk.world.passes(seconds=3)
    says(desk, AMBULANCE, "车子已经出发")
    assert "车子已经出发" in desk.heard(WANG)
    exchange.hang_up(AMBULANCE)
    desk.world.passes(seconds=8)
    assert "通话结束了" in desk.heard(WANG)
    assert written(desk) == [
        "杨坐席按键接听",
        "杨坐席请急救120加入通话",
        "急救120已加入通话",
        "坐席已离开通话",
        "急救120已离开通话",
    ]
    assert "杨坐席请急救120加入通话" in desk.story()
    assert desk.handoffs()[0].left_at is not None


def test_when_120_does_not_answer_the_talk_goes_on_and_it_is_said(desk: Town) -> None:
    """The caller and the operator still hear each other; a second try is allowed only then."""
    visitor, exchange = talks(desk), desk.world.exchange
    visitor.post("/console/handoffs/1/helper", phone=AMBULANCE)
    desk.world.passes(seconds=3)
    assert "已经在拨了" in visitor.post("/console/handoffs/1/helper", phone=AMBULANCE)
    exchange.hang_up(AMBULANCE)  # declines
    desk.world.passes(seconds=3)
    assert "急救120：没有接通" in visitor.get("/console/handoffs/1")
    says(desk, OPERATOR, "我再打一次")
    assert "我再打一次" in desk.heard(WANG)
    assert "正在拨打" in visitor.post("/console/handoffs/1/helper", phone=AMBULANCE)
    assert len(desk.rows(Joining)) == 2


def test_a_colleague_joins_by_key_and_a_voicemail_does_not(desk: Town) -> None:
    """The duty officer's voicemail stays outside; the officer comes in with 1."""
    visitor, exchange = talks(desk), desk.world.exchange
    officer = desk.worker("officer").id
    desk.behaves(OFFICER, "voicemail")
    visitor.post("/console/handoffs/1/colleague", worker=officer)
    desk.world.passes(minutes=1, seconds=30)
    assert "荣值班没有按键加入" in written(desk)
    exchange.people.take(OFFICER)
    visitor.post("/console/handoffs/1/colleague", worker=officer)
    desk.world.passes(seconds=4)
    exchange.answer(OFFICER)
    desk.world.passes(seconds=2)
    exchange.keys(OFFICER, "1")
    desk.world.passes(seconds=3)
    says(desk, OFFICER, "我是荣值班")
    assert "我是荣值班" in desk.heard(WANG)


def test_nobody_is_brought_in_by_anybody_else_or_before_the_talk(desk: Town) -> None:
    """Only who has the caller may dial, and only numbers that the district has set."""
    visitor = rings(desk)
    visitor.post("/console/handoffs/1/helper", phone=AMBULANCE)
    assert desk.rows(Joining) == []
    desk.world.exchange.answer(OPERATOR)
    desk.world.passes(seconds=2)
    desk.world.exchange.keys(OPERATOR, "1")
    desk.world.passes(seconds=2)
    other = Visitor(desk.world.web.app)  # type: ignore[arg-type]
    other.sign_in("officer")
    assert "只有正在和来电人通话的坐席" in other.post("/console/handoffs/1/helper", phone=AMBULANCE)
    visitor.post("/console/handoffs/1/helper", phone="+8613912345678")
    assert desk.rows(Joining) == []
    assert desk.world.exchange.current(AMBULANCE) is None
    assert written(desk) == ["杨坐席按键接听"]
