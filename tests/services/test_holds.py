"""Holds: set by a named person, excused by that name, re-checked on the last day, never silent."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter import auditor, engine
from callcenter.domain.hold import HoldReason
from callcenter.domain.week import at
from callcenter.services import claims, desk, holds
from callcenter.services.holds import AlreadyChecked, BadHold, OverlappingHold
from callcenter.store.tables import Escalation, Hold, Slot
from tests.district import District, settle
from tests.house import SetClock, make_house

MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)
EVERY = [(kind, number) for kind in ("call", "visit") for number in (1, 2)]


@pytest.fixture
def district(any_url: str, tmp_path: Path) -> Iterator[District]:
    """Monday morning, the week planned. 李大爷's calls are due on Monday and Thursday."""
    district = settle(make_house(tmp_path, database_url=any_url))
    district.plan()
    yield district
    district.house.store.engine.dispose()


def hold(district: District, first: date, last: date, said_by: str = "女儿王芳") -> int:
    with district.house.store.work() as session:
        one = holds.hold(
            session,
            district.house.now(),
            district.elder(session, "李大爷"),
            district.worker(session, "qian"),
            reason=HoldReason.HOSPITAL,
            first=first,
            last=last,
            said_by=said_by,
        )
        return one.id


def slots(district: District) -> list[Slot]:
    return district.slots("李大爷", "call") + district.slots("李大爷", "visit")


def states(district: District) -> list[str]:
    return [slot.state for slot in slots(district)]


def moves_to(district: District, day: date, minute: int = 8 * 60) -> None:
    clock = district.house.clock
    assert isinstance(clock, SetClock)
    clock.moment = at(day, minute)


def test_what_lies_in_the_hold_is_excused_by_the_name_of_who_set_it(district: District) -> None:
    hold(district, MONDAY, MONDAY + 2 * DAY)
    first, second, visit, later = slots(district)
    assert [one.state for one in (first, second, visit, later)] == [
        "excused",
        "open",
        "excused",
        "open",
    ]
    assert (first.ended_by, first.evidence_text) == ("钱社工", "住院（女儿王芳说）")
    assert first.excused_until == MONDAY + 2 * DAY
    assert first.next_at is None
    assert [one.state for one in district.slots("王阿婆", "call")] == ["open", "open"]


def test_the_next_week_is_planned_with_the_hold_and_nobody_is_blank(district: District) -> None:
    hold(district, MONDAY, MONDAY + 8 * DAY)
    moves_to(district, MONDAY + 7 * DAY)
    district.plan()
    assert states(district)[2:4] + states(district)[6:] == ["excused", "open", "excused", "open"]
    with district.house.store.look() as session:
        faults = {one.kind for one in auditor.audit(district.house, district.house.now())}
        assert "blank" not in faults
        assert "no_next" not in faults
        assert len(session.scalars(select(Hold)).all()) == 1


def test_a_call_that_comes_to_a_day_of_the_hold_is_not_made(district: District) -> None:
    hold(district, MONDAY + DAY, MONDAY + 2 * DAY)
    moves_to(district, MONDAY + DAY, 10 * 60)  # Monday's call was never made
    with district.house.store.work() as session:
        mine = select(Slot).where(Slot.elder_id == district.elders["李大爷"], Slot.kind == "call")
        session.scalars(mine.order_by(Slot.number).limit(1)).one().by = at(MONDAY + DAY, 17 * 60)
        claimed = claims.claim_due(session, district.house.now(), district.house.policy, 50)
        elders = {one.to for one in claimed}
        assert district.elder(session, "李大爷").phone not in elders
    assert states(district)[0] == "excused"


