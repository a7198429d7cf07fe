"""Behaviours 10, 11 and 23 to 28: callers, operators, caseworkers, and what they are promised."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.channels.words import read_words
from callcenter import reception
from callcenter.services import escalations
from callcenter.store.tables import Conversation, Elder, Notice, Worker
from callcenter.telegram_desk import TelegramDesk
from tests.behaviours.carrier import sends
from tests.behaviours.phone import Phone
from tests.house import HOTLINE
from tests.town import CASEWORKER, HEAD, LI, OFFICER, OPERATOR, WANG, Town, make_town

FELL = "我摔倒了，起不来"


def set_worker(town: Town, login: str, **values: object) -> None:
    """Changes what is known of a member of staff."""
    with town.world.house.store.work() as session:
        session.execute(update(Worker).where(Worker.login == login).values(values))


def missed(town: Town) -> None:
    """Wang did not answer; an escalation has just been opened and its notices sent."""
    town.behaves(WANG, "no_answer")
    town.until(town.escalations, minutes=5)
    town.world.passes(minutes=1)


@pytest.mark.parametrize(
    ("answer", "state", "reasons"),
    [
        ("1", "confirmed_safe", []),
        ("我蛮好的", "confirmed_safe", []),
        ("2", "escalated", ["unwell"]),
    ],
)
def test_10_who_rings_in_while_a_check_in_is_open_finishes_it_and_is_not_rung_again(
    small_town: Town, answer: str, state: str, reasons: list[str]
) -> None:
    """The first dial was in vain and the next one is planned; the elder rings back before it."""
    small_town.behaves(WANG, "no_answer")
    small_town.until(lambda: [one for one in small_town.attempts("王阿婆") if one.ended_at])
    phone = Phone.rings_in(small_town)
    assert "今天的平安问候还没有做" in phone.said
    _ = phone.presses(answer) if answer.isdigit() else phone.says(answer)
    phone.hangs_up()
    slot = small_town.slots("王阿婆")[0]
    assert slot.state == state
    assert [one.reason for one in small_town.escalations()] == reasons
    small_town.world.passes(hours=3)
    assert len(small_town.attempts("王阿婆")) == 1


def test_10_what_is_said_of_other_things_finishes_nothing(small_town: Town) -> None:
    """And the keys of the offer mean nothing any more once the talk has gone on."""
    small_town.behaves(WANG, "no_answer")
    small_town.until(lambda: [one for one in small_town.attempts("王阿婆") if one.ended_at])
    phone = Phone.rings_in(small_town)
    assert "今天的平安问候还没有做" in phone.presses("9")
    phone.says("我想问问长护险")
    phone.presses("1")
    assert small_town.slots("王阿婆")[0].state == "open"


def test_11_one_known_number_is_a_hint_and_a_shared_or_withheld_one_is_none(town: Town) -> None:
    """The owner of the one is asked whether it is they; no name is said to the others."""
    with town.world.house.store.work() as session:
        session.execute(update(Elder).where(Elder.called == "赵阿婆").values(phone=LI))
    for number, withheld in ((WANG, False), (LI, False), (CASEWORKER, True)):
        phone = Phone.rings_in(town, number, withheld=withheld)
        asked = "您是王阿婆吗" in phone.said
        assert asked is (number == WANG)
        assert asked or not re.search("阿婆|大爷", phone.said)
        phone.hangs_up()
    known = [one.elder_id is not None for one in town.rows(Conversation)]
    assert known == [True, False, False]


@pytest.mark.parametrize(
    ("behaviour", "connected"),
    [("operator_accepts", True), ("operator_declines", False), ("voicemail", False)],
)
def test_23_a_transfer_is_taken_with_a_key_or_it_is_a_call_back_and_said_so(
    small_town: Town, behaviour: str, connected: bool
) -> None:
    small_town.behaves(OPERATOR, behaviour)
    Phone.rings_in(small_town).says("转人工")
    small_town.world.passes(minutes=3)
    handoff = small_town.handoffs()[0]
    assert (handoff.taken_by is not None) is connected
    assert ("这里是人工坐席" in small_town.heard(WANG)) is connected
    assert ("没有人接上" in small_town.heard(WANG)) is not connected
    if not connected:
        assert handoff.state == "call_back"
        assert handoff.due_at > handoff.opened_at


def test_23_a_number_that_cannot_be_rung_is_skipped(small_town: Town) -> None:
    """The transfer of a caller in danger reaches the duty officer instead."""
    set_worker(small_town, "operator", phone="00")
    small_town.behaves(OFFICER, "operator_accepts")
    Phone.rings_in(small_town).says(FELL)
    small_town.world.passes(minutes=1)
    assert small_town.handoffs()[0].taken_by == small_town.worker("officer").id


def test_24_a_landline_gets_no_text_and_is_rung(small_town: Town) -> None:
    set_worker(small_town, "caseworker", phone="+8651082700000")
    missed(small_town)
    assert {one.address for one in small_town.notices()} == {"tel:+8651082700000"}


def test_24_a_text_carries_no_link_though_the_elder_wrote_one(small_town: Town) -> None:
    house = small_town.world.house
    words = "我摔倒了，起不来，看http://a.example/x和www.b.cn"
    with house.store.look() as session:
        elder = session.scalars(select(Elder)).one()
    reception.hear(house, key="web:1", channel="phone", address=elder.phone, text=words)
    small_town.world.passes(minutes=1)
    (text,) = small_town.texts(CASEWORKER)
    assert "摔倒" in text
    assert "http" not in text
    assert "b.cn" not in text


def test_24_no_phone_gets_more_than_two_texts_about_one_matter(small_town: Town) -> None:
    missed(small_town)
    small_town.world.passes(hours=3)
    assert 1 <= len(small_town.texts(CASEWORKER)) <= 2
    assert len(small_town.texts(OFFICER)) == 2


def test_24_a_text_that_was_not_delivered_leaves_the_other_channels_and_the_ladder(
    small_town: Town,
) -> None:
    small_town.behaves(CASEWORKER, "unreachable")
    missed(small_town)
    (text,) = [one for one in small_town.notices() if one.address.startswith("sms:")]
    sends(
        small_town,
        f"/sms/notice/{text.id}/status",
        MessageSid=text.sid or "",
        MessageStatus="undelivered",
        ErrorCode="30003",
    )
    small_town.until(lambda: [one for one in small_town.notices() if HEAD in one.address])


def _takes(town: Town, way: str) -> None:
    """The caseworker acknowledges over this channel; a phone that is rung has a key pressed."""
    house = town.world.house
    if way == "sms":
        town.world.exchange.text(CASEWORKER, HOTLINE, "1")
    elif way == "telegram":
        TelegramDesk(house, read_words("telegram")).acknowledge(1, "7001")
    elif way == "console":
        with house.store.work() as session:
            worker = town.worker("caseworker")
            escalations.acknowledge(session, house.now(), 1, worker, "console")
    town.until(lambda: town.escalations()[0].standing == "acknowledged", minutes=1, at_most=15)


@pytest.mark.parametrize("way", ["sms", "telegram", "tel", "console"])
def test_25_the_first_acknowledgement_wins_whichever_way_it_comes(
    small_town: Town, way: str
) -> None:
    """Whoever is second reads who has it."""
    set_worker(small_town, "caseworker", telegram="7001")
    small_town.behaves(CASEWORKER, "presses_one" if way == "tel" else "no_answer")
    missed(small_town)
    _takes(small_town, way)
    with small_town.world.house.store.work() as session:
        head = small_town.worker("head")
        told = {"worker_id": head.id, "address": f"sms:{HEAD}", "state": "delivered"}
        now = small_town.world.now
        session.add(Notice(escalation_id=1, round=1, text="预警", due_at=now, **told))
    small_town.world.exchange.text(HEAD, HOTLINE, "1")
    small_town.world.passes(minutes=1)
    (one,) = small_town.escalations()
    assert one.acknowledged_by == small_town.worker("caseworker").id
    assert one.acknowledged_over == way
    assert "钱社工" in small_town.texts(HEAD)[-1]


def test_26_nothing_is_recorded_and_nothing_can_be(small_town: Town) -> None:
    """Neither a check-in, nor the hotline, nor a talk with an operator asks the carrier to record.

    No consent is stored, as there is nothing to consent to; what the carrier keeps is nothing.
    """
    Phone.rung(small_town).says("救命")
    small_town.world.passes(minutes=3)
    Phone.rings_in(small_town).says("转人工")
    small_town.world.passes(minutes=3)
    exchange = small_town.world.exchange
    assert exchange.board.recordings == {}
    calls = exchange.board.calls.values()
    assert not [one for one in calls if one.orders.record or one.taping]
    assert "<Record" not in "".join(note.detail for one in calls for note in one.notes)


def test_27_every_call_has_a_time_limit_shorter_than_the_carriers(small_town: Town) -> None:
    """The carrier's own is four hours."""
    Phone.rung(small_town).says("救命")
    small_town.world.passes(minutes=3)
    placed = [one for one in small_town.world.exchange.board.calls.values() if one.orders.script]
    ours = [one for one in placed if one.direction == "outbound-api"]
    assert len(ours) >= 2  # the check-in and a notice
    assert all(one.orders.time_limit <= 3600 for one in ours)


