"""A roster sheet is taken as a whole or not at all, and every bad line has a name."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from callcenter.domain.people import Leaving
from callcenter.services import communities, coverage, roster, weekplan
from callcenter.services.communities import Part
from callcenter.services.errors import BadRoster
from callcenter.services.roster import Taken
from callcenter.store.roster_tables import FormerHome, VisitingEntry
from callcenter.store.tables import Contact, Coverage, Elder, Event, Slot
from tests.district import District, settle
from tests.house import make_house

TODAY = date(2026, 11, 23)
GOOD = {
    "编号": "L1",
    "姓名": "周某某",
    "称呼": "周阿婆",
    "出生日期": "1940-05-01",
    "居住情况": "独居",
    "街道": "柳巷街道",
    "社区": "柳巷社区",
    "住址": "柳巷9号101室",
    "电话": "13800138000",
    "社工": "qian",
    "联系人": "周女士",
    "联系人关系": "女儿",
    "联系人电话": "13800138001",
}


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """The district on Monday morning, its week planned."""
    town = settle(make_house(tmp_path))
    town.plan()
    yield town
    town.house.store.engine.dispose()


def take(town: District, *lines: dict[str, str]) -> Taken:
    with town.house.store.work() as session:
        numbered = [(number, {**GOOD, **line}) for number, line in enumerate(lines, start=2)]
        return roster.take(session, town.house.now(), numbered)


def mistakes(town: District, *lines: dict[str, str]) -> list[str]:
    with pytest.raises(BadRoster) as bad:
        take(town, *lines)
    return [str(one) for one in bad.value.mistakes]


def elder(town: District, number: str = "L1") -> Elder:
    with town.house.store.look() as session:
        return session.scalars(select(Elder).where(Elder.file_no == number)).one()


def count(town: District, table: type) -> int:
    with town.house.store.look() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_new_elder_is_on_both_lists_and_is_planned(tmp_path: Path, any_url: str) -> None:
    """On either database: the file, the contact, the lists, and four slots in this week."""
    town = settle(make_house(tmp_path, database_url=any_url))
    town.plan()
    assert take(town, {}).new == 1
    one = elder(town)
    assert (one.called, one.phone, one.caseworker_id) == ("周阿婆", "+8613800138000", 1)
    with town.house.store.work() as session:
        weekplan.plan_week(session, town.house.now())
        assert len(session.scalars(select(Slot).where(Slot.elder_id == one.id)).all()) == 4
        contact = session.scalars(select(Contact)).one()
        assert (contact.name, contact.phone) == ("周女士", "+8613800138001")
        assert coverage.covers(session, one.id, TODAY)
    town.house.store.engine.dispose()


def test_every_bad_line_is_named_and_nothing_is_written(district: District) -> None:
    """Ten lines, nine kinds of mistake, each with its line and column; the good one waits too."""
    with district.house.store.work() as session:
        district.worker(session, "shen").active = False
        communities.redraw(
            session, district.house.now(), TODAY, ["竹园社区"], [Part(name="新竹社区", street_id=1)]
        )
    before = count(district, Elder), count(district, Event)
    found = mistakes(
        district,
        {},
        {"编号": "L2", "姓名": "甲", "出生日期": "1940-02-30"},
        {"编号": "L3", "姓名": "乙", "社区": "没有社区"},
        {"编号": "L4", "姓名": "丙", "社区": "竹园社区"},
        {"编号": "L5", "姓名": "丁", "街道": "桥头街道"},
        {"编号": "L6", "姓名": "戊", "社工": "没有人"},
        {"编号": "L7", "姓名": "己", "社工": "沈社工"},
        {"编号": "L8", "姓名": "庚", "社工": "唐站长"},
        {"编号": "L1", "姓名": "辛"},
        {"编号": "L10"},
        {"编号": "L11", "姓名": "壬", "进入日期": "2026-11-20"},
        {"编号": "L12", "姓名": "癸", "退出日期": "2026-11-25"},
    )
    assert found == [
        "第3行 出生日期：没有1940-02-30这一天。",
        "第4行 社区：没有叫“没有社区”的社区。",
        "第5行 社区：“竹园社区”已经撤并，现在是新竹社区。",
        "第6行 社区：“柳巷社区”在柳巷街道，不在桥头街道。",
        "第7行 社工：没有叫“没有人”的社工。",
        "第8行 社工：沈社工已经离岗，请写接手的人。",
        "第9行 社工：唐站长不是社工。",
        "第10行 编号：编号L1在第2行已经有了。",
        "第11行：和第2行姓名、出生日期、住址都相同，是不是同一位老人？",
        "第12行 进入日期：2026-11-20在本周（2026-11-23起）以前，过去的周已经存档，不能改。",
        "第13行 退出原因：退出日期和退出原因要一起填写。",
    ]
    assert (count(district, Elder), count(district, Event)) == before


def test_one_line_may_have_several_mistakes(district: District) -> None:
    found = mistakes(district, {"社区": "没有社区", "社工": "没有人"})
    assert len(found) == 2


def test_an_elder_without_a_phone_is_taken_and_named(district: District) -> None:
    """Not dropped: on the list, planned, on the board; the sheet's lines are told."""
    taken = take(district, {"电话": ""}, {"编号": "L2", "姓名": "吴某某", "电话": "无"})
    assert (taken.new, taken.no_phone) == (2, [2, 3])
    with district.house.store.look() as session:
        assert coverage.covers(session, elder(district).id, TODAY)


