"""How much work the database does for each statement, counted by the database itself.

SQLite counts the steps of its machine, PostgreSQL the pages that it touches. Neither depends on how
busy the computer is: a statement whose count grows when there are more past weeks costs more every
week.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

STEP = 8  # the machine's steps are counted in bundles
QUERY = ("SELECT", "WITH")
# PostgreSQL reads a small table as a whole although an index fits. It is asked as if it were large,
# and to go the same way with few rows and with many, so that the counts can be compared.
LARGE = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"


class Watch:
    """What was asked and what it cost: the most that a statement ever took, and its plan."""

    def __init__(self) -> None:
        self.work: dict[str, int] = {}
        self.plans: dict[str, list[str]] = {}
        self._now = ""
        self._so_far = 0

    def begin(self, statement: str) -> None:
        """From now on the work belongs to this statement."""
        self._now, self._so_far = " ".join(statement.split()), 0
        self.work.setdefault(self._now, 0)

    def end(self) -> None:
        """What the database does from now on belongs to nobody."""
        self._now = ""

    def add(self, work: int) -> None:
        """So much more work for the present statement."""
        self._so_far += work
        if self._now:
            self.work[self._now] = max(self.work[self._now], self._so_far)

    def scans(self, tables: frozenset[str]) -> list[str]:
        """The statements that read one of these tables from one end to the other."""
        found = []
        for statement, plan in self.plans.items():
            for line in plan:
                if _scanned(line) in tables:
                    found.append(f"{line}: {statement}")
        return found


def _scanned(line: str) -> str:
    """The table that this line of a plan reads as a whole; empty when it reads none so."""
    words = line.split()
    if words[:1] == ["SCAN"] and "USING" not in words:  # SQLite
        return words[1]
    if words[:3] == ["Seq", "Scan", "on"]:  # PostgreSQL
        return words[3]
    return ""


@contextmanager
def watched(engine: Engine) -> Iterator[Watch]:
    """Watches every statement of this engine while the block lasts."""
    watch = Watch()
    before = _on_sqlite(watch) if engine.dialect.name == "sqlite" else _on_postgresql(watch)
    event.listen(engine, "before_cursor_execute", before)
    try:
        yield watch
    finally:
        event.remove(engine, "before_cursor_execute", before)
        watch.end()


def _on_sqlite(watch: Watch) -> Any:
    def step() -> int:
        watch.add(STEP)
        return 0

    def before(_: Any, cursor: Any, statement: str, values: Any, __: Any, many: bool) -> None:
        cursor.connection.set_progress_handler(None, 0)
        watch.begin(statement)
        key = " ".join(statement.split())
        if key not in watch.plans and not many and not statement.startswith(("BEGIN", "PRAGMA")):
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
            watch.plans[key] = [str(row[3]) for row in rows]
        cursor.connection.set_progress_handler(step, STEP)

    return before


def _on_postgresql(watch: Watch) -> Any:
    def before(_: Any, cursor: Any, statement: str, values: Any, __: Any, many: bool) -> None:
        watch.begin(statement)
        if many or not statement.startswith(QUERY):
            return
        with cursor.connection.cursor() as beside:
            beside.execute(LARGE)
            beside.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values)
            answer = beside.fetchone()[0]
        root = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
        watch.add(int(root["Shared Hit Blocks"]) + int(root["Shared Read Blocks"]))
        watch.plans[" ".join(statement.split())] = list(_lines(root))

    return before


def _lines(node: dict[str, Any]) -> Iterator[str]:
    what = node["Node Type"]
    if "Relation Name" in node:
        what += f" on {node['Relation Name']}"
    if "Index Name" in node:
        what += f" by {node['Index Name']}"
    yield what
    for below in node.get("Plans", []):
        yield from _lines(below)
