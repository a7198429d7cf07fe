"""Engines that are real processes die of SIGKILL in the middle of dialling, and nobody is lost.

Who was rung is read from the exchange's own list of calls, not from anything the house says.
"""

from collections import Counter
from pathlib import Path

from tests.processes import Hotline, hotline, until

ELDERS = 30
PER_SECOND = 5
FAST = 30  # after the kill: what the engine waits for is minutes


def dials(line: Hotline, many: int) -> None:
    """Returns when so many calls have been asked for, while others still wait."""
    until(lambda: len(line.dialled()) >= many, f"{many} calls")


def everybody_was_rung_once(line: Hotline) -> None:
    """Time runs faster until each first call has ended; then the exchange is asked."""
    line.runs_at(FAST)
    until(lambda: line.first_calls() == {"confirmed_safe": line.elders}, "everybody said so")
    rung = Counter(line.dialled())
    assert len(rung) == line.elders
    assert set(rung.values()) == {1}


def test_one_engine_on_sqlite_is_killed_twice_and_started_again(tmp_path: Path) -> None:
    """Every elder is rung, and no elder twice, though the engine dies between any two steps."""
    with hotline(tmp_path, f"sqlite:///{tmp_path}/house.db", ELDERS, PER_SECOND) as line:
        for many in (5, 15):
            engine = line.start_engine()
            dials(line, many)
            engine.kill()
            engine.wait()
            assert len(line.dialled()) < ELDERS
        line.start_engine()
        everybody_was_rung_once(line)


def test_of_two_engines_on_postgresql_one_is_killed_and_the_other_does_its_work(
    tmp_path: Path, postgres_url: str
) -> None:
    """Nobody starts the dead one again; every elder is rung, and no elder twice."""
    with hotline(tmp_path, postgres_url, ELDERS, PER_SECOND) as line:
        dying = line.start_engine()
        dials(line, 3)
        line.start_engine()
        dials(line, 14)
        dying.kill()
        dying.wait()
        assert len(line.dialled()) < ELDERS
        everybody_was_rung_once(line)
