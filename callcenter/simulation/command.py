"""The command `simulate`: its options, and what it prints."""

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from callcenter.simulation.run import Simulation, simulate
from callcenter.simulation.wish import NotEmpty, Wish

FAULTS = ("none", "all")
MOST_ELDERS, MOST_WEEKS = 1_000_000, 520


class CannotSimulate(Exception):
    """What was asked for cannot be simulated; the message says why and what to do."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """What may be asked of a simulation."""
    parser.add_argument("--elders", type=int, default=200, help="how many elders are covered")
    parser.add_argument("--weeks", type=int, default=4, help="how many weeks")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same people")
    parser.add_argument(
        "--faults", choices=FAULTS, default="all", help="whether anything goes wrong"
    )
    parser.add_argument(
        "--database-url", help="an empty database; by default an SQLite file that is thrown away"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def simulated(asked: argparse.Namespace) -> tuple[list[str], list[str], bool]:
    """Simulates what was asked for: the result, remarks, and whether the promise was kept.

    Raises CannotSimulate.
    """
    for name, most in (("elders", MOST_ELDERS), ("weeks", MOST_WEEKS)):
        if not 1 <= getattr(asked, name) <= most:
            raise CannotSimulate(f"--{name} must be 1 to {most}, not {getattr(asked, name)}")
    with _database(asked.database_url) as url:
        wish = Wish(
            elders=asked.elders,
            weeks=asked.weeks,
            seed=asked.seed,
            faults=asked.faults == "all",
            database_url=url,
        )
        try:
            done = simulate(wish)
        except NotEmpty as full:
            raise CannotSimulate(f"--database-url: {full}") from full
        except (SQLAlchemyError, ModuleNotFoundError, ValueError) as broken:
            raise CannotSimulate(_unusable(broken)) from broken
    return _lines(done, asked.json), _remarks(done), done.kept


def _unusable(broken: Exception) -> str:
    first = str(broken).splitlines()[0] if str(broken) else ""
    return f"--database-url cannot be used: {type(broken).__name__}: {first}"


@contextmanager
def _database(url: str | None) -> Iterator[str]:
    if url is not None:
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="xixin-simulation-") as folder:
        yield f"sqlite:///{Path(folder)}/simulation.db"


def _lines(done: Simulation, as_json: bool) -> list[str]:
    result = asdict(done.result)
    if as_json:
        return [json.dumps(result)]
    weeks = f"{done.wish.weeks} weeks from {done.monday}"
    return [weeks, *(f"{name:16} {value}" for name, value in result.items())]


def _remarks(done: Simulation) -> list[str]:
    """What the numbers do not say: other faults the auditor saw, and errors nobody asked for."""
    found = [f"the auditor saw {kind}: {many}" for kind, many in done.faults.items() if many]
    return found + [f"{many} times:\n{trace}" for trace, many in done.oddities.seen.items()]
