"""`python -m callcenter roster`: sheets as spreadsheets write them, plain words, exit statuses."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from callcenter.cli import main
from callcenter.config import ROOT
from callcenter.papers.sheets import BadSheet, read_sheet, template
from callcenter.store import schema
from callcenter.store.session import Store, open_engine
from callcenter.store.tables import Community, Elder, Worker
from tests.house import HOTLINE, SECRETS

SHEETS = ROOT / "demonstration" / "sheets"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The settings of an installation with an empty database; gives its URL."""
    found = f"sqlite:///{tmp_path}/house.db"
    for name, value in {**SECRETS, "database_url": found, "hotline_number": HOTLINE}.items():
        monkeypatch.setenv(f"XIXIN_{name.upper()}", value)
    engine = open_engine(found)
    schema.migrate(engine)
    engine.dispose()
    return found


def count(url: str, table: type) -> int:
    store = Store(open_engine(url))
    with store.look() as session:
        found = session.scalar(select(func.count()).select_from(table)) or 0
    store.engine.dispose()
    return found


def test_the_example_sheets_fill_an_empty_house(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Communities, then staff, then elders: what the handbook says, on an empty database."""
    for name in ("communities", "staff", "elders"):
        assert main(["roster", "import", str(SHEETS / f"{name}.csv")]) == 0
    said = capsys.readouterr().out
    assert "2026-03-01 拆分：演示莲河社区 → 演示莲河东社区、演示莲河西社区" in said
    assert "人员：新增4人" in said
    assert "老人名册：新增5人，更新0人，没有变化0人，退出0人。" in said
    assert "1人没有电话（第5行）：照样在名册上" in said
    assert (count(url, Community), count(url, Worker), count(url, Elder)) == (4, 4, 5)


def test_a_check_writes_nothing(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["roster", "import", str(SHEETS / "communities.csv"), "--check"]) == 0
    assert "只是检查，什么都没有写入。" in capsys.readouterr().out
    assert count(url, Community) == 0


def test_mistakes_are_named_and_the_status_is_2(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before there is a map, every line of the elders' sheet says so, and nothing is written."""
    assert main(["roster", "import", str(SHEETS / "elders.csv")]) == 2
    said = capsys.readouterr().err
    assert "第2行 社区：没有叫“演示北街道”的街道。" in said
    assert "名册里有10处错，什么都没有写入；请改正后再导入。" in said
    assert "Traceback" not in said
    assert count(url, Elder) == 0


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "是空的"),
        (b"\xff\xfe\x00\x01\xff", "编码不认识"),
        ("姓名,电话\n".encode(), "还缺：编号"),
        ('登录名,姓名,岗位\n"a,b,c\n'.encode(), "引号不成对"),
        ("登录名,姓名,岗位\na,b,c,d\n".encode(), "第2行的格子比列名多"),
        (b"PK\x03\x04\x00\x00", "不是CSV"),
    ],
)
def test_a_file_that_is_no_sheet_is_named(tmp_path: Path, raw: bytes, words: str) -> None:
    file = tmp_path / "sheet.csv"
    file.write_bytes(raw)
    with pytest.raises(BadSheet, match=words):
        read_sheet(file)


def test_a_file_that_is_not_there_is_named(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["roster", "import", "/nowhere/x.csv"]) == 2
    assert "打不开" in capsys.readouterr().err


def test_what_spreadsheets_here_write_is_read(tmp_path: Path) -> None:
    """GBK or UTF-8 with its mark, empty lines, cells with line breaks; lines count as shown."""
    text = '登录名,姓名,岗位,,\r\n\r\na,"倪\n社工",社工\r\n,,,,\r\nb,华,主管\r\n'
    for encoding in ("gb18030", "utf-8-sig"):
        file = tmp_path / f"{encoding}.csv"
        file.write_bytes(text.encode(encoding))
        sheet = read_sheet(file)
        assert sheet.kind == "staff"
        assert [number for number, _ in sheet.lines] == [3, 6]
        assert sheet.lines[0][1]["姓名"] == "倪\n社工"


@pytest.mark.parametrize("kind", ["elders", "staff", "communities"])
def test_a_template_is_a_sheet_of_its_kind(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "template.csv"
    file.write_text(template(kind), encoding="utf-8")
    assert read_sheet(file).kind == kind


def test_a_handover_and_a_password_from_the_command_line(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("communities", "staff", "elders"):
        main(["roster", "import", str(SHEETS / f"{name}.csv")])
    assert main(["roster", "hand-over", "lianhe-west"]) == 2
    assert "社区里没有别的社工" in capsys.readouterr().err
    assert main(["roster", "hand-over", "lianhe-west", "lianhe-east"]) == 0
    assert "施演社工已离岗：交接老人2位" in capsys.readouterr().out
    assert main(["roster", "hand-over", "nobody"]) == 2
    answers = iter(["short", "春江花月夜春江花月夜"])
    monkeypatch.setattr("sys.stdin.readline", lambda: next(answers))
    assert main(["roster", "password", "dukou"]) == 2
    assert main(["roster", "password", "dukou"]) == 0
    assert "汤演社工的密码已更新" in capsys.readouterr().out