def test_a_second_time_the_same_sheet_changes_nothing(district: District) -> None:
    lines: tuple[dict[str, str], ...] = (
        {},
        {"编号": "L2", "姓名": "吴", "退出日期": "2026-11-30", "退出原因": "已搬走"},
    )
    take(district, *lines)
    before = count(district, Event), count(district, Coverage), count(district, VisitingEntry)
    taken = take(district, *lines)
    assert (taken.new, taken.changed, taken.same) == (0, 0, 2)
    after = count(district, Event), count(district, Coverage), count(district, VisitingEntry)
    assert after == before


def test_an_empty_cell_keeps_what_is_known_and_a_written_none_empties_it(
    district: District,
) -> None:
    take(district, {"备注": "耳背"})
    take(district, {"电话": "", "备注": ""})
    assert (elder(district).phone, elder(district).notes) == ("+8613800138000", "耳背")
    take(district, {"电话": "无", "备注": "无"})
    assert (elder(district).phone, elder(district).notes) == ("", "")


def test_what_changed_is_in_the_time_line(district: District) -> None:
    take(district, {})
    take(district, {"电话": "13900139000", "接听时段": "8:00-11:00"})
    with district.house.store.look() as session:
        told = session.scalars(select(Event.text).where(Event.elder_id == elder(district).id)).all()
    assert told == ["进入名册：80周岁以上空巢、独居", "档案更新：电话、接听时段"]


def test_an_elder_who_moves_keeps_the_old_community_for_past_weeks(district: District) -> None:
    take(district, {})
    take(district, {"街道": "桥头街道", "社区": "桥头社区", "社工": "shen"})
    with district.house.store.look() as session:
        home = session.scalars(select(FormerHome)).one()
    assert (home.community_id, home.until, elder(district).community_id) == (1, TODAY, 3)


def test_a_situation_that_no_longer_fits_ends_the_period_today(district: District) -> None:
    take(district, {})
    take(district, {"居住情况": "与家人同住"})
    with district.house.store.look() as session:
        row = session.scalars(select(Coverage).where(Coverage.elder_id == elder(district).id)).one()
    assert (row.left_on, row.left_why) == (TODAY, "不再符合条件")


def test_an_elder_of_79_is_on_the_wider_list_until_the_birthday(district: District) -> None:
    taken = take(district, {"出生日期": "1946-11-25"})
    assert (taken.new, taken.unlisted) == (1, [])
    number = elder(district).id
    district.house.clock.passes(days=2)  # type: ignore[attr-defined]
    with district.house.store.work() as session:
        assert not coverage.covers(session, number, date(2026, 11, 24))
        coverage.look(session, district.house.now())
        assert coverage.covers(session, number, date(2026, 11, 25))


def test_somebody_on_neither_list_has_a_file_only(district: District) -> None:
    taken = take(district, {"居住情况": "与家人同住"})
    assert taken.unlisted == [2]


def test_who_has_left_comes_back_only_with_a_new_entry(district: District) -> None:
    """And a period that overlaps a known one is refused by its days."""
    take(district, {"退出日期": "2026-11-23", "退出原因": "已搬走"})
    district.house.clock.passes(days=7)  # type: ignore[attr-defined]
    number = elder(district).id
    take(district, {})
    with district.house.store.look() as session:
        assert not coverage.covers(session, number, TODAY + timedelta(days=7))
    take(district, {"进入日期": "2026-11-30"})
    with district.house.store.look() as session:
        assert coverage.covers(session, number, TODAY + timedelta(days=7))
    assert mistakes(district, {"进入日期": "2026-12-05"}) == [
        "第2行 进入日期：和已有的在册期间（2026-11-30起）重叠。"
    ]


def test_a_death_weeks_ago_ends_this_week_and_leaves_past_weeks_as_they_were(
    district: District,
) -> None:
    take(district, {})
    district.house.clock.passes(days=14)  # type: ignore[attr-defined]
    taken = take(district, {"退出日期": "2026-11-25", "退出原因": "已去世"})
    assert taken.left == 1
    with district.house.store.look() as session:
        row = session.scalars(select(Coverage).where(Coverage.elder_id == elder(district).id)).one()
        said = session.scalars(select(Event.text).order_by(Event.id.desc())).first()
    assert (row.left_on, row.left_why) == (date(2026, 12, 7), Leaving.DECEASED)
    assert said == "退出名册（2026-11-25）：已去世"


def test_an_elder_known_before_without_a_number_gets_one(district: District) -> None:
    with district.house.store.look() as session:
        known = district.elder(session, "王阿婆")
    line = {"姓名": known.name, "出生日期": "1940-05-01", "住址": known.address, "称呼": "王阿婆"}
    assert take(district, line).new == 0
    assert elder(district).id == known.id
    assert mistakes(district, {**line, "编号": "L2"}) == [
        "第2行 编号：姓名、出生日期、住址和编号L1都相同，是不是同一位老人？"
    ]


def test_a_number_that_is_somebody_elses_is_refused(district: District) -> None:
    take(district, {})
    found = mistakes(district, {"姓名": "别人", "出生日期": "1935-01-01"})
    assert found == ["第2行 编号：L1已经是另一位老人（姓名和出生日期都不同）。"]


def test_before_the_first_week_an_entry_may_lie_in_the_past(tmp_path: Path) -> None:
    """A district that begins brings its roster with the dates that it has."""
    town = settle(make_house(tmp_path))
    assert take(town, {"进入日期": "2025-01-01"}).new == 1
    with town.house.store.look() as session:
        assert coverage.covers(session, elder(town).id, date(2025, 1, 1))
    town.house.store.engine.dispose()
