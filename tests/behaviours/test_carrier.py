"""Behaviours 12 to 18 and 22: whatever the carrier says, late, twice or never."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from callcenter.exchange.call import Call
from callcenter.exchange.faults import Faults
from callcenter.store.tables import Attempt, Elder, NumberCheck, Slot
from callcenter.web.app import create_app
from tests.behaviours.carrier import BASE, sends, signed
from tests.behaviours.phone import Phone
from tests.house import HOTLINE
from tests.town import WANG, Town, make_town


def check_ins(town: Town) -> list[Call]:
    """The check-in calls that the carrier has placed."""
    calls = town.world.exchange.board.calls.values()
    return [one for one in calls if one.orders.script and "/check-in/" in one.orders.script.url]


def ended(town: Town, tries: int) -> list[Attempt]:
    """So many attempts to Wang, once they have ended."""

    def done() -> bool:
        rows = town.attempts("王阿婆")
        return len(rows) >= tries and rows[tries - 1].ended_at is not None

    town.until(done, minutes=3)
    return town.attempts("王阿婆")[:tries]


@pytest.mark.parametrize(
    ("behaviour", "ending"),
    [("busy", "busy"), ("no_answer", "no_answer"), ("unreachable", "no_answer")],
)
def test_12_each_ending_has_its_own_time_until_the_next_try(
    small_town: Town, behaviour: str, ending: str
) -> None:
    """`failed` with the SIP code 480 is a phone that nobody answers."""
    small_town.behaves(WANG, behaviour)
    first, second = ended(small_town, 2)
    assert first.disposition == ending
    assert first.ended_at is not None
    waited = second.intended_at - first.ended_at
    rule = small_town.world.house.policy.retries.by_ending[ending]
    assert rule.wait <= waited <= rule.wait + timedelta(minutes=1)


def test_12_the_times_differ(small_town: Town) -> None:
    rules = small_town.world.house.policy.retries.by_ending
    waits = [rules[name].wait for name in ("busy", "no_answer", "failed", "unreachable")]
    assert len(set(waits)) == 4


def test_13_an_invalid_number_is_a_task_for_a_person_and_not_tried_again(small_town: Town) -> None:
    """One person is to find the right number, and the call lies on the list of calls by hand."""
    with small_town.world.house.store.work() as session:
        session.execute(update(Elder).values(phone="+8612"))
    small_town.until(lambda: small_town.rows(NumberCheck), minutes=10)
    small_town.world.passes(hours=1)
    (attempt,) = small_town.attempts("王阿婆")
    assert attempt.disposition == "invalid_number"
    assert small_town.slots("王阿婆")[0].next_action == "hand_call"


@pytest.mark.parametrize("faults", [Faults(create_unheard=1.0), Faults(create_error=1.0)])
def test_15_a_create_without_a_good_answer_is_looked_up_before_anything_is_dialled(
    tmp_path: Path, faults: Faults
) -> None:
    """One that was placed is adopted; never are there two calls for one attempt."""
    town = make_town(tmp_path, elders=1, faults=faults)
    town.until(lambda: town.attempts("王阿婆"))
    town.world.passes(minutes=20)
    placed = Counter(call.callee for call in check_ins(town))
    assert placed[WANG] == (1 if faults.create_unheard else 0)
    assert len({one.call_sid for one in town.attempts("王阿婆") if one.call_sid}) == placed[WANG]
    town.world.close()


def test_16_callbacks_in_any_order_and_twice_never_take_a_final_state_back(
    small_town: Town,
) -> None:
    phone = Phone.rung(small_town)
    phone.presses("1")
    small_town.world.passes(minutes=2)
    before = small_town.attempts("王阿婆")[0]
    path, sid = f"/voice/check-in/{before.id}/status", phone.call.sid
    for number, word in ((1, "ringing"), (9, "in-progress"), (3, "completed"), (0, "busy")):
        sends(small_town, path, CallSid=sid, CallStatus=word, SequenceNumber=str(number))
    after = small_town.attempts("王阿婆")[0]
    assert (after.progress, after.disposition, after.outcome) == ("ended", "answered", "safe")
    assert after.ended_at == before.ended_at
    assert small_town.slots("王阿婆")[0].state == "confirmed_safe"


def test_16_a_callback_that_comes_before_the_create_returns_is_kept(small_town: Town) -> None:
    small_town.world.tick()
    with small_town.world.house.store.work() as session:
        slot_id = small_town.slots("王阿婆")[0].id
        slot = session.get_one(Slot, slot_id)
        slot.next_action = "calling"
        attempt = Attempt(
            slot_id=slot_id,
            elder_id=slot.elder_id,
            number=1,
            to_phone=WANG,
            state="intended",
            intended_at=small_town.world.now,
            talk={"at": "health", "listener": "unknown"},
        )
        session.add(attempt)
    path = f"/voice/check-in/{attempt.id}/status"
    sends(small_town, path, CallSid="CA1", CallStatus="ringing", SequenceNumber="1")
    (kept,) = small_town.attempts("王阿婆")
    assert (kept.call_sid, kept.progress, kept.state) == ("CA1", "ringing", "placed")


def test_17_when_every_callback_is_lost_the_reconciler_finds_out_within_minutes(
    tmp_path: Path,
) -> None:
    town = make_town(tmp_path, elders=1, faults=Faults(lost=1.0))
    town.behaves(WANG, "no_answer")
    town.until(lambda: check_ins(town))
    town.world.passes(minutes=6)
    (attempt,) = town.attempts("王阿婆")
    assert (attempt.state, attempt.disposition) == ("ended", "no_answer")
    town.world.close()


def test_18_a_restart_in_mid_call_goes_on_from_the_rows_at_the_next_webhook(
    small_town: Town,
) -> None:
    """A new application on the same database hears the second answer of a call it never saw."""
    phone = Phone.rung(small_town)
    phone.presses("2")
    attempt = small_town.attempts("王阿婆")[0]
    form = {"CallSid": phone.call.sid, "From": HOTLINE, "To": WANG, "Digits": "1"}
    house = small_town.world.build()
    with TestClient(create_app(house), base_url=BASE) as reborn:
        path = f"/voice/check-in/{attempt.id}/turn?n={attempt.talk['turn']}"
        answer = reborn.post(**signed(path, form))
    house.store.engine.dispose()
    assert "<Dial" in answer.text
    assert small_town.handoffs()[0].attempt_id == attempt.id


def test_22_retry_after_is_honoured_and_the_call_leaves_later(tmp_path: Path) -> None:
    town = make_town(tmp_path, elders=1, faults=Faults(throttled=1.0))
    town.until(lambda: "拨打平安问候电话" in town.story())
    town.world.passes(minutes=1)
    assert check_ins(town) == []
    assert town.slots("王阿婆")[0].next_action == "dial"
    town.world.exchange.board.faults = Faults()
    town.until(lambda: town.slots("王阿婆")[0].state == "confirmed_safe")
    assert len(check_ins(town)) == 1
    town.world.close()


def test_22_calls_that_queue_never_leave_in_the_same_second_nor_after_the_elders_hours(
    tmp_path: Path,
) -> None:
    """Three calls are due in the last second of their elders' hours; one leaves in a second."""
    town = make_town(tmp_path, elders=3)
    town.world.tick()
    closing = town.world.now.replace(hour=9, minute=0)  # 17:00 in Wuxi
    with town.world.house.store.work() as session:
        session.execute(update(Elder).values(window_closes=17 * 60))
        due = {"next_at": closing - timedelta(seconds=1), "by": closing}
        session.execute(update(Slot).where(Slot.kind == "call", Slot.number == 1).values(due))
    town.world.until(closing + timedelta(minutes=30))
    left = [call.created for call in check_ins(town)]
    assert len({int(moment.timestamp()) for moment in left}) == len(left)
    assert all(moment < closing for moment in left)
    handed = [town.slots(name)[0].state for name in ("王阿婆", "李大爷", "赵阿婆")]
    assert handed.count("open") == 0
    town.world.close()
