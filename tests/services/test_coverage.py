"""Both lists carry dates: who turns 80 enters, who leaves is left alone, and past weeks stay."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from callcenter.domain.people import Leaving, Living, category_on, on_visiting_list
from callcenter.domain.week import local
from callcenter.services import coverage, weekplan
from callcenter.services.board import Filter, week_totals
from callcenter.store.roster_tables import VisitingEntry
from callcenter.store.tables import Beat, Coverage, Elder, Event, Slot
from tests.district import District, add_elder, settle
from tests.house import make_house

TODAY = date(2026, 11, 23)
NEXT = timedelta(days=7)


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """The district on Monday morning, its week planned."""
    town = settle(make_house(tmp_path))
    town.plan()
    yield town
    town.house.store.engine.dispose()


def day_breaks(town: District, **time: float) -> bool:
    """Time passes, and the look is made."""
    town.house.clock.passes(**time)  # type: ignore[attr-defined]
    with town.house.store.work() as session:
        return coverage.look(session, town.house.now())


def covers(town: District, called: str, day: date) -> bool:
    with town.house.store.look() as session:
        return coverage.covers(session, town.elders[called], day)


def denominators(town: District, monday: date) -> tuple[int, int]:
    with town.house.store.look() as session:
        scope, now = town.scope("guo"), town.house.now()
        totals = week_totals(session, scope, now, monday, Filter())
        return totals.elders, totals.alone


def test_who_turns_80_is_on_the_list_from_that_day_on(any_url: str, tmp_path: Path) -> None:
    """The birthday itself counts, it is in the time line, and the week is planned."""
    town = settle(make_house(tmp_path, database_url=any_url))
    with town.house.store.work() as session:
        born = date(1946, 11, 24)
        town.elders["周阿婆"] = add_elder(session, "周阿婆", 1, born, 9).id
    day_breaks(town)
    assert not covers(town, "周阿婆", TODAY)
    day_breaks(town, days=1)
    assert covers(town, "周阿婆", date(2026, 11, 24))
    assert not covers(town, "周阿婆", TODAY)
    town.plan()
    assert len(town.slots("周阿婆", "call")) == 2
    with town.house.store.look() as session:
        told = session.scalars(select(Event.text).where(Event.kind == "roster")).all()
    assert told == ["进入名册：80周岁以上空巢、独居"]
    town.house.store.engine.dispose()


def test_the_look_is_made_every_six_hours_and_when_a_day_begins(district: District) -> None:
    """Twice within hours changes nothing; a new day in Wuxi begins at midnight there."""
    assert day_breaks(district)
    assert not day_breaks(district, hours=5)
    assert day_breaks(district, hours=1)
    assert day_breaks(district, hours=9)  # 23:30
    assert not day_breaks(district, minutes=29)
    assert day_breaks(district, minutes=1)


@pytest.mark.parametrize("why", [one for one in Leaving if one is not Leaving.UNFIT])
def test_who_has_left_for_good_is_not_taken_back_by_a_birthday(
    district: District, why: Leaving
) -> None:
    """Moved, died, asked to be left out: the rules do not bring them back."""
    with district.house.store.work() as session:
        now = district.house.now()
        coverage.leave(session, now, district.elders["王阿婆"], TODAY, why, "钱社工")
    day_breaks(district, days=1)
    assert not covers(district, "王阿婆", date(2026, 11, 24))


def test_who_leaves_is_excused_for_the_rest_of_the_week(district: District) -> None:
    """Nobody is phoned or visited any more, by the name of who said so."""
    with district.house.store.work() as session:
        now, who = district.house.now(), district.elders["王阿婆"]
        coverage.leave(session, now, who, TODAY, Leaving.WISH, "钱社工")
    slots = district.slots("王阿婆", "call") + district.slots("王阿婆", "visit")
    assert {(slot.state, slot.evidence_text, slot.ended_by) for slot in slots} == {
        ("excused", "本人要求退出", "钱社工")
    }


def test_a_leaving_that_was_entered_ahead_ends_the_slots_when_its_day_comes(
    district: District,
) -> None:
    """From Thursday on away: Monday's call stays, what is open on Thursday is excused."""
    with district.house.store.work() as session:
        now, who = district.house.now(), district.elders["王阿婆"]
        coverage.leave(session, now, who, date(2026, 11, 26), Leaving.IN_A_HOME, "钱社工")
    assert {slot.state for slot in district.slots("王阿婆", "call")} == {"open"}
    day_breaks(district, days=2)
    assert {slot.state for slot in district.slots("王阿婆", "call")} == {"open"}
    day_breaks(district, days=1)
    assert {slot.state for slot in district.slots("王阿婆", "call")} == {"excused"}
    assert covers(district, "王阿婆", date(2026, 11, 25))


