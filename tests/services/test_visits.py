"""Home visits: six facts, one visit slot, never a call slot, and escalations settled with care."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from callcenter.domain.escalation import Finding, Reason, findings_of
from callcenter.domain.week import at, local
from callcenter.services import escalations
from callcenter.services.errors import BadVisit, FindingNeedsWords, NotFound
from callcenter.services.visits import record_visit
from callcenter.store.tables import Attempt, Coverage, Escalation, Event, Slot, Visit
from tests.district import District, settle
from tests.house import make_house

TUESDAY = at(date(2026, 11, 24), 11 * 60)  # eleven o'clock
WANG = "王阿婆"


@pytest.fixture
def district(tmp_path: Path) -> District:
    """The district on Tuesday at noon, its week planned on Monday morning."""
    town = settle(make_house(tmp_path))
    town.plan()
    town.house.clock.passes(hours=27.5)  # type: ignore[attr-defined]
    return town


def visit(town: District, called: str = WANG, **other: Any) -> Visit:
    """Records a visit on Tuesday from eleven to half past, found well, unless told otherwise."""
    facts: dict[str, Any] = {
        "elder_id": town.elders.get(called, 0),
        "kind": "home_visit",
        "place": "柳巷1号101室",
        "began_at": TUESDAY,
        "ended_at": TUESDAY + timedelta(minutes=30),
        "found": Finding.SEEN_WELL,
        "note": "",
        "now": town.house.now(),
        "login": "qian",
        **other,
    }
    now, login = facts.pop("now"), facts.pop("login")
    with town.house.store.work() as session:
        worker = town.worker(session, login)
        return record_visit(session, now, town.house.policy, worker=worker, **facts)


def escalate(
    town: District, reason: Reason, *slots: Slot, ago: timedelta = timedelta(hours=3)
) -> int:
    """Opens an escalation some time ago, with these slots hanging on it."""
    with town.house.store.work() as session:
        elder, when = town.elder(session, WANG), town.house.now() - ago
        one = escalations.open_escalation(session, when, town.house.policy, reason, elder=elder)
        for slot in slots:
            escalations.tie(session.get_one(Slot, slot.id), one)
        return one.id


def standing(town: District, number: int) -> str:
    """How an escalation stands."""
    with town.house.store.look() as session:
        return session.get_one(Escalation, number).standing


def states(town: District, kind: str) -> list[str]:
    """The states of the elder's slots of one kind."""
    return [slot.state for slot in town.slots(WANG, kind)]


def test_a_visit_ends_the_first_visit_slot_and_no_call(district: District) -> None:
    """Seen well at home: visit slot one is safe with its evidence; calls stay as they were."""
    made = visit(district)
    slot = district.slots(WANG, "visit")[0]
    assert (slot.state, slot.evidence, slot.ended_by) == ("confirmed_safe", "visit", "钱社工")
    assert slot.evidence_text == "见到本人，平安"
    assert (slot.next_action, slot.next_at) == ("nothing", None)
    assert made.slot_id == slot.id
    assert states(district, "visit") == ["confirmed_safe", "open"]
    assert states(district, "call") == ["open", "open"]


def test_two_visits_on_one_day_end_one_slot(district: District) -> None:
    """Two visits a week are on two days: a second one on the same day ends nothing more."""
    visit(district)
    second = visit(
        district,
        began_at=TUESDAY + timedelta(minutes=35),
        ended_at=TUESDAY + timedelta(minutes=50),
        login="tang",
    )
    assert second.slot_id is None
    assert states(district, "visit") == ["confirmed_safe", "open"]


def test_a_visit_on_another_day_ends_the_second_slot(district: District) -> None:
    """Tuesday and Friday: both visit slots end."""
    visit(district)
    friday = TUESDAY + timedelta(days=3)
    visit(
        district,
        began_at=friday,
        ended_at=friday + timedelta(minutes=20),
        now=friday + timedelta(hours=1),
    )
    assert states(district, "visit") == ["confirmed_safe", "confirmed_safe"]


def test_the_same_visit_sent_twice_is_kept_once(district: District) -> None:
    """A double click, or a phone that was offline, changes nothing."""
    first, again = visit(district), visit(district)
    assert first.id == again.id
    with district.house.store.look() as session:
        assert session.scalar(select(func.count(Visit.id))) == 1


