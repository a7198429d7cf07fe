"""The engine under faults: nobody is dialled twice, nobody lost, wherever the carrier fails."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from callcenter.exchange.call import Call
from callcenter.exchange.faults import Faults
from callcenter.services.claims import claim_due
from callcenter.telephony.port import CallOrder
from tests.town import WANG, Town, make_town

FAULTS = {
    "callbacks lost": Faults(lost=1.0),
    "callbacks doubled": Faults(doubled=1.0),
    "callbacks out of order": Faults(reordered=1.0),
    "callbacks late": Faults(late=1.0),
    "creates that place and then time out": Faults(create_unheard=1.0),
    "a bit of everything": Faults(
        lost=0.2, doubled=0.3, late=0.3, reordered=0.3, create_unheard=0.2, create_lost=0.2
    ),
}


def dials(town: Town) -> Counter[str]:
    """How often each phone was rung by the carrier for a check-in."""
    calls = town.world.exchange.board.calls.values()
    return Counter(call.callee for call in calls if is_check_in(call))


def is_check_in(call: Call) -> bool:
    """True for a call that the house placed to ask how somebody is."""
    return call.orders.script is not None and "/check-in/" in call.orders.script.url


@pytest.mark.parametrize("name", FAULTS)
def test_no_fault_of_the_carrier_dials_twice_or_leaves_a_slot_behind(
    name: str, tmp_path: Path
) -> None:
    town = make_town(tmp_path, faults=FAULTS[name])
    town.world.passes(hours=10)
    for called in ("王阿婆", "李大爷", "赵阿婆"):
        first = town.slots(called)[0]
        assert first.state in ("confirmed_safe", "escalated"), town.story()
        ended = [one for one in town.attempts(called) if one.slot_id == first.id]
        assert all(not one.live for one in ended)
        assert dials(town)[ended[0].to_phone] <= len(ended)
    town.world.close()


def test_a_create_that_placed_the_call_and_timed_out_is_adopted_not_repeated(
    tmp_path: Path,
) -> None:
    town = make_town(tmp_path, elders=1, faults=Faults(create_unheard=1.0))
    town.world.passes(hours=2)
    assert dials(town)[WANG] == 1
    assert len(town.attempts("王阿婆")) == 1
    assert town.slots("王阿婆")[0].state == "confirmed_safe"
    town.world.close()


def test_a_create_that_never_reached_the_carrier_is_looked_up_before_a_new_attempt(
    tmp_path: Path,
) -> None:
    town = make_town(tmp_path, elders=1, faults=Faults(create_lost=1.0))
    town.world.passes(hours=2)
    tries = town.attempts("王阿婆")
    assert {one.disposition for one in tries} == {"never_placed"}
    assert dials(town)[WANG] == 0
    assert town.slots("王阿婆")[0].state == "escalated"
    town.world.close()


def test_an_engine_killed_between_intent_and_dial_is_settled_by_looking(
    small_town: Town,
) -> None:
    world = small_town.world
    world.tick()
    world.exchange.advance(small_town.slots("王阿婆")[0].due_at)
    with world.house.store.work() as session:
        claimed = claim_due(session, world.now, world.house.policy, 5)
    assert len(claimed) == 1
    world.passes(minutes=20)
    first, second = small_town.attempts("王阿婆")
    assert first.disposition == "never_placed"
    assert second.outcome == "safe"
    assert dials(small_town)[WANG] == 1


def test_an_engine_killed_after_the_dial_finds_the_call_by_its_webhook(small_town: Town) -> None:
    world = small_town.world
    world.tick()
    world.exchange.advance(small_town.slots("王阿婆")[0].due_at)
    with world.house.store.work() as session:
        (claim,) = claim_due(session, world.now, world.house.policy, 5)
    base = f"{world.house.settings.public_url}/voice/check-in/{claim.attempt_id}"
    order = CallOrder(to=claim.to, script_url=base, status_url=f"{base}/status")
    world.house.carrier.place_call(order)  # and here the process dies
    world.passes(minutes=20)
    assert len(small_town.attempts("王阿婆")) == 1
    assert small_town.slots("王阿婆")[0].state == "confirmed_safe"
    assert dials(small_town)[WANG] == 1


def test_two_engines_on_postgresql_never_dial_one_elder_twice(
    tmp_path: Path, postgres_url: str
) -> None:
    town = make_town(tmp_path, database_url=postgres_url)
    for _ in range(90):
        town.world.tick()
        town.world.tick()
        town.world.line.advance(town.world.now + timedelta(minutes=2))
    for called in ("王阿婆", "李大爷", "赵阿婆"):
        assert len(town.attempts(called)) == 1
        assert town.slots(called)[0].state == "confirmed_safe"
    assert set(dials(town).values()) == {1}
    town.world.close()


def test_a_carrier_that_is_down_all_morning_ends_in_peoples_hands(tmp_path: Path) -> None:
    town = make_town(tmp_path, elders=1, faults=Faults(create_error=1.0))
    town.world.passes(hours=4)
    slot = town.slots("王阿婆")[0]
    assert slot.state == "escalated"
    assert town.escalations()
    town.world.close()


def test_calls_per_second_are_never_exceeded(tmp_path: Path) -> None:
    town = make_town(tmp_path, elders=3)
    town.world.passes(hours=10)
    calls = filter(is_check_in, town.world.exchange.board.calls.values())
    per_second = Counter(int(call.created.timestamp()) for call in calls)
    assert max(per_second.values()) <= town.world.house.settings.calls_per_second
    town.world.close()


def test_no_call_leaves_outside_the_elders_hours(town: Town) -> None:
    town.behaves(WANG, "no_answer")
    town.world.passes(days=2)
    for called in ("王阿婆", "李大爷", "赵阿婆"):
        for attempt in town.attempts(called):
            hour = (attempt.intended_at + timedelta(hours=8)).hour
            assert 9 <= hour < 17
