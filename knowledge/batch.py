"""Many questions at once: JSON lines in, JSON lines out."""

import json
from collections.abc import Iterable, Iterator
from datetime import date

from knowledge.facts import BadData
from knowledge.library import Library


def ask_lines(lines: Iterable[str], library: Library, today: date) -> Iterator[dict[str, object]]:
    """One row for each line `{"q": ...}`, with everything else of the line kept.

    All lines are read before the first answer. Raises BadData naming the first bad line.
    """
    rows = [_row(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    for row in rows:
        answer = library.ask(str(row["q"]), today)
        yield row | {
            "answered": answer.answered,
            "answer": answer.spoken,
            "article": answer.article,
            "facts": list(answer.facts),
            "source": answer.source,
            "as_of": answer.as_of,
            "score": answer.score,
            "kind": answer.kind,
            "choices": [list(choice) for choice in answer.choices],
        }


def _row(number: int, line: str) -> dict[str, object]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadData(f"第 {number} 行不是 JSON：{error}") from None
    if not isinstance(row, dict) or not isinstance(row.get("q"), str):
        raise BadData(f'第 {number} 行要写成 {{"q": "问题"}}。')
    return row