def test_a_visit_entered_later_ends_the_slot_of_its_own_week(district: District) -> None:
    """Entered on the next Monday, it belongs to the week in which it was made."""
    next_monday = TUESDAY + timedelta(days=6)
    district.house.clock.passes(days=6)  # type: ignore[attr-defined]
    district.plan()
    visit(district, now=next_monday)
    assert states(district, "visit") == ["confirmed_safe", "open", "open", "open"]


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (Finding.SEEN_ILL_HELPED, "confirmed_safe"),
        (Finding.IN_HOSPITAL, "excused"),
        (Finding.AWAY_CONFIRMED, "excused"),
        (Finding.REFUSED, "excused"),
    ],
)
def test_what_was_found_decides_how_the_slot_ends(
    district: District, found: Finding, state: str
) -> None:
    """Seen is seen, ill too; a confirmed absence or a refusal is excused by the visitor's name."""
    visit(district, found=found, note="邻居张某证实")
    assert states(district, "visit") == [state, "open"]
    assert district.slots(WANG, "visit")[0].ended_by == "钱社工"


def test_found_ill_opens_nothing_extra(district: District) -> None:
    """The visitor has helped already: no escalation is opened by it."""
    visit(district, found=Finding.SEEN_ILL_HELPED, note="陪到卫生服务中心")
    with district.house.store.look() as session:
        assert session.scalar(select(func.count(Escalation.id))) == 0


@pytest.mark.parametrize(("found", "why"), [("moved", "已搬走"), ("deceased", "已去世")])
def test_who_has_moved_or_died_is_neither_phoned_nor_visited(
    district: District, found: str, why: str
) -> None:
    """The elder leaves the list today, and the rest of the week is excused."""
    visit(district, found=Finding(found), note="居委会证实")
    assert {*states(district, "visit"), *states(district, "call")} == {"excused"}
    with district.house.store.look() as session:
        row = session.scalars(
            select(Coverage).where(Coverage.elder_id == district.elders[WANG])
        ).one()
    assert (row.left_on, row.left_why) == (date(2026, 11, 24), why)


def test_a_death_settles_every_escalation(district: District) -> None:
    """Nothing is left to find out: whatever rang for this elder is resolved with it."""
    number = escalate(district, Reason.MISSED, district.slots(WANG, "call")[0])
    visit(district, found=Finding.DECEASED, note="家属告知")
    assert standing(district, number) == "resolved"
    assert states(district, "call") == ["resolved", "excused"]


def test_a_missed_visit_is_settled_by_its_late_record(district: District) -> None:
    """The slot hung on an escalation only for want of this record: both end, as resolved."""
    number = escalate(
        district, Reason.VISIT_MISSED, district.slots(WANG, "visit")[0], ago=timedelta(0)
    )
    visit(district)
    assert standing(district, number) == "resolved"
    slot = district.slots(WANG, "visit")[0]
    assert (slot.state, slot.evidence) == ("resolved", "visit")


def test_an_escalation_with_another_matter_keeps_ringing(district: District) -> None:
    """A missed call that hangs on the same escalation is not answered by a visit record."""
    call, first = district.slots(WANG, "call")[0], district.slots(WANG, "visit")[0]
    number = escalate(district, Reason.VISIT_MISSED, first, call)
    visit(district)
    assert standing(district, number) == "ringing"
    assert states(district, "visit")[0] == "resolved"
    assert states(district, "call")[0] == "escalated"


def test_a_danger_call_is_not_settled_by_a_routine_visit(district: District) -> None:
    """Danger stands until somebody says that this visit was made for it."""
    number = escalate(district, Reason.DANGER)
    visit(district)
    assert standing(district, number) == "ringing"
    assert states(district, "visit") == ["confirmed_safe", "open"]


def test_a_visit_made_for_an_escalation_settles_it(district: District) -> None:
    """Named by the visitor, it is resolved with what was found, and so is all that hung on it."""
    number = escalate(district, Reason.MISSED, district.slots(WANG, "call")[0])
    visit(district, kind="emergency_visit", settles=number)
    assert standing(district, number) == "resolved"
    assert states(district, "call") == ["resolved", "open"]


