"""Every cell of a sheet is a value or a mistake with a name; nothing is guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain import sheet
from callcenter.domain.people import Leaving
from callcenter.domain.roster import ELDER_COLUMNS, elder_mistakes, kind_of
from callcenter.domain.sheet import Mistake, Odd, Span
from callcenter.domain.week import Window


@pytest.mark.parametrize(
    "words", ["1940-05-01", "1940/5/1", "1940年5月1日", "19400501", "1940.05.01", "1940-5-1"]
)
def test_a_day_is_read_however_it_is_written(words: str) -> None:
    assert sheet.day(words) == date(1940, 5, 1)


@pytest.mark.parametrize("words", ["2026-02-30", "1940-13-01", "19400000", "2025-02-29"])
def test_a_day_that_never_was_is_named(words: str) -> None:
    with pytest.raises(Odd, match=f"没有{words}这一天"):
        sheet.day(words)


@pytest.mark.parametrize("words", ["四月", "1940", "05/01/1940", "40-5-1"])
def test_what_is_no_day_is_named(words: str) -> None:
    with pytest.raises(Odd, match="不是日期"):
        sheet.day(words)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_day_comes_back_as_it_was_written(day: date) -> None:
    assert sheet.day(day.isoformat()) == day
    assert sheet.day(f"{day.year}年{day.month}月{day.day}日") == day


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("0510-82700000", "+8651082700000"),
        ("（0510）82700000", "+8651082700000"),
        ("82700000", "+8651082700000"),
        ("021-50000000", "+862150000000"),
        ("+8610011000001", "+8610011000001"),
        ("无", ""),
    ],
)
def test_a_phone_number_becomes_one_that_can_be_dialled(words: str, number: str) -> None:
    assert sheet.phone(words) == number


@pytest.mark.parametrize("words", ["1380013800", "12345678901", "没有", "110", "8270000a"])
def test_what_nobody_can_dial_is_named(words: str) -> None:
    with pytest.raises(Odd, match="不像电话号码"):
        sheet.phone(words)


def test_calling_hours_run_forward_within_a_day() -> None:
    assert sheet.hours("8:30-17:00") == Window(opens=510, closes=1020)
    assert sheet.hours("9：00至11：30") == Window(opens=540, closes=690)
    odd = (("17:00-9:00", "开始要早于结束"), ("9:00-25:00", "没有"), ("上午", "请写成"))
    for words, why in odd:
        with pytest.raises(Odd, match=why):
            sheet.hours(words)


def test_spans_of_days_lie_apart() -> None:
    read = sheet.spans("2026-12-05至2026-12-06 探亲；2026-12-01到2026-12-04 住院")
    assert read[0] == Span(first=date(2026, 12, 1), last=date(2026, 12, 4), why="住院")
    assert len(read) == 2
    for words, why in (
        ("2026-12-01至2026-12-04 住院；2026-12-04至2026-12-06 探亲", "重叠"),
        ("2026-12-04至2026-12-01 住院", "早于"),
        ("2026-12-01至2026-12-32 住院", "没有2026-12-32这一天"),
        ("下礼拜", "请写成"),
    ):
        with pytest.raises(Odd, match=why):
            sheet.spans(words)


def test_a_line_names_each_of_its_mistakes_with_its_column() -> None:
    cells = {"编号": "1", "姓名": "王", "出生日期": "1940-02-30", "居住情况": "独自", "电话": "1"}
    _, mistakes = sheet.read_line(ELDER_COLUMNS, 7, cells)
    columns = [one.column for one in mistakes]
    assert columns == ["出生日期", "居住情况", "街道", "社区", "住址", "电话"]
    assert str(mistakes[0]) == "第7行 出生日期：没有1940-02-30这一天。"
    assert str(Mistake(line=3, column="", words="错")) == "第3行：错"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"born_on": date(2027, 1, 1)}, "还没有到"),
        ({"born_on": date(1890, 1, 1)}, "已经136岁"),
        ({"born_on": date(1940, 1, 1), "entered_on": date(1939, 1, 1)}, "在出生以前"),
        (
            {
                "entered_on": date(2026, 2, 1),
                "left_on": date(2026, 1, 1),
                "left_why": Leaving.MOVED,
            },
            "早于进入日期",
        ),
        ({"left_on": date(2026, 1, 1)}, "要一起填写"),
        ({"contact_phone": "+8613800138000"}, "没有写联系人"),
    ],
)
def test_cells_that_contradict_each_other_are_named(values: dict[str, object], words: str) -> None:
    (found,) = elder_mistakes(2, values, date(2026, 11, 23))
    assert words in found.words


def test_headings_say_which_sheet_it_is_and_what_is_missing() -> None:
    assert kind_of([column.heading for column in ELDER_COLUMNS]) == "elders"
    assert kind_of(["登录名", "姓名", "岗位"]) == "staff"
    assert kind_of(["日期", "原社区", "新社区"]) == "communities"
    for headings, words in (
        (["姓名", "电话"], "还缺：编号、出生日期"),
        (["登录名", "姓名", "岗位", "工资"], "不认识这些列：工资"),
        (["登录名", "姓名", "岗位", "电话", "电话"], "写了两次：电话"),
    ):
        with pytest.raises(Odd, match=words):
            kind_of(headings)
