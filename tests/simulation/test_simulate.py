"""The command `simulate`: the real house lives through a bad week, and nobody is forgotten."""

import json
from pathlib import Path

import pytest

from callcenter.cli import main
from callcenter.simulation.run import Simulation, simulate
from callcenter.simulation.wish import Wish
from callcenter.store import schema
from callcenter.store.session import open_engine
from tests.district import settle
from tests.house import make_house

KEYS = (
    "elders slots confirmed_safe excused resolved open blank dials double_dials outside_window "
    "escalations unowned max_lateness_s wall_s peak_rss_mb seed"
)


def lived(url: str, seed: int, elders: int = 8, faults: bool = True) -> Simulation:
    """A simulated week; fails with everything odd that happened in it."""
    done = simulate(Wish(elders=elders, weeks=1, seed=seed, faults=faults, database_url=url))
    assert done.kept, (done.result, done.oddities.seen)
    return done


def test_a_week_in_which_everything_goes_wrong_forgets_nobody(any_url: str) -> None:
    result = lived(any_url, seed=3).result
    ended = result.confirmed_safe + result.excused + result.resolved
    assert ended + result.open == result.slots
    assert result.dials > 0


def test_the_same_seed_gives_the_same_week(tmp_path: Path) -> None:
    first, second = (
        lived(f"sqlite:///{tmp_path}/{name}.db", seed=5, elders=3).result for name in ("a", "b")
    )
    measured = {"wall_s": 0, "peak_rss_mb": 0}
    assert {**vars(first), **measured} == {**vars(second), **measured}


def test_the_command_prints_one_json_object_with_exactly_the_promised_keys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert (
        main(
            [
                "simulate",
                "--elders",
                "2",
                "--weeks",
                "1",
                "--seed",
                "4",
                "--faults",
                "none",
                "--json",
            ]
        )
        == 0
    )
    assert list(json.loads(capsys.readouterr().out)) == KEYS.split()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--elders 0", "--elders must be 1"),
        ("--weeks -1", "--weeks must be 1"),
        ("--database-url nonsense", "--database-url cannot be used"),
        ("--database-url sqlite:////no/such/folder/x.db", "--database-url cannot be used"),
    ],
)
def test_what_cannot_be_simulated_is_said_in_plain_words(
    words: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *words.split()]) == 2
    assert says in capsys.readouterr().err


def test_a_database_with_people_in_it_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/house.db"
    engine = open_engine(url)
    schema.migrate(engine)
    settle(make_house(tmp_path, database_url=url))
    assert main(["simulate", "--database-url", url]) == 2
    assert "has people in it" in capsys.readouterr().err
