"""Story 4: danger at any prompt brings a person and an escalation, without the assistant."""

import pytest

from tests.house import HOTLINE
from tests.town import OPERATOR, WANG, Town

FELL = "我摔倒了，起不来"


def test_danger_in_a_check_in_reaches_an_operator_and_opens_an_urgent_escalation(
    small_town: Town,
) -> None:
    small_town.behaves(WANG, "fell")
    small_town.until(small_town.escalations)
    small_town.world.passes(minutes=2)
    escalation = small_town.escalations()[0]
    assert escalation.reason == "danger"
    assert escalation.ladder["rungs"][0]["wait_seconds"] == 180
    handoff = small_town.handoffs()[0]
    assert handoff.urgent
    assert handoff.taken_by == small_town.worker("operator").id
    assert "有人要转人工" in small_town.heard(OPERATOR)


def test_danger_on_the_hotline_transfers_and_escalates_though_the_assistant_is_down(
    small_town: Town,
) -> None:
    exchange = small_town.world.exchange
    exchange.people.take(WANG)
    exchange.rings_in(WANG, HOTLINE)
    small_town.world.passes(seconds=40)
    exchange.say(WANG, FELL)
    small_town.world.passes(seconds=30)
    assert small_town.escalations()[0].reason == "danger"
    assert small_town.escalations()[0].phone == WANG
    assert small_town.handoffs()[0].taken_by == small_town.worker("operator").id


@pytest.mark.parametrize("behaviour", ["operator_declines", "no_answer", "busy"])
def test_when_no_operator_takes_it_the_caller_is_told_and_called_back_and_the_escalation_stands(
    small_town: Town, behaviour: str
) -> None:
    small_town.behaves(OPERATOR, behaviour)
    exchange = small_town.world.exchange
    exchange.people.take(WANG)
    exchange.rings_in(WANG, HOTLINE)
    small_town.world.passes(seconds=40)
    exchange.say(WANG, FELL)
    small_town.world.passes(minutes=3)
    assert small_town.handoffs()[0].state == "call_back"
    assert small_town.escalations()[0].standing == "ringing"
    assert "会有人尽快联系您" in small_town.heard(WANG)


def test_a_hang_up_after_the_words_leaves_the_escalation(small_town: Town) -> None:
    exchange = small_town.world.exchange
    exchange.people.take(WANG)
    exchange.rings_in(WANG, HOTLINE)
    small_town.world.passes(seconds=40)
    exchange.say(WANG, "救命")
    small_town.world.passes(seconds=3)
    exchange.hang_up(WANG)
    small_town.world.passes(minutes=5)
    assert [one.reason for one in small_town.escalations()] == ["danger"]
    assert small_town.notices()
