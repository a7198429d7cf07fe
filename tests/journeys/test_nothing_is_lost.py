"""What a hostile reviewer tried: each way in which danger, a person or a call could get lost."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from callcenter import auditor, reception
from callcenter.dialogue import Then
from callcenter.domain.escalation import Reason
from callcenter.exchange.faults import Faults
from callcenter.services import checkin_call
from callcenter.services.checkin_call import Heard, Next
from callcenter.services.escalations import acknowledge, open_escalation
from callcenter.store.tables import Attempt, Elder, Message, Worker
from tests.town import CASEWORKER, LI, OPERATOR, WANG, Town, make_town

FELL = "我摔倒了，起不来"


def hears(town: Town, text: str, turn: int | None = None) -> reception.Answer:
    house = town.world.house
    return reception.hear(
        house, key="call:CA1", channel="phone", address=WANG, text=text, turn=turn
    )


def in_a_check_in(town: Town) -> int:
    """Wang's phone rings and is picked up by a real hand; gives the attempt's id."""
    town.world.exchange.people.take(WANG)
    town.world.tick()
    town.world.until(town.slots("王阿婆")[0].due_at)
    town.world.passes(seconds=10)
    town.world.exchange.answer(WANG)
    town.world.passes(seconds=2)
    return town.attempts("王阿婆")[0].id


def says(town: Town, attempt: int, turn: int, words: str, model: str = "") -> Next:
    house = town.world.house
    with house.store.work() as session:
        return checkin_call.take_turn(
            session, house.now(), house.policy, attempt, turn, Heard(words=words), model
        )


def test_danger_is_written_down_though_nobody_is_on_duty(small_town: Town) -> None:
    with small_town.world.house.store.work() as session:
        session.execute(update(Worker).where(Worker.login != "operator").values(active=False))
    hears(small_town, FELL)
    small_town.world.passes(minutes=2)
    assert small_town.escalations()[0].reason == "danger"
    assert {one.worker_id for one in small_town.notices()} == {small_town.worker("operator").id}


def test_the_danger_turn_arriving_twice_goes_on_ringing_the_operator(small_town: Town) -> None:
    reception.welcome(small_town.world.house, key="call:CA1", channel="phone", address=WANG)
    first = hears(small_town, FELL, turn=0)
    again = hears(small_town, FELL, turn=0)
    assert first.then is again.then is Then.TRANSFER
    assert first.handoff_id == again.handoff_id
    assert len(small_town.escalations()) == 1


def test_the_danger_turn_of_a_check_in_arriving_twice_goes_on_ringing(small_town: Town) -> None:
    attempt = in_a_check_in(small_town)
    first = says(small_town, attempt, 0, FELL)
    again = says(small_town, attempt, 0, FELL)
    assert (first.then, again.then) == ("transfer", "transfer")
    assert first.handoff_id == again.handoff_id


def test_danger_in_a_turn_that_comes_late_is_heard_all_the_same(small_town: Town) -> None:
    hears(small_town, "再讲一遍", turn=0)
    assert hears(small_town, FELL, turn=0).then is Then.TRANSFER
    attempt = in_a_check_in(small_town)
    says(small_town, attempt, 0, "嗯嗯")
    assert says(small_town, attempt, 0, FELL).then == "transfer"


def test_danger_that_only_the_model_hears_in_a_check_in_is_danger(small_town: Town) -> None:
    attempt = in_a_check_in(small_town)
    assert says(small_town, attempt, 0, "豆腐豆腐豆腐", "emergency").then == "transfer"
    assert small_town.escalations()[0].reason == "danger"


def test_new_danger_while_an_escalation_is_acknowledged_is_told_anew(small_town: Town) -> None:
    house = small_town.world.house
    hears(small_town, FELL)
    with house.store.work() as session:
        acknowledge(session, house.now(), 1, small_town.worker("caseworker"), "console")
    before = len(small_town.notices())
    small_town.world.passes(minutes=1)
    hears(small_town, "胸口痛得要命，救命")
    assert len(small_town.notices()) > before
    assert small_town.escalations()[0].standing == "ringing"


def test_illness_on_top_of_a_missed_visit_is_told_anew(small_town: Town) -> None:
    house = small_town.world.house
    with house.store.work() as session:
        elder = session.get_one(Elder, 2)
        for reason in (Reason.VISIT_MISSED, Reason.UNWELL):
            open_escalation(session, house.now(), house.policy, reason, elder=elder)
    assert [one.reason for one in small_town.escalations()] == ["unwell"]
    assert {one.round for one in small_town.notices()} == {1, 2}


def test_doubtful_danger_rings_the_duty_officers_too(small_town: Town) -> None:
    answer = hears(small_town, "我昨天摔了一跤")
    assert answer.then is Then.TRANSFER
    assert small_town.handoffs()[0].urgent
    assert small_town.escalations() == []


def test_a_promised_call_back_that_nobody_makes_is_found_by_the_auditor(small_town: Town) -> None:
    hears(small_town, "转人工")
    small_town.world.passes(hours=1)
    now = small_town.world.now
    found = [fault.what for fault in auditor.audit(small_town.world.house, now)]
    assert "该回的电话或消息没有人回" in found


def test_a_frozen_ladder_tells_whoever_works_there_now(small_town: Town) -> None:
    hears(small_town, FELL)
    with small_town.world.house.store.work() as session:
        session.execute(update(Worker).values(active=False))
        session.add(Worker(login="new", name="新值班", role="duty_officer", phone="+8610020000009"))
    small_town.world.passes(minutes=30)
    latest = small_town.notices()[-1]
    assert latest.address.endswith("+8610020000009")


def test_nothing_of_the_elder_is_said_before_a_worker_presses_a_key(small_town: Town) -> None:
    small_town.behaves(CASEWORKER, "silent")
    hears(small_town, FELL)
    small_town.world.passes(minutes=1)
    said = small_town.heard(CASEWORKER)
    assert "有一条预警" in said
    assert "王阿婆" not in said
    assert "柳巷" not in said


def test_a_relative_who_says_she_is_unwell_is_believed(small_town: Town) -> None:
    attempt = in_a_check_in(small_town)
    says(small_town, attempt, 0, "我是她女儿")
    says(small_town, attempt, 1, "她今天不舒服，躺在床上")
    assert [one.reason for one in small_town.escalations()] == ["unwell"]


def test_after_an_outage_old_days_go_to_people_and_are_not_rung_up(small_town: Town) -> None:
    small_town.world.tick()
    small_town.world.exchange.advance(small_town.world.now + timedelta(days=9, hours=1))
    small_town.world.passes(minutes=30)
    old = [slot for slot in small_town.slots("王阿婆") if slot.week == date(2026, 11, 23)]
    assert [slot.state for slot in old] == ["escalated", "escalated"]
    ids = {slot.id for slot in old}
    assert not [one for one in small_town.attempts("王阿婆") if one.slot_id in ids]


def test_an_elder_who_comes_late_in_the_week_is_not_rung_twice_in_a_row(tmp_path: Path) -> None:
    town = make_town(tmp_path, elders=1)
    town.world.exchange.advance(town.world.now + timedelta(days=4, hours=2))
    town.world.passes(days=2)
    times = [one.intended_at for one in town.attempts("王阿婆")]
    assert len(times) == 2
    assert times[1] - times[0] >= timedelta(hours=20)
    town.world.close()


def test_a_couple_on_one_phone_is_never_rung_at_the_same_time(tmp_path: Path) -> None:
    town = make_town(tmp_path, elders=2)
    with town.world.house.store.work() as session:
        session.execute(update(Elder).where(Elder.phone == LI).values(phone=WANG))
    town.world.passes(hours=4)
    first, second = sorted(town.rows(Attempt), key=lambda attempt: attempt.intended_at)[:2]
    assert first.ended_at is not None
    assert second.intended_at >= first.ended_at
    town.world.close()


def test_a_carrier_that_asks_to_wait_costs_no_attempt(tmp_path: Path) -> None:
    town = make_town(tmp_path, elders=1, faults=Faults(throttled=0.7))
    town.world.passes(hours=3)
    assert len(town.attempts("王阿婆")) == 1
    assert town.slots("王阿婆")[0].state == "confirmed_safe"
    town.world.close()


def test_an_elder_who_rings_and_says_nothing_is_rung_back(small_town: Town) -> None:
    exchange = small_town.world.exchange
    exchange.people.take(WANG)
    exchange.rings_in(WANG, small_town.world.house.settings.hotline_number)
    small_town.world.passes(minutes=3)
    (handoff,) = small_town.handoffs()
    assert (handoff.state, handoff.reason) == ("call_back", "silent_call")


@pytest.mark.parametrize("behaviour", ["operator_declines", "no_answer"])
def test_the_words_of_a_caller_are_all_on_record(small_town: Town, behaviour: str) -> None:
    small_town.behaves(OPERATOR, behaviour)
    hears(small_town, FELL)
    texts = [message.text for message in small_town.rows(Message)]
    assert FELL in texts
