"""Behaviour 23 and the queue: operators in turn, a place that is kept, and the hours they keep."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callcenter.domain.people import Role
from callcenter.store.desk_tables import Ring
from callcenter.store.tables import Handoff, Worker
from tests.behaviours.carrier import sends
from tests.house import HOTLINE
from tests.town import LI, OFFICER, OPERATOR, WANG, ZHAO, Town, make_town

SECOND, THIRD = "+8610020000005", "+8610020000006"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Town]:
    """The small district with three operators, two of whose phones exist in the book too."""
    town = make_town(tmp_path)
    people = town.world.exchange.people
    with town.world.house.store.work() as session:
        for login, name, phone in (("second", "许坐席", SECOND), ("third", "何坐席", THIRD)):
            session.add(
                Worker(
                    login=login,
                    name=name,
                    role=Role.OPERATOR.value,
                    phone=phone,
                    signed_on=True,
                )
            )
    for number in (SECOND, THIRD):
        people.take(number)
    yield town
    town.world.close()


def asks(town: Town, number: str, words: str = "转人工") -> None:
    """Somebody rings in, hears who we are, and asks for a person."""
    exchange = town.world.exchange
    exchange.people.take(number)
    exchange.rings_in(number, HOTLINE)
    town.world.passes(seconds=12)
    exchange.say(number, words)
    town.world.passes(seconds=8)


def only_operator(town: Town) -> None:
    """The other two have signed off."""
    with town.world.house.store.work() as session:
        for phone in (SECOND, THIRD):
            session.query(Worker).filter(Worker.phone == phone).one().signed_on = False


def rings(town: Town) -> list[str]:
    """Who was rung, in order, by name."""
    with town.world.house.store.look() as session:
        return [session.get_one(Worker, one.worker_id).name for one in town.rows(Ring)]


def test_23_the_next_operator_is_rung_when_the_first_does_not_accept(desk: Town) -> None:
    """Two ring, decline or stay silent; then the third, who accepts; the time line names him."""
    desk.behaves(OPERATOR, "operator_declines")
    asks(desk, WANG)
    desk.world.passes(seconds=16)
    assert rings(desk) == ["杨坐席", "许坐席", "何坐席", "杨坐席"]
    exchange = desk.world.exchange
    exchange.answer(THIRD)
    desk.world.passes(seconds=3)
    exchange.keys(THIRD, "1")
    desk.world.passes(seconds=3)
    one = desk.handoffs()[0]
    assert one.taken_by == desk.worker("third").id
    assert one.answered_at is not None
    exchange.say(THIRD, "我是何坐席")
    desk.world.passes(seconds=1)
    assert "我是何坐席" in desk.heard(WANG)


def test_23_a_bad_number_is_skipped_and_the_wait_is_capped(desk: Town) -> None:
    """Nobody accepts: within three minutes the caller hears of the call-back, which is a task."""
    with desk.world.house.store.work() as session:
        session.query(Worker).filter(Worker.phone == THIRD).one().phone = "12"
    desk.behaves(OPERATOR, "no_answer")
    asks(desk, WANG)
    began = desk.handoffs()[0].opened_at
    desk.until(lambda: desk.handoffs()[0].state == "call_back", minutes=1, at_most=4)
    assert "会有人尽快联系您" in desk.heard(WANG)
    assert "何坐席" not in rings(desk)
    assert desk.handoffs()[0].due_at - began <= timedelta(minutes=34)


def test_a_caller_hears_how_many_are_in_front_and_keeps_the_place_with_one_key(desk: Town) -> None:
    """Three wait for one operator who talks: the last one has two in front and presses 1."""
    only_operator(desk)
    exchange = desk.world.exchange
    exchange.people.take(OPERATOR)
    asks(desk, "+8610030000009")
    exchange.answer(OPERATOR)
    desk.world.passes(seconds=2)
    exchange.keys(OPERATOR, "1")
    desk.world.passes(seconds=2)
    assert desk.handoffs()[0].answered_at is not None
    for number in (LI, ZHAO, WANG):
        asks(desk, number)
    assert "下一个就是您" in desk.heard(LI)
    assert "您前面还有一位" in desk.heard(ZHAO)
    assert "您前面还有两位" in desk.heard(WANG)
    exchange.keys(WANG, "1")
    desk.world.passes(seconds=10)
    kept = desk.handoffs()[3]
    assert kept.state == "call_back"
    assert kept.due_at - kept.opened_at == timedelta(minutes=30)
    assert "位置给您留着" in desk.heard(WANG)
    exchange.hang_up(OPERATOR)
    exchange.people.release(OPERATOR)
    desk.world.passes(seconds=25)
    assert desk.handoffs()[1].answered_at is not None
    assert desk.handoffs()[2].answered_at is None


def test_danger_said_while_waiting_goes_in_front_and_rings_the_duty_officer(desk: Town) -> None:
    """Behaviour 6 holds in the queue: an escalation opens, and everybody is rung."""
    only_operator(desk)
    desk.behaves(OFFICER, "operator_accepts")
    with desk.world.house.store.work() as session:
        session.add(
            Handoff(
                reason="other",
                state="taken",
                on_line=True,
                opened_at=desk.world.now,
                due_at=desk.world.now,
                taken_by=desk.worker("operator").id,
                answered_at=desk.world.now,
            )
        )
    asks(desk, WANG)
    assert "下一个就是您" in desk.heard(WANG)
    desk.world.exchange.say(WANG, "我胸口痛得厉害")
    desk.world.passes(seconds=20)
    assert [one.reason for one in desk.escalations()] == ["danger"]
    assert desk.handoffs()[1].urgent
    assert desk.handoffs()[1].answered_at is not None


def night(town: Town) -> None:
    """Eleven in the evening."""
    town.world.until(datetime(2026, 11, 23, 15, 0, tzinfo=UTC))


def test_out_of_hours_a_request_is_a_call_back_for_the_morning_and_said_plainly(
    small_town: Town,
) -> None:
    night(small_town)
    asks(small_town, WANG)
    assert "坐席现在下班了，明天" in small_town.heard(WANG)
    assert "上午八点上班" in small_town.heard(WANG)
    small_town.world.passes(minutes=1)
    one = small_town.handoffs()[-1]
    assert (one.state, one.after_hours) == ("call_back", True)
    assert one.due_at == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    assert rings(small_town) == []


def test_out_of_hours_danger_reaches_the_duty_phone_by_words_or_by_one_key(
    small_town: Town,
) -> None:
    night(small_town)
    small_town.behaves(OFFICER, "operator_accepts")
    asks(small_town, WANG)
    small_town.world.exchange.keys(WANG, "1")
    small_town.world.passes(seconds=20)
    one = small_town.handoffs()[-1]
    assert one.urgent
    assert one.answered_at is not None


def test_who_hangs_up_while_waiting_is_rung_back(desk: Town) -> None:
    """The place becomes a task at once, not after a time-out; danger within three minutes."""
    desk.behaves(OPERATOR, "no_answer")
    asks(desk, WANG, "救命")
    desk.world.exchange.hang_up(WANG)
    desk.world.passes(seconds=5)
    one = desk.handoffs()[0]
    assert one.state == "call_back"
    assert one.due_at - desk.world.now <= timedelta(minutes=3)


def test_who_took_a_caller_in_the_console_and_does_not_pick_up_has_it_no_longer(
    desk: Town,
) -> None:
    """The caller is not left with somebody whose phone rings on an empty desk."""
    desk.behaves(OPERATOR, "no_answer")
    asks(desk, WANG)
    with desk.world.house.store.work() as session:
        one = session.get_one(Handoff, desk.handoffs()[0].id)
        one.taken_by, one.taken_at, one.state = (
            desk.worker("operator").id,
            desk.world.now,
            "taken",
        )
    desk.world.passes(minutes=3)
    assert desk.handoffs()[0].state == "call_back"
    assert desk.handoffs()[0].taken_by is None
    assert "会有人尽快联系您" in desk.heard(WANG)


def test_16_a_webhook_of_the_wait_that_comes_twice_changes_nothing(desk: Town) -> None:
    """The key for the call-back arrives again: one task, and the same words."""
    asks(desk, WANG)
    one = desk.handoffs()[0]
    path, form = f"/voice/transfer/{one.id}/next?told=0", {"CallSid": one.line_sid, "Digits": "1"}
    first = sends(desk, path, **form)
    assert "位置给您留着" in first
    assert sends(desk, path, **form) == first
    assert [one.state for one in desk.handoffs()] == ["call_back"]
