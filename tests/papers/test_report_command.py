"""`python -m callcenter report`: a week as text, JSON or CSV, and the check of all of them."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from callcenter.cli import main
from callcenter.clock import Clock
from callcenter.store import schema
from callcenter.store.session import open_engine
from tests.callcenter.test_weekclose import live_a_week
from tests.district import District, settle
from tests.house import HOTLINE, MONDAY, SECRETS, make_house


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[District]:
    """An installation whose settings are in the environment, one week old, at 8:30 on Monday."""
    url, clock = f"sqlite:///{tmp_path}/house.db", tmp_path / "clock.json"
    values = {**SECRETS, "database_url": url, "hotline_number": HOTLINE, "clock_file": clock}
    for name, value in values.items():
        monkeypatch.setenv(f"XIXIN_{name.upper()}", str(value))
    engine = open_engine(url)
    schema.migrate(engine)
    engine.dispose()
    town = settle(make_house(tmp_path, MONDAY))
    live_a_week(town)
    Clock(clock).run_at(1, town.house.now())
    yield town
    town.house.store.engine.dispose()


def run(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    assert main(["report", *words]) == status
    said = capsys.readouterr()
    return said.err if status else said.out


@pytest.mark.usefixtures("town")
def test_a_week_in_plain_words_names_numbers_exceptions_and_its_hash(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Any day of the week will do; a second time the same report is written, not another one."""
    said = run(capsys, "week", "2026-11-25")
    assert "2026-11-23那周的周报，3个社区" in said
    assert "全区：老人3，名额12，平安1，已请假0，已办结0，预警中0，待完成11，空白0" in said
    assert "柳巷街道竹园社区 李某某 第1次电话 待完成：系统拨打" in said
    assert "签字：还没有人签" in said
    assert run(capsys, "week", "2026-11-23") == said


@pytest.mark.usefixtures("town")
def test_a_week_as_json_holds_everything(capsys: pytest.CaptureFixture[str]) -> None:
    whole = json.loads(run(capsys, "week", "2026-11-23", "--json"))
    assert whole["final"] is True
    assert len(whole["hash"]) == 64
    assert sum(len(page["elders"]) for page in whole["pages"]) == 3
    assert len(whole["exceptions"]) == 11
    assert set(whole["head"]["totals"]) >= {"elders", "alone", "blank"}


@pytest.mark.usefixtures("town")
def test_a_week_as_csv_has_one_line_for_each_elder_and_slot(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = run(capsys, "week", "2026-11-23", "--csv")
    rows = list(csv.DictReader(io.StringIO(said.lstrip("\ufeff"))))
    assert len(rows) == 12
    assert rows[2]["名额"] == "第1次上门"
    assert (rows[2]["状态"], rows[2]["依据"]) == ("平安", "上门：见到本人，平安")
    assert {len(row["周报校验码"]) for row in rows} == {64}


def test_the_present_week_is_written_as_it_stands_and_kept_nowhere(
    town: District, capsys: pytest.CaptureFixture[str]
) -> None:
    town.plan()
    said = run(capsys, "week", "2026-11-30")
    assert "还没有结束，没有存档" in said
    assert json.loads(run(capsys, "week", "2026-11-30", "--json"))["final"] is False
    assert len(run(capsys, "week", "2026-11-30", "--csv").splitlines()) == 13
    assert "缺2026-11-23那一周的周报" in run(capsys, "verify", status=2)
    for day in ("2026-11-16", "2026-12-07"):
        assert "没有名额，也没有周报" in run(capsys, "week", day, status=2)
    assert "不能重报" in run(capsys, "week", "2026-11-30", "--revise", "x", status=2)


@pytest.mark.usefixtures("town")
def test_a_revision_without_anything_new_is_refused_in_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(capsys, "week", "2026-11-23")
    assert "没有变化，不用重报" in run(capsys, "week", "2026-11-23", "--revise", "x", status=2)


def test_verify_says_that_all_holds_or_where_it_does_not(
    town: District, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = json.loads(run(capsys, "week", "2026-11-23", "--json"))
    assert f"最后一份的校验码：{whole['hash']}" in run(capsys, "verify")
    run(capsys, "verify", "--expect", whole["hash"])
    assert "没有校验码是x的周报" in run(capsys, "verify", "--expect", "x", status=2)
    with town.house.store.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER report_pages_update_refused"))
        connection.execute(
            text("UPDATE report_pages SET body = replace(body, 'open', 'excused') WHERE place = 2")
        )
    said = run(capsys, "verify", status=2)
    assert "2026-11-23那周的周报第2页：第2行（李某某）的内容被改过" in said
    assert "“待完成”写的是11，逐行数是7" in said
    assert "处不对。" in said
