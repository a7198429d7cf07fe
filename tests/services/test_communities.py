"""The map is redrawn: renamed, split, merged, closed; elders go along and past weeks stay."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.services import communities
from callcenter.services.board import Filter, week_board
from callcenter.services.communities import Part
from callcenter.services.errors import RosterMistake
from callcenter.store.roster_tables import CommunityChange, FormerHome
from callcenter.store.tables import Community, Elder, Street
from tests.district import District, settle
from tests.house import make_house

TODAY = date(2026, 11, 23)
LAST_WEEK = TODAY - timedelta(days=7)


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """The district on Monday morning, its week planned."""
    town = settle(make_house(tmp_path))
    town.plan()
    yield town
    town.house.store.engine.dispose()


def redraw(town: District, old: list[str], *new: Part, day: date = TODAY) -> None:
    with town.house.store.work() as session:
        communities.redraw(session, town.house.now(), day, old, new)


def homes(town: District, monday: date) -> dict[str, str]:
    """Where each elder of the board lives, as that week's board says."""
    with town.house.store.look() as session:
        scope, now = town.scope("guo"), town.house.now()
        found = week_board(session, scope, now, monday, Filter())
        return {row.called: row.community for row in found.rows}


def count(town: District, day: date) -> int:
    with town.house.store.look() as session:
        return communities.count_on(session, day)


def test_either_database_knows_where_somebody_lived(tmp_path: Path, any_url: str) -> None:
    town = settle(make_house(tmp_path, database_url=any_url))
    town.plan()
    redraw(town, ["柳巷社区", "竹园社区"], Part(name="柳竹社区", street_id=1))
    assert homes(town, TODAY)["李大爷"] == "柳竹社区"
    assert homes(town, LAST_WEEK)["李大爷"] == "竹园社区"
    town.house.store.engine.dispose()


def test_a_renamed_community_keeps_its_old_name_in_past_weeks(district: District) -> None:
    redraw(district, ["柳巷社区"], Part(name="新柳社区", street_id=1))
    assert homes(district, TODAY)["王阿婆"] == "新柳社区"
    assert homes(district, LAST_WEEK)["王阿婆"] == "柳巷社区"
    assert district.scope("qian").community_id == 4  # the caseworker goes along


def test_a_split_goes_by_the_address_and_the_rest_to_the_part_without_words(
    district: District,
) -> None:
    with district.house.store.work() as session:
        district.elder(session, "孙大爷").address = "桥西弄3号"
        district.elder(session, "王阿婆").address = "柳巷1号"
    east = Part(name="柳巷东社区", street_id=1)
    west = Part(name="柳巷西社区", street_id=1, address_has=("桥西弄", "河埠"))
    redraw(district, ["柳巷社区"], west, east)
    with district.house.store.look() as session:
        names = {one.id: one.name for one in session.scalars(select(Community))}
        found = {e.called: names[e.community_id] for e in session.scalars(select(Elder))}
        kinds = session.scalars(select(CommunityChange.kind)).all()
    assert (found["孙大爷"], found["王阿婆"]) == ("柳巷西社区", "柳巷东社区")
    assert kinds == ["split", "split"]


def test_merged_communities_are_counted_as_of_each_day(district: District) -> None:
    redraw(district, ["柳巷社区", "竹园社区"], Part(name="柳竹社区", street_id=1))
    assert (count(district, LAST_WEEK), count(district, TODAY)) == (3, 2)
    assert homes(district, TODAY)["李大爷"] == "柳竹社区"
    assert homes(district, LAST_WEEK)["李大爷"] == "竹园社区"


def test_a_past_week_can_be_filtered_by_a_community_that_is_gone(district: District) -> None:
    redraw(district, ["竹园社区"], Part(name="竹园新村社区", street_id=1))
    with district.house.store.look() as session:
        scope, now = district.scope("guo"), district.house.now()
        old = week_board(session, scope, now, LAST_WEEK, Filter(community_id=2))
        new = week_board(session, scope, now, TODAY, Filter(community_id=2))
        street = week_board(session, scope, now, LAST_WEEK, Filter(street_id=1))
    assert [row.called for row in old.rows] == ["李大爷"]
    assert (old.totals.alone, new.totals.elders, street.totals.elders) == (1, 0, 2)


def test_an_elder_who_moves_twice_is_found_in_each_week_where_they_lived(
    district: District,
) -> None:
    for day, place in ((date(2026, 11, 10), 2), (date(2026, 11, 18), 3)):
        with district.house.store.work() as session:
            elder = district.elder(session, "王阿婆")
            communities.move(session, district.house.now(), elder, place, day)
    assert homes(district, date(2026, 11, 2))["王阿婆"] == "柳巷社区"
    assert homes(district, date(2026, 11, 9))["王阿婆"] == "竹园社区"
    assert homes(district, TODAY)["王阿婆"] == "桥头社区"


@pytest.mark.parametrize(
    ("old", "new", "day", "words"),
    [
        (["没有社区"], ["新社区"], TODAY, "没有叫“没有社区”的社区"),
        (["柳巷社区"], ["竹园社区"], TODAY, "名字重复：竹园社区"),
        (["柳巷社区"], ["甲社区", "甲社区"], TODAY, "名字重复：甲社区"),
        (["柳巷社区"], [], TODAY, "有2位老人不知道归哪个新社区"),
        (["柳巷社区"], ["甲社区"], date(2026, 11, 24), "只能登记当天或以前生效的"),
        (["柳巷社区"], ["甲社区"], date(2023, 11, 24), "没有叫“柳巷社区”的社区"),
        ([], [], TODAY, "没有写明"),
    ],
)
def test_a_redrawing_that_cannot_be_is_named_and_changes_nothing(
    district: District, old: list[str], new: list[str], day: date, words: str
) -> None:
    with pytest.raises(RosterMistake, match=words):
        redraw(district, old, *(Part(name=name, street_id=1) for name in new), day=day)
    assert count(district, TODAY) == 3
    with district.house.store.look() as session:
        assert session.scalars(select(FormerHome)).all() == []


def test_a_community_without_elders_can_be_closed_and_a_new_one_opened(
    district: District,
) -> None:
    redraw(district, [], Part(name="新建社区", street_id=2), day=LAST_WEEK)
    assert (count(district, LAST_WEEK), count(district, TODAY)) == (4, 4)
    redraw(district, ["新建社区"])
    assert (count(district, LAST_WEEK), count(district, TODAY)) == (4, 3)


def test_151_communities_become_148_and_both_weeks_say_so(district: District) -> None:
    """The district's report counts 151 in one passage and 148 in another: a map with dates."""
    with district.house.store.work() as session:
        street = Street(name="测试街道")
        session.add(street)
        session.flush()
        for number in range(148):
            one = Community(
                street_id=street.id, name=f"第{number}社区", valid_from=date(2024, 1, 1)
            )
            session.add(one)
    for pair in range(3):
        old = [f"第{2 * pair}社区", f"第{2 * pair + 1}社区"]
        redraw(district, old, Part(name=f"合并第{pair}社区", street_id=3))
    assert (count(district, LAST_WEEK), count(district, TODAY)) == (151, 148)
