"""The week is closed: every elder x slot, both denominators, and a chain that holds or says why."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError

from callcenter import weekclose
from callcenter.domain.escalation import Finding, Reason
from callcenter.domain.people import Leaving
from callcenter.domain.week import at
from callcenter.domain.weekreport import Json, exceptions
from callcenter.services import coverage, escalations, judgements, visits, weekchain
from callcenter.services.errors import CareError, NotAllowed
from callcenter.services.weekchain import AlreadySigned, NotOver, OldRevision
from callcenter.store.report_tables import GUARDED, ReportPage, ReportSignature, WeekReport
from callcenter.store.tables import Slot
from callcenter.weekclose import NothingNew
from tests.district import District, add_elder, cover, list_alone, settle
from tests.house import make_house

WEEK = date(2026, 11, 23)
NEXT = timedelta(days=7)


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """The district with one whole week behind it: nobody was called, one elder was visited."""
    town = settle(make_house(tmp_path))
    live_a_week(town)
    yield town
    town.house.store.engine.dispose()


def live_a_week(town: District) -> None:
    town.plan()
    town.house.clock.passes(days=1)  # type: ignore[attr-defined]
    see(town, "王阿婆")
    town.house.clock.passes(days=6)  # type: ignore[attr-defined]


def see(town: District, called: str, hours_ago: float = 0.5) -> None:
    """The caseworker visits, and enters it now."""
    house = town.house
    with house.store.work() as session:
        began = house.now() - timedelta(hours=hours_ago)
        visits.record_visit(
            session,
            house.now(),
            house.policy,
            elder_id=town.elders[called],
            worker=town.worker(session, "qian"),
            kind="home_visit",
            place="柳巷1号",
            began_at=began,
            ended_at=began + timedelta(minutes=20),
            found=Finding.SEEN_WELL,
            note="",
        )


def draw(town: District, monday: date = WEEK, why: str = "") -> WeekReport:
    return weekclose.draw(town.house.store, town.house.now(), monday, by="过主管", why=why)


def head(one: WeekReport) -> Json:
    found: Json = json.loads(one.head)
    return found


def pages(town: District, one: WeekReport) -> list[Json]:
    with town.house.store.look() as session:
        return list(weekchain.pages_of(session, one))


def faults(town: District) -> list[str]:
    with town.house.store.look() as session:
        return list(weekchain.faults(session, town.house.now()))


def sign(town: District, number: int, login: str = "guo", words: str = "") -> None:
    with town.house.store.work() as session:
        worker = town.worker(session, login)
        weekchain.sign(session, town.house.now(), number, worker, words)


def tamper(engine: Engine, *statements: object) -> None:
    """What somebody does who rules the database: switches its guard off, changes, and on again."""
    with engine.begin() as connection:
        for table in GUARDED:
            for name in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_{name}_refused"))
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


def test_every_elder_and_slot_is_in_it_with_evidence_or_with_who_has_it(district: District) -> None:
    one = draw(district)
    whole = pages(district, one)
    elders = [elder for page in whole for elder in page["elders"]]
    assert [elder["name"] for elder in elders] == ["王某某", "李某某", "赵某某"]
    assert [elder["line"] for elder in elders] == [1, 2, 3]
    seen = elders[0]["slots"][2]
    assert (seen["state"], seen["evidence"], seen["by"]) == (
        "confirmed_safe",
        "上门：见到本人，平安",
        "钱社工",
    )
    assert len(exceptions(whole)) == 11
    assert all(exception["who"] for exception in exceptions(whole))


def test_both_denominators_by_street_and_community(district: District) -> None:
    """The 2+2 group and the wider list, each counted where the elder lived in that week."""
    said = head(draw(district))
    assert said["communities"] == 3
    assert said["totals"] | {"open": 0} == {
        "elders": 3,
        "slots": 12,
        "confirmed_safe": 1,
        "excused": 0,
        "resolved": 0,
        "escalated": 0,
        "open": 0,
        "blank": 0,
        "alone": 4,
        "alone_week": 1,
        "alone_month": 1,
    }
    assert [(one["street"], one["totals"]["elders"]) for one in said["streets"]] == [
        ("柳巷街道", 2),
        ("桥头街道", 1),
    ]
    assert [(one["community"], one["totals"]["alone"]) for one in said["places"]] == [
        ("柳巷社区", 2),
        ("竹园社区", 1),
        ("桥头社区", 1),
    ]


def test_a_blank_is_shown_and_counted(district: District) -> None:
    with district.house.store.work() as session:
        session.execute(delete(Slot).where(Slot.elder_id == district.elders["赵阿婆"]))
    assert head(draw(district))["totals"]["blank"] == 4


def test_the_roster_is_the_one_of_the_week(district: District) -> None:
    """Who came after it is not in it; who left after it is."""
    with district.house.store.work() as session:
        now = district.house.now()
        late = add_elder(session, "周阿婆", 1, date(1936, 1, 1), 9)
        coverage.enter(session, now, late, date(2026, 11, 30))
        gone = district.elders["李大爷"]
        coverage.leave(session, now, gone, date(2026, 11, 30), Leaving.MOVED, "钱社工")
    assert head(draw(district))["totals"]["elders"] == 3


def test_a_week_that_goes_on_is_not_closed(district: District) -> None:
    with pytest.raises(NotOver):
        draw(district, WEEK + NEXT)
    with pytest.raises(NotOver):
        draw(district, WEEK + timedelta(days=1))


def test_a_community_of_many_elders_has_several_pages(tmp_path: Path) -> None:
    town = settle(make_house(tmp_path))
    with town.house.store.work() as session:
        for number in range(450):
            elder = add_elder(session, f"第{number}位", 2, date(1935, 1, 1), number)
            cover(session, elder, town.house.now())
            list_alone(session, elder, town.house.now())
        younger = add_elder(session, "年轻的", 2, date(1960, 1, 1), 999)
        list_alone(session, younger, town.house.now())
    town.house.clock.passes(days=7)  # type: ignore[attr-defined]
    one = draw(town)
    found = pages(town, one)
    assert [len(page["elders"]) for page in found] == [1, 200, 200, 51, 1]
    assert head(one)["totals"]["alone"] == 455
    assert faults(town) == []
    town.house.store.engine.dispose()


def test_late_findings_are_a_new_revision_that_names_the_old_hash(district: District) -> None:
    first = draw(district)
    with pytest.raises(NothingNew):
        draw(district)
    see(district, "李大爷", hours_ago=6 * 24)
    second = draw(district, why="补记了一次上门")
    assert (second.revision, head(second)["replaces"]) == (2, first.hash)
    assert head(second)["why"] == "补记了一次上门"
    assert head(second)["totals"]["confirmed_safe"] == 2
    assert head(first)["totals"]["confirmed_safe"] == 1
    assert faults(district) == []


def test_a_later_judgement_is_a_late_finding_too(district: District) -> None:
    house = district.house
    with house.store.work() as session:
        elder = district.elder(session, "王阿婆")
        one = escalations.open_escalation(
            session,
            at(WEEK, 600),
            house.policy,
            Reason.DANGER,
            elder=elder,
            words="救命",
            rule="喊救命",
        )
        worker = district.worker(session, "rong")
        escalations.resolve(session, house.now(), one.id, worker, Finding.SEEN_WELL)
    first = head(draw(district))["rules"]
    assert (first[0]["rule"], first[0]["false_alarms"]) == ("喊救命", 0)
    with house.store.work() as session:
        worker = district.worker(session, "rong")
        judgements.judge(session, house.now(), 1, worker, false_alarm=True)
    assert head(draw(district))["rules"][0]["false_alarms"] == 1


def three_weeks(town: District) -> list[WeekReport]:
    """Reports of three weeks, a revision of the first, and a signature under it."""
    drawn = [draw(town)]
    for number in (1, 2):
        town.plan()
        town.house.clock.passes(days=7)  # type: ignore[attr-defined]
        drawn.append(draw(town, WEEK + number * NEXT))
    see(town, "李大爷", hours_ago=20 * 24)
    drawn.append(draw(town, WEEK))
    sign(town, 4)
    return drawn


def test_the_chain_of_weeks_holds(any_url: str, tmp_path: Path) -> None:
    """On either database, with a late revision and a signature."""
    town = settle(make_house(tmp_path, database_url=any_url))
    live_a_week(town)
    one, two, three, late = three_weeks(town)
    assert faults(town) == []
    assert head(two)["previous"] == head(two)["week_before"] == one.hash
    assert head(three)["week_before"] == two.hash
    assert (head(late)["previous"], head(late)["week_before"]) == (three.hash, "")
    town.house.store.engine.dispose()


@pytest.mark.parametrize("table", [WeekReport, ReportPage, ReportSignature])
def test_the_database_itself_refuses_to_change_or_delete(
    any_url: str, tmp_path: Path, table: type[WeekReport] | type[ReportPage] | type[ReportSignature]
) -> None:
    town = settle(make_house(tmp_path, database_url=any_url))
    live_a_week(town)
    draw(town)
    sign(town, 1)
    for statement in (update(table).values(hash="x"), delete(table)):
        with pytest.raises(DBAPIError, match="only added to"), town.house.store.work() as session:
            session.execute(statement)
    assert faults(town) == []
    town.house.store.engine.dispose()


def test_a_changed_number_is_found_and_named(district: District) -> None:
    three_weeks(district)
    engine = district.house.store.engine
    number = WeekReport.number == 2
    with engine.connect() as connection:
        text_ = connection.execute(select(WeekReport.head).where(number)).scalar_one()
    lie = text_.replace('"open":12', '"open":0')
    tamper(engine, update(WeekReport).where(number).values(head=lie))
    found = faults(district)
    assert "2026-11-30那周的周报：报告头被改过，校验码对不上" in found
    assert "2026-11-30那周的周报：全区“待完成”写的是0，逐行数是12" in found


def test_a_dropped_week_is_found_and_named(district: District) -> None:
    three_weeks(district)
    tamper(district.house.store.engine, delete(WeekReport).where(WeekReport.number == 2))
    found = faults(district)
    assert "缺编号2的周报（在2026-12-07那周的周报之前）" in found
    assert "缺2026-11-30那一周的周报" in found


def test_the_last_week_dropped_is_found_by_its_slots(district: District) -> None:
    draw(district)
    tamper(district.house.store.engine, delete(WeekReport))
    assert faults(district) == ["缺2026-11-23那一周的周报"]


def test_swapped_rows_are_found_and_named(district: District) -> None:
    draw(district)
    engine = district.house.store.engine
    with engine.connect() as connection:
        rows = connection.execute(select(ReportPage.place, ReportPage.body)).all()
    bodies = {row.place: row.body for row in rows}
    swap = [
        update(ReportPage).where(ReportPage.place == one).values(body=bodies[other])
        for one, other in ((1, 2), (2, 1))
    ]
    tamper(engine, *swap)
    found = faults(district)
    assert "2026-11-23那周的周报：第1页的位置上是第2页" in found
    assert "2026-11-23那周的周报：第1行的位置上是第2行" in found


def test_a_forged_or_dropped_signature_is_found(district: District) -> None:
    three_weeks(district)
    sign(district, 4, "rong")
    engine = district.house.store.engine
    tamper(engine, update(ReportSignature).where(ReportSignature.id == 2).values(name="别人"))
    assert faults(district) == ["2026-11-23那周的周报（第2版）：别人的签字对不上这一版"]
    tamper(engine, delete(ReportSignature).where(ReportSignature.id == 1))
    assert "2026-11-23那周的周报（第2版）：别人之前缺一个签字" in faults(district)


def test_only_the_newest_revision_is_signed_once_by_those_who_may(district: District) -> None:
    draw(district)
    with pytest.raises(NotAllowed):
        sign(district, 1, "yang")
    sign(district, 1, words="已逐条核对")
    with pytest.raises(AlreadySigned):
        sign(district, 1)
    see(district, "李大爷", hours_ago=6 * 24)
    draw(district)
    with pytest.raises(OldRevision):
        sign(district, 1, "rong")
    sign(district, 2, "rong")


def test_nobody_signs_what_was_changed(district: District) -> None:
    draw(district)
    tamper(district.house.store.engine, update(ReportPage).values(hash="x"))
    with pytest.raises(CareError, match="被改过，不能签字"):
        sign(district, 1)


def test_the_engine_draws_what_is_due_the_oldest_first(tmp_path: Path) -> None:
    """From eight on Monday; weeks in which the engine was off are caught up with."""
    town = settle(make_house(tmp_path))
    town.plan()
    house = town.house

    def due(moment: datetime) -> list[date]:
        with house.store.look() as session:
            return weekchain.weeks_due(session, moment)

    monday = at(WEEK + NEXT, 0)
    assert due(monday + timedelta(hours=7, minutes=59)) == []
    assert due(monday + timedelta(hours=8)) == [WEEK]
    later = monday + timedelta(days=14, hours=9)
    assert weekclose.draw_due(house.store, later) == 3
    assert due(later) == []
    with house.store.look() as session:
        weeks = session.scalars(select(WeekReport.week).order_by(WeekReport.number)).all()
    assert weeks == [WEEK, WEEK + NEXT, WEEK + 2 * NEXT]
    house.store.engine.dispose()
