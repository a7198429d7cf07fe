"""Story: an elder is rung as that elder wants, and a number that is wrong is not rung again."""

from dataclasses import asdict, replace
from functools import partial

import pytest
from sqlalchemy import select

from callcenter.domain.habits import Habits, Hearing
from callcenter.domain.handcall import Found
from callcenter.domain.week import minute_of
from callcenter.services import call_list, calling
from callcenter.store.tables import Elder, NumberCheck, Slot
from tests.town import WANG, Town

NOT_A_NUMBER = "+8612"


def wants(town: Town, **facts: object) -> None:
    with town.world.house.store.work() as session:
        elder = session.get_one(Elder, 2)
        for name, value in facts.items():
            setattr(elder, name, value)


def first(town: Town, number: int = 0) -> Slot:
    """The call, once the week is planned."""
    town.until(lambda: town.slots("王阿婆"))
    return town.slots("王阿婆")[number]


def _by_hand(town: Town, number: int) -> bool:
    return first(town, number).next_action == "hand_call"


def test_a_wrong_number_is_tried_once_and_two_people_are_asked_for(small_town: Town) -> None:
    """One is to ring, one is to find the right number; with it the machine rings again."""
    wants(small_town, phone=NOT_A_NUMBER)
    small_town.until(lambda: small_town.rows(NumberCheck), minutes=10)
    small_town.world.passes(hours=1)
    assert len(small_town.attempts("王阿婆")) == 1
    assert first(small_town).next_action == "hand_call"
    assert small_town.escalations() == []
    house, worker = small_town.world.house, small_town.worker("caseworker")
    with house.store.work() as session:
        elder = session.get_one(Elder, 2)
        right = replace(calling.calling_of(elder), phone=WANG)
        calling.change(session, house.now(), elder, right, worker.name)
    assert small_town.rows(NumberCheck)[0].closed_by == "钱社工"
    small_town.until(lambda: first(small_town).state == "confirmed_safe")
    assert "无效的号码已经改正（钱社工）" in small_town.story()


def test_a_wrong_number_is_not_rung_in_the_days_after_and_goes_up_the_ladder(
    small_town: Town,
) -> None:
    """Nobody is dropped for it: both calls are rung by a person, and the task is told of."""
    wants(small_town, phone=NOT_A_NUMBER)
    house, worker = small_town.world.house, small_town.worker("caseworker")
    for number in (0, 1):
        small_town.until(partial(_by_hand, small_town, number), minutes=30)
        with house.store.work() as session:
            slot = first(small_town, number).id
            call_list.record(session, house.now(), house.policy, slot, worker, Found.WELL)
    assert len(small_town.attempts("王阿婆")) == 1
    with house.store.work() as session:  # three days without an answer
        session.get_one(NumberCheck, 1).due_at = house.now()
    small_town.world.passes(minutes=1)
    assert "发生：电话号码无效" in small_town.story().replace("发出预警", "发生")


def test_the_other_number_is_rung_when_the_first_is_wrong(small_town: Town) -> None:
    wants(small_town, phone=NOT_A_NUMBER, other_phone=WANG)
    small_town.world.passes(hours=2)
    assert [one.to_phone for one in small_town.attempts("王阿婆")] == [NOT_A_NUMBER, WANG]
    assert first(small_town).state == "confirmed_safe"
    assert [one.phone for one in small_town.rows(NumberCheck)] == [NOT_A_NUMBER]


def test_who_picks_up_at_the_second_ring_is_rung_twice_in_a_row(small_town: Town) -> None:
    wants(small_town, habits=asdict(Habits(ring_twice=True)))
    small_town.behaves(WANG, "no_answer")
    small_town.until(lambda: len(small_town.attempts("王阿婆")) == 2, minutes=1)
    first, second = small_town.attempts("王阿婆")
    assert first.ended_at is not None
    assert 60 <= (second.intended_at - first.ended_at).total_seconds() <= 180


def test_the_nap_is_kept_free(small_town: Town) -> None:
    nap = (8 * 60, 13 * 60)
    wants(small_town, habits=asdict(Habits(nap=nap)))
    small_town.until(lambda: first(small_town).state != "open", minutes=10)
    assert [minute_of(one.intended_at) // 60 for one in small_town.attempts("王阿婆")] == [13]


def test_who_hears_badly_is_rung_longer_and_spoken_to_slowly_from_the_first_word(
    small_town: Town,
) -> None:
    wants(small_town, habits=asdict(Habits(hearing=Hearing.HARD, pause=5)))
    small_town.until(lambda: first(small_town).state == "confirmed_safe")
    call = small_town.world.exchange.current(WANG)
    assert call is not None
    assert call.orders.ring_seconds == 60
    assert small_town.attempts("王阿婆")[0].talk["slow"]


def test_who_refuses_the_voice_is_rung_by_a_person_until_it_is_wanted_again(
    small_town: Town,
) -> None:
    house = small_town.world.house
    wants(small_town, ai_voice=False)
    small_town.world.passes(hours=3)
    assert small_town.attempts("王阿婆") == []
    with house.store.look() as session:
        slot = session.scalars(select(Slot).where(Slot.next_action == "hand_call")).one()
        assert slot.next_at == slot.by
    with house.store.work() as session:
        elder = session.get_one(Elder, 2)
        again = replace(calling.calling_of(elder), ai_voice=True)
        calling.change(session, house.now(), elder, again, "钱社工")
    small_town.until(lambda: first(small_town).state == "confirmed_safe")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"phone": NOT_A_NUMBER}, "不是能拨打的号码"),
        ({"other_phone": WANG}, "两个号码是一样的"),
        ({"habits": Habits(other_first=True)}, "请填另一个号码"),
        ({"habits": Habits(nap=(700, 600))}, "早于结束"),
        ({"habits": Habits(nap=(0, 1400))}, "还要剩下能打电话的时间"),
        ({"opens": 900, "closes": 800}, "从早到晚"),
    ],
)
def test_habits_that_make_no_sense_are_named_and_nothing_is_written(
    small_town: Town, change: dict[str, object], words: str
) -> None:
    with small_town.world.house.store.work() as session:
        elder = session.get_one(Elder, 2)
        known = calling.calling_of(elder)
        wanted = replace(known, **change)  # type: ignore[arg-type]
        with pytest.raises(calling.BadHabits, match=words):
            calling.change(session, small_town.world.now, elder, wanted, "钱社工")
        assert calling.calling_of(elder) == known
