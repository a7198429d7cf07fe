"""Claiming many calls at once: one intent for each elder and each phone, whoever else claims."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from callcenter import engine
from callcenter.services.claims import Claim, claim_due
from callcenter.store.tables import Attempt, Elder, Slot
from callcenter.wiring import House
from tests.district import settle
from tests.house import make_house

CALLS = Slot.kind == "call"


@pytest.fixture
def house(any_url: str, tmp_path: Path) -> Iterator[House]:
    """The small district on a Monday noon, the first call of all three elders due."""
    house = make_house(tmp_path, database_url=any_url)
    settle(house)
    engine.plan(house, house.now())
    make_due(house, Slot.number == 1)
    yield house
    house.store.engine.dispose()


def make_due(house: House, *which: object) -> None:
    due = {"next_at": house.now(), "by": house.now() + timedelta(hours=8)}
    with house.store.work() as session:
        session.execute(update(Slot).where(CALLS).values(next_at=house.now() + timedelta(days=2)))
        session.execute(update(Slot).where(CALLS, *which).values(due))  # type: ignore[arg-type]
        session.execute(update(Elder).values(window_opens=0, window_closes=1439))


def claims(house: House, limit: int = 50) -> list[Claim]:
    with house.store.work() as session:
        return claim_due(session, house.now(), house.policy, limit)


def live(house: House) -> list[int]:
    """The elders who are in a call."""
    with house.store.look() as session:
        return sorted(session.scalars(select(Attempt.elder_id).where(Attempt.live)))


def test_every_due_call_is_claimed_once_with_an_intent(house: House) -> None:
    assert len(claims(house)) == 3
    assert claims(house) == []
    assert live(house) == [1, 2, 3]


def test_no_more_are_claimed_than_may_leave_now_and_the_others_stay_due(house: House) -> None:
    with house.store.work() as session:
        assert len(claim_due(session, house.now(), house.policy, 50, lambda wanted: 2)) == 2
    assert len(claims(house)) == 1


def test_a_couple_on_one_phone_is_not_claimed_in_one_go(house: House) -> None:
    with house.store.work() as session:
        session.execute(update(Elder).where(Elder.id.in_((1, 2))).values(phone="+8610010000099"))
    assert len(claims(house)) == 2
    assert live(house) in ([1, 3], [2, 3])


def test_both_calls_of_an_elder_due_at_once_become_one(house: House) -> None:
    make_due(house, Slot.elder_id == 1)
    assert len(claims(house)) == 1
    assert live(house) == [1]


def test_hours_that_make_no_sense_hold_up_nobody_else(house: House) -> None:
    with house.store.work() as session:
        session.execute(update(Elder).where(Elder.id == 2).values(window_closes=2000))
    assert len(claims(house)) == 2
    assert live(house) == [1, 3]


def test_engines_that_claim_side_by_side_never_claim_one_elder_twice(house: House) -> None:
    make_due(house)
    with ThreadPoolExecutor(4) as engines:
        found = [
            claim for some in engines.map(lambda _: claims(house, 2), range(8)) for claim in some
        ]
    assert len({claim.to for claim in found}) == len(found)
    assert live(house) == sorted(set(live(house)))
