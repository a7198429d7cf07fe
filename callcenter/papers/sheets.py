"""Sheets from the district as CSV: read whatever a spreadsheet wrote, and say where it is odd."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from callcenter.domain.roster import SHEETS, kind_of
from callcenter.domain.sheet import Odd

LARGEST = 200_000_000  # bytes; a million elders are about half of it
ENCODINGS = ("utf-8-sig", "gb18030")  # what spreadsheets here write


class BadSheet(Exception):
    """The file cannot be used at all; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet as it was read; nothing is checked but its headings."""

    kind: str  # a key of domain.roster.SHEETS
    lines: tuple[tuple[int, dict[str, str]], ...]  # number as the sheet counts, cells by heading


def read_sheet(file: Path) -> Sheet:
    """The sheet in a CSV file. Raises BadSheet."""
    rows = list(_rows(_text(file)))
    if not rows:
        raise BadSheet(f"{file}：是空的。")
    (_, headings), *body = rows
    names = [one.strip() for one in headings]
    while names and not names[-1]:
        names.pop()
    try:
        kind = kind_of(names)
    except Odd as odd:
        raise BadSheet(f"{file}：{odd}") from None
    lines = tuple((number, _cells(file, number, names, cells)) for number, cells in body)
    return Sheet(kind=kind, lines=lines)


def template(kind: str) -> str:
    """An empty sheet of this kind, as a spreadsheet opens it."""
    return "\ufeff" + ",".join(column.heading for column in SHEETS[kind]) + "\r\n"


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise BadSheet(f"{file}：太大了，请分成几个文件。")
        raw = file.read_bytes()
    except OSError as wrong:
        raise BadSheet(f"{file}：打不开（{wrong.strerror}）。") from wrong
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadSheet(f"{file}：文字编码不认识，请在表格软件里另存为“CSV UTF-8”。")


def _rows(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    if "\0" in text:
        raise BadSheet("这不是CSV文件。请在表格软件里另存为“CSV UTF-8”。")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        begins = 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as wrong:
        raise BadSheet(f"第{reader.line_num}行的引号不成对，或者格子太长（{wrong}）。") from None


def _cells(file: Path, number: int, names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(names) :]):
        raise BadSheet(f"{file}：第{number}行的格子比列名多，是不是多了逗号？")
    return dict(zip(names, cells, strict=False))