@pytest.mark.parametrize(
    ("first", "last", "said_by", "words"),
    [
        (MONDAY + DAY, MONDAY, "女儿", "最后一天早于第一天"),
        (MONDAY - DAY, MONDAY, "女儿", "已经存档"),
        (MONDAY, MONDAY + 93 * DAY, "女儿", "最多三个月"),
        (MONDAY, MONDAY, " ", "请写明是谁说的"),
    ],
)
def test_a_hold_that_makes_no_sense_is_named_and_changes_nothing(
    district: District, first: date, last: date, said_by: str, words: str
) -> None:
    with pytest.raises(BadHold, match=words):
        hold(district, first, last, said_by)
    assert states(district) == ["open"] * 4
    with district.house.store.look() as session:
        assert session.scalars(select(Hold)).all() == []


def test_two_holds_never_share_a_day(district: District) -> None:
    hold(district, MONDAY, MONDAY + 2 * DAY)
    with pytest.raises(OverlappingHold, match="11月23日到11月25日"):
        hold(district, MONDAY + 2 * DAY, MONDAY + 9 * DAY)
    hold(district, MONDAY + 3 * DAY, MONDAY + 4 * DAY)
    assert states(district) == ["excused"] * 4


def test_on_its_last_day_the_caseworker_is_asked_and_says_back(district: District) -> None:
    one = hold(district, MONDAY, MONDAY + 3 * DAY)
    scope = district.scope("tang")
    with district.house.store.look() as session:
        assert desk.tasks(session, scope, district.house.now()) == []
    moves_to(district, MONDAY + 3 * DAY)
    with district.house.store.look() as session:
        asked = {task.text for task in desk.tasks(session, scope, district.house.now())}
        assert "住院今天到期：回来了没有？" in asked
    with district.house.store.work() as session:
        holds.back(session, district.house.now(), one, district.worker(session, "qian"))
    first, second, visit, _ = slots(district)
    assert (first.state, second.state, visit.state) == ("excused", "open", "excused")
    assert (second.next_action, second.next_at, second.evidence) == ("dial", second.due_at, "")
    with district.house.store.work() as session, pytest.raises(AlreadyChecked):
        holds.back(session, district.house.now(), one, district.worker(session, "qian"))


def test_a_hold_can_be_taken_back_on_the_day_it_was_set(district: District) -> None:
    one = hold(district, MONDAY, MONDAY + 6 * DAY)
    assert states(district) == ["excused"] * 4
    with district.house.store.work() as session:
        holds.back(session, district.house.now(), one, district.worker(session, "qian"))
    assert states(district) == ["open"] * 4
    hold(district, MONDAY, MONDAY)


def test_prolonged_it_has_a_new_end_and_is_asked_about_again(district: District) -> None:
    one = hold(district, MONDAY, MONDAY + 2 * DAY)
    with district.house.store.work() as session:
        worker, now = district.worker(session, "qian"), district.house.now()
        with pytest.raises(BadHold):
            holds.prolong(session, now, one, worker, last=MONDAY, said_by="女儿")
    with district.house.store.work() as session:
        worker = district.worker(session, "qian")
        last = MONDAY + 6 * DAY
        after = holds.prolong(session, now, one, worker, last=last, said_by="女儿王芳")
        assert (after.first_day, after.check_by) == (MONDAY + 3 * DAY, at(last, 17 * 60))
    assert states(district) == ["excused"] * 4


def test_unchecked_the_elder_is_called_again_and_the_question_goes_up_the_ladder(
    district: District,
) -> None:
    hold(district, MONDAY, MONDAY + 2 * DAY)
    moves_to(district, MONDAY + 2 * DAY, 16 * 60)
    engine.overdue_hand_calls(district.house, district.house.now())
    moves_to(district, MONDAY + 2 * DAY, 17 * 60 + 6)
    kinds = {one.kind for one in auditor.audit(district.house, district.house.now())}
    assert "unchecked" in kinds
    engine.overdue_hand_calls(district.house, district.house.now())
    engine.overdue_hand_calls(district.house, district.house.now())
    with district.house.store.look() as session:
        assert session.scalars(select(Escalation.reason)).all() == ["hold_unchecked"]
    assert (slots(district)[1].state, slots(district)[1].next_action) == ("open", "dial")
    kinds = {one.kind for one in auditor.audit(district.house, district.house.now())}
    assert "unchecked" not in kinds
