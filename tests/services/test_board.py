"""The week board: nobody is left out, nothing is blank unnoticed, and pages cost the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select

from callcenter.domain.checkin import SlotState
from callcenter.domain.escalation import Finding, Reason
from callcenter.domain.people import Leaving
from callcenter.domain.week import monday_of
from callcenter.services import coverage, escalations, visits
from callcenter.services.board import Board, Filter, week_board, weeks
from callcenter.services.cells import BLANK, elder_week
from callcenter.store.tables import Community, Coverage, Slot
from tests.district import District, add_elder, cover, settle
from tests.house import MONDAY, make_house

WEEK = date(2026, 11, 23)


@pytest.fixture
def district(tmp_path: Path) -> District:
    """The district on Monday morning, its week planned."""
    town = settle(make_house(tmp_path))
    town.plan()
    return town


def board(
    town: District, login: str = "guo", monday: date = WEEK, page: int = 1, **wanted: object
) -> Board:
    """The board as this member of staff sees it."""
    with town.house.store.look() as session:
        chosen = Filter(**wanted)  # type: ignore[arg-type]
        return week_board(session, town.scope(login), town.house.now(), monday, chosen, page)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_every_covered_elder_has_four_cells_and_none_is_blank(district: District) -> None:
    """A planned week shows every covered elder x slot with what happens next and when."""
    found = board(district)
    assert [row.called for row in found.rows] == ["王阿婆", "李大爷", "赵阿婆"]
    cells = [cell for row in found.rows for cell in row.cells]
    assert len(cells) == found.totals.slots == 12
    assert all(cell.next_words and cell.next_at for cell in cells)
    assert found.totals.blank == 0
    assert {(cell.kind.value, cell.next_words) for cell in cells} == {
        ("call", "系统拨打"),
        ("visit", "社工上门"),
    }


def test_an_unplanned_elder_is_shown_as_blank_and_counted(district: District) -> None:
    """Somebody whom nobody has planned is not left out: four blank cells, in the total too."""
    with district.house.store.work() as session:
        elder = add_elder(session, "周阿婆", 1, date(1936, 1, 1), 9)
        cover(session, elder, district.house.now())
    found = board(district)
    assert found.totals.blank == 4
    assert [row.called for row in board(district, state=BLANK).rows] == ["周阿婆"]
    row = next(row for row in found.rows if row.called == "周阿婆")
    assert {cell.state for cell in row.cells} == {BLANK}


def test_an_open_slot_without_a_next_step_counts_as_blank(district: District) -> None:
    """Open is not enough: without anything that happens next it is as bad as missing."""
    with district.house.store.work() as session:
        slot = session.scalars(select(Slot).where(Slot.kind == "call")).first()
        assert slot is not None
        slot.next_at = None
    found = board(district)
    assert (found.totals.blank, found.totals.open) == (1, 11)
    assert len(board(district, state=BLANK).rows) == 1


def test_an_escalated_cell_names_who_has_it(district: District) -> None:
    """In hands means a name: first the rung that is told, then whoever acknowledged."""
    house = district.house
    with house.store.work() as session:
        elder = district.elder(session, "王阿婆")
        slot = session.scalars(select(Slot).where(Slot.elder_id == elder.id)).first()
        one = escalations.open_escalation(
            session, house.now(), house.policy, Reason.MISSED, elder=elder, slot=slot
        )
        number = one.id
    cell = board(district, state="escalated").rows[0].cells[0]
    assert cell.next_words == "正在通知社区社工"
    assert cell.escalation_id == number
    with house.store.work() as session:
        worker = district.worker(session, "qian")
        escalations.acknowledge(session, house.now(), number, worker, "tel")
    assert board(district).rows[0].cells[0].next_words == "钱社工已接警，去核实"
    assert board(district).totals.in_hands == 1


def test_a_cell_says_what_its_end_rests_on(district: District) -> None:
    """Evidence is shown in words: the key, what was said, or the visit."""
    house = district.house
    with house.store.work() as session:
        elder = district.elder(session, "王阿婆")
        for slot in session.scalars(
            select(Slot).where(Slot.elder_id == elder.id, Slot.kind == "call")
        ):
            slot.state, slot.next_at = SlotState.CONFIRMED_SAFE.value, None
            slot.evidence, slot.evidence_text = (
                ("key", "1") if slot.number == 1 else ("words", "好")
            )
    first, second, *_ = board(district).rows[0].cells
    assert (first.evidence, second.evidence) == ("按键1", "原话“好”")


def test_a_late_step_is_marked(district: District) -> None:
    """More than five minutes after its time a step is late."""
    due = district.slots("王阿婆", "call")[0].next_at
    assert due is not None
    with district.house.store.look() as session:
        on_time = elder_week(session, due + timedelta(minutes=4), district.elders["王阿婆"], WEEK)
        late = elder_week(session, due + timedelta(minutes=6), district.elders["王阿婆"], WEEK)
    assert (on_time[0].late, late[0].late) == (False, True)


def test_a_past_week_keeps_its_roster(district: District) -> None:
    """Who left in this week is still on last week's board, and not on next week's."""
    house = district.house
    with house.store.work() as session:
        gone, day = district.elders["李大爷"], date(2026, 11, 25)
        coverage.leave(session, house.now(), gone, day, Leaving.MOVED, "钱社工")
    assert "李大爷" in [row.called for row in board(district).rows]
    after = board(district, monday=date(2026, 11, 30))
    assert "李大爷" not in [row.called for row in after.rows]
    before = board(district, monday=date(2026, 11, 16))
    assert "李大爷" in [row.called for row in before.rows]


def test_a_week_before_the_first_plan_is_not_offered(district: District) -> None:
    """The board begins with the first week that was planned and ends with this one."""
    with district.house.store.look() as session:
        assert weeks(session, district.house.now() + timedelta(days=14)) == (
            WEEK,
            date(2026, 12, 7),
        )


def test_both_denominators_are_shown(district: District) -> None:
    """The 2+2 group and the wider visiting list are counted apart; visits count for the month."""
    house = district.house
    before = board(district).totals
    assert (before.elders, before.alone, before.alone_visited) == (3, 4, 0)
    with house.store.work() as session:
        now = house.now()
        visits.record_visit(
            session,
            now,
            house.policy,
            elder_id=district.elders["孙大爷"],
            worker=district.worker(session, "qian"),
            kind="home_visit",
            place="柳巷4号",
            began_at=now - timedelta(minutes=30),
            ended_at=now - timedelta(minutes=5),
            found=Finding.SEEN_WELL,
            note="",
        )
    assert board(district).totals.alone_visited == 1
    assert board(district).totals.done == 0


@pytest.mark.parametrize(
    ("login", "seen"),
    [
        ("qian", ["王阿婆"]),
        ("shen", ["赵阿婆"]),
        ("tang", ["王阿婆", "李大爷"]),
        ("yang", ["王阿婆", "李大爷", "赵阿婆"]),
        ("guo", ["王阿婆", "李大爷", "赵阿婆"]),
    ],
)
def test_everybody_sees_their_own(district: District, login: str, seen: list[str]) -> None:
    """A caseworker sees the community, a street supervisor the street, others the district."""
    found = board(district, login)
    assert [row.called for row in found.rows] == seen
    assert found.totals.slots == 4 * len(seen)


def test_filters_narrow_rows_and_totals(district: District) -> None:
    """Street and community narrow both; a state narrows the rows, not the totals."""
    assert len(board(district, street_id=1).rows) == 2
    assert board(district, street_id=1).totals.elders == 2
    assert [row.called for row in board(district, community_id=3).rows] == ["赵阿婆"]
    safe = board(district, state="confirmed_safe")
    assert (len(safe.rows), safe.found, safe.totals.elders) == (0, 0, 3)


def test_a_page_costs_the_same_for_few_and_many(district: District) -> None:
    """The number of queries does not grow with the elders on the page."""
    house = district.house
    with counted(house.store.engine) as few:
        board(district)
    with house.store.work() as session:
        for number in range(60):
            elder = add_elder(session, f"第{number}位", 1, date(1935, 1, 1), 20 + number)
            cover(session, elder, house.now())
    district.plan()
    with counted(house.store.engine) as many:
        found = board(district)
    assert (found.found, found.pages, len(found.rows)) == (63, 2, 40)
    assert len(many) == len(few)
    assert len(board(district, page=2).rows) == 23
    assert board(district, page=99).page == 2


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    states=st.lists(st.sampled_from([*SlotState, None]), min_size=12, max_size=12),
    hours=st.integers(0, 24 * 6),
)
def test_the_totals_always_add_up(
    district: District, states: list[SlotState | None], hours: int
) -> None:
    """Done, in hands, open and blank are always four for each elder, whatever happened."""
    house = district.house
    with house.store.work() as session:
        session.query(Slot).delete()
    district.plan()
    with house.store.work() as session:
        for slot, state in zip(session.scalars(select(Slot)).all(), states, strict=True):
            if state is None:
                session.delete(slot)
            else:
                slot.state = state.value
    with house.store.look() as session:
        now = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hours)
        found = week_board(session, district.scope("guo"), now, monday_of(MONDAY), Filter())
    totals = found.totals
    assert totals.done + totals.in_hands + totals.open + totals.blank == totals.slots == 12
    assert totals.blank == states.count(None)


def test_an_entry_taken_back_on_the_same_day_covers_nobody(district: District) -> None:
    """A row that was entered and left on one day is a slip, not a week of four blanks."""
    with district.house.store.work() as session:
        community = session.scalars(select(Community)).first()
        assert community is not None
        elder = add_elder(session, "误登记", community.id, date(1936, 1, 1), 8)
        session.add(
            Coverage(
                elder_id=elder.id,
                category="old_and_alone",
                entered_on=date(2026, 11, 24),
                left_on=date(2026, 11, 24),
            )
        )
    assert "误登记" not in [row.called for row in board(district).rows]
