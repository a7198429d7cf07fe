"""The weekly report as a sheet: one line for each elder and slot. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from callcenter.domain.weekreport import PLACE_WORDS, PLACES, STATE_WORDS, Json

COLUMNS = (
    "周",
    "版次",
    "行",
    "街道",
    "社区",
    "编号",
    "姓名",
    "类别",
    "社工",
    "名额",
    "状态",
    "依据",
    "时间",
    "由谁",
    "在谁手里",
    "预警号",
    "周报校验码",
)


def sheet_lines(head: Json, hash_: str, pages: Iterable[Json]) -> Iterator[str]:
    """The lines of a CSV sheet, as a spreadsheet opens it; `hash_` is empty for a week so far."""
    yield "\ufeff" + _row(COLUMNS)
    for page in pages:
        for elder in page["elders"]:
            for place, slot in zip(PLACES, elder["slots"], strict=True):
                yield _row(_cells(head, hash_, page, elder, place, slot))


def _cells(
    head: Json, hash_: str, page: Json, elder: Json, place: str, slot: Json
) -> tuple[object, ...]:
    return (
        head["week"],
        head["revision"],
        elder["line"],
        page["street"],
        page["community"],
        elder["file_no"] or elder["elder"],
        elder["name"],
        elder["category"],
        elder["caseworker"],
        PLACE_WORDS[place],
        STATE_WORDS[slot["state"]],
        slot["evidence"],
        slot["at"],
        slot["by"],
        slot["who"],
        slot["escalation"] or "",
        hash_,
    )


def _row(cells: Sequence[object]) -> str:
    """One line of a sheet; what a spreadsheet would take for a formula stays text."""
    out = io.StringIO()
    safe = [f"'{cell}" if str(cell)[:1] in ("=", "+", "-", "@") else cell for cell in cells]
    csv.writer(out, lineterminator="").writerow(safe)
    return out.getvalue()