def test_both_denominators_are_those_of_the_week(district: District) -> None:
    """Who dies, or whose daughter moves in, is in last week's numbers and not in next week's."""
    with district.house.store.work() as session:
        now = district.house.now()
        coverage.leave(session, now, district.elders["李大爷"], TODAY, Leaving.DECEASED, "钱社工")
        elder = district.elder(session, "王阿婆")
        elder.living = Living.WITH_FAMILY.value
        coverage.review(session, now, elder, TODAY)
    assert denominators(district, TODAY - NEXT) == (3, 4)
    assert denominators(district, TODAY) == (1, 2)


def test_a_wish_to_leave_keeps_the_elder_on_the_wider_list(district: District) -> None:
    """Nobody calls, but who lives alone is still to be visited now and then."""
    with district.house.store.work() as session:
        now = district.house.now()
        coverage.leave(session, now, district.elders["李大爷"], TODAY, Leaving.WISH, "钱社工")
    assert denominators(district, TODAY) == (2, 4)


def test_a_changed_situation_moves_an_elder_between_the_rules(district: District) -> None:
    """Hardship and disability found on Monday: the one period ends, the other begins that day."""
    with district.house.store.work() as session:
        elder = district.elder(session, "王阿婆")
        elder.hardship = elder.disabled = True
        coverage.review(session, district.house.now(), elder, TODAY)
    with district.house.store.look() as session:
        rows = session.scalars(
            select(Coverage).where(Coverage.elder_id == district.elders["王阿婆"])
        ).all()
    assert [(row.category, row.left_on) for row in rows] == [
        ("old_and_alone", TODAY),
        ("poor_and_disabled", None),
    ]
    assert denominators(district, TODAY) == (3, 4)


def test_an_unfit_elder_comes_back_when_the_situation_does(district: District) -> None:
    """A daughter who moves in and out again: off the list, and on it once more."""
    for living in (Living.WITH_FAMILY, Living.ALONE):
        with district.house.store.work() as session:
            elder = district.elder(session, "王阿婆")
            elder.living = living.value
            coverage.review(session, district.house.now(), elder, TODAY)
        assert covers(district, "王阿婆", TODAY) == (living is Living.ALONE)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    born=st.dates(date(1940, 1, 1), date(1950, 12, 31)) | st.just(date(1948, 2, 29)),
    living=st.sampled_from(Living),
    poor=st.booleans(),
    disabled=st.booleans(),
    today=st.dates(date(2026, 1, 1), date(2030, 12, 31)) | st.just(date(2028, 2, 29)),
)
def test_the_database_and_the_rules_agree_on_who_is_covered(
    district: District, born: date, living: Living, poor: bool, disabled: bool, today: date
) -> None:
    """What the look enters is what the rules say of that day, for both lists."""
    now = datetime.combine(today, datetime.min.time(), UTC) + timedelta(hours=1)
    with district.house.store.work() as session:
        for table in (Slot, Coverage, VisitingEntry):
            session.execute(delete(table))
        elder = session.scalars(select(Elder)).first()
        assert elder is not None
        elder.born_on, elder.living = born, living.value
        elder.hardship, elder.disabled = poor, disabled
        session.flush()
        session.execute(delete(Beat))
        coverage.look(session, now)
        who = coverage.situation(elder)
        assert local(now).date() == today
        assert coverage.covers(session, elder.id, today) == (category_on(who, today) is not None)
        listed = select(VisitingEntry).where(VisitingEntry.elder_id == elder.id)
        assert (session.scalars(listed).first() is not None) == on_visiting_list(who)
        session.rollback()


def test_the_engine_looks_by_itself(district: District) -> None:
    """A new elder of 85 without any list is planned without anybody's doing."""
    with district.house.store.work() as session:
        district.elders["周阿婆"] = add_elder(session, "周阿婆", 1, date(1941, 1, 1), 9).id
        coverage.look(session, district.house.now())
        weekplan.plan_week(session, district.house.now())
    assert len(district.slots("周阿婆", "visit")) == 2