def test_27_the_cap_of_a_day_stops_check_ins_and_hands_them_to_people_but_no_emergency(
    tmp_path: Path,
) -> None:
    town = make_town(tmp_path, calls_per_day=1)
    town.world.passes(hours=9)
    dialled = [len(town.attempts(name)) for name in ("王阿婆", "李大爷", "赵阿婆")]
    assert sum(dialled) == 1
    assert not [
        slot
        for name in ("王阿婆", "李大爷", "赵阿婆")
        for slot in town.slots(name)
        if slot.state == "open" and not slot.next_at
    ]
    assert "今天的自动电话已打满" in town.story()
    Phone.rings_in(town).says(FELL)
    town.world.passes(minutes=2)
    assert town.handoffs()[0].taken_by is not None
    assert town.heard(CASEWORKER) or town.texts(CASEWORKER)
    town.world.close()


@pytest.mark.parametrize("way", ["check-in", "hotline", "notice", "fallback"])
def test_28_the_first_sentence_says_who_calls_and_that_it_is_an_ai_voice(
    small_town: Town, way: str
) -> None:
    number = WANG
    if way == "check-in":
        Phone.rung(small_town)
    elif way == "notice":
        number = CASEWORKER
        small_town.behaves(CASEWORKER, "silent")
        missed(small_town)
    else:
        small_town.world.web_is_down = way == "fallback"
        small_town.behaves(OFFICER, "operator_accepts")
        Phone.rings_in(small_town)
    first = re.split("[。！？]", small_town.heard(number).replace("喂，你好。", ""))
    assert "锡心养老热线" in first[0]
    assert "人工智能语音" in "".join(first[:2])


def test_28_who_asks_is_told_that_we_never_ask_for_money_id_or_codes(small_town: Town) -> None:
    """And gets the published number, under which the same matter is found again."""
    told = Phone.rung(small_town).says("你是谁啊")
    for word in ("钱", "身份证", "验证码"):
        assert word in told
    for section in small_town.world.house.policy.prompts.sections.values():
        for words in section.values():
            asks = re.search("(?:请|告诉|报).{0,6}(?:身份证|验证码|密码|转账|汇款)", words)
            assert asks is None, words


def test_28_ringing_back_finds_the_same_matter(small_town: Town) -> None:
    """The published number is the one that rings; who rings it back is known as the one rung."""
    phone = Phone.rung(small_town)
    assert phone.call.caller == HOTLINE
    phone.hangs_up()
    Phone.rings_in(small_town)
    (talk,) = small_town.rows(Conversation)
    assert talk.elder_id == small_town.slots("王阿婆")[0].elder_id