def test_a_visit_that_was_over_before_settles_nothing(district: District) -> None:
    """What happened after the visitor had left cannot be answered by that visit."""
    number = escalate(district, Reason.DANGER, ago=timedelta(minutes=1))
    with pytest.raises(BadVisit, match="之前就结束了"):
        visit(district, settles=number)
    assert standing(district, number) == "ringing"
    assert states(district, "visit") == ["open", "open"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "phone"},
        {"place": "  "},
        {"ended_at": TUESDAY},
        {"ended_at": TUESDAY - timedelta(minutes=1)},
        {"ended_at": TUESDAY + timedelta(days=2)},
        {"began_at": TUESDAY - timedelta(hours=13)},
        {"began_at": datetime(2026, 11, 24, 11, 0)},  # noqa: DTZ001  a naive moment is refused
        {"began_at": TUESDAY - timedelta(days=40), "ended_at": TUESDAY - timedelta(days=39.9)},
    ],
)
def test_an_incomplete_visit_is_refused_and_nothing_is_written(
    district: District, wrong: dict[str, Any]
) -> None:
    """All six facts, start before end, not in the future, not a slip of the pen."""
    with pytest.raises(BadVisit):
        visit(district, **wrong)
    with district.house.store.look() as session:
        assert session.scalar(select(func.count(Visit.id))) == 0
    assert states(district, "visit") == ["open", "open"]


def test_some_findings_need_words(district: District) -> None:
    """Who confirmed it, how was helped: an empty note is refused."""
    with pytest.raises(FindingNeedsWords):
        visit(district, found=Finding.AWAY_CONFIRMED, note=" ")


def test_an_unknown_elder_is_named_as_such(district: District) -> None:
    """A wrong number says so."""
    with pytest.raises(NotFound):
        visit(district, called="没有这个人")


def test_the_time_line_tells_the_visit(district: District) -> None:
    """Who, when, what was found."""
    visit(district, note="血压正常")
    with district.house.store.look() as session:
        line = session.scalars(select(Event).where(Event.kind == "visit")).one()
    assert line.text == "钱社工例行探访（11月24日11:00到11:30）：见到本人，平安，血压正常"


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    plan=st.lists(
        st.tuples(
            st.integers(0, 6),
            st.sampled_from(findings_of(Reason.VISIT_MISSED)),
            st.sampled_from(["qian", "tang"]),
        ),
        max_size=6,
    )
)
def test_no_row_of_visits_ever_touches_a_call_or_frees_a_slot(
    district: District, plan: list[tuple[int, Finding, str]]
) -> None:
    """Whatever is visited: calls are never called safe, and ended slots stay ended."""
    with district.house.store.work() as session:
        for table in (Visit, Slot, Event, Coverage):
            session.query(table).delete()
        from_then = date(2026, 11, 1)
        elder = district.elders[WANG]
        session.add(Coverage(elder_id=elder, category="old_and_alone", entered_on=from_then))
    district.plan()
    sunday = TUESDAY + timedelta(days=5, hours=3)
    ended: set[int] = set()
    for number, (day, found, login) in enumerate(plan):
        began = at(date(2026, 11, 23) + timedelta(days=day), 9 * 60 + number * 20)
        visit(
            district,
            began_at=began,
            ended_at=began + timedelta(minutes=10),
            found=found,
            note="有人证实",
            login=login,
            now=sunday + timedelta(hours=8),
        )
        assert "confirmed_safe" not in states(district, "call")
        now_ended = {one.id for one in district.slots(WANG, "visit") if one.state != "open"}
        assert ended <= now_ended
        ended = now_ended
    days = {day for day, _, _ in plan}
    gone = any(found in (Finding.MOVED, Finding.DECEASED) for _, found, _ in plan)
    assert gone or len(ended) == min(2, len(days))


def test_who_was_seen_today_is_rung_again_tomorrow_and_the_call_stays_due(
    district: District,
) -> None:
    """A call that reached nobody is not tried again on the day of a visit; it is still owed."""
    house, slot = district.house, district.slots(WANG, "call")[0]
    now = house.now()
    with house.store.work() as session:
        mine = session.get_one(Slot, slot.id)
        mine.next_action, mine.next_at = "dial", now + timedelta(minutes=20)
        session.add(
            Attempt(
                slot_id=slot.id,
                elder_id=slot.elder_id,
                number=1,
                to_phone="+8610010000001",
                state="ended",
                live=False,
                intended_at=now - timedelta(minutes=10),
                talk={},
            )
        )
    visit(district)
    first, second = district.slots(WANG, "call")
    assert (first.state, second.state) == ("open", "open")
    assert first.next_at is not None
    assert local(first.next_at).date() == local(now).date() + timedelta(days=1)
    assert first.by > first.next_at
    assert second.next_at == second.due_at


def test_a_finding_of_the_house_is_none_of_an_elder(district: District) -> None:
    """`settled` says nothing of how anybody is, so it ends no visit."""
    with pytest.raises(BadVisit, match="请选择探访的结果"):
        visit(district, found=Finding.SETTLED)
    assert {slot.state for slot in district.slots(WANG, "visit")} == {"open"}
