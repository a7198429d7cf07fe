"""Each of the twenty-eight behaviours has a test, and the table in docs/behaviours.md is true."""

import re
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE.parents[1] / "docs" / "behaviours.md"
NUMBERS = range(1, 29)


def written() -> dict[int, set[str]]:
    """The files in which each behaviour has a test."""
    found: dict[int, set[str]] = defaultdict(set)
    for file in HERE.parent.rglob("test_*.py"):
        for number in re.findall(r"^def test_(\d\d)_", file.read_text(), re.MULTILINE):
            found[int(number)].add(file.name)
    return found


def test_every_behaviour_has_a_test_where_the_table_says() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", TABLE.read_text(), re.MULTILINE)
    told = {int(number): set(re.findall(r"test_\w+\.py", files)) for number, files in rows}
    assert list(told) == list(NUMBERS)
    assert written() == told
