"""Every bench runs from the command line, on a few people, and says what has to be true."""

import json

import pytest

from callcenter.cli import main

Figures = dict[str, object]


def measured(words: str, capsys: pytest.CaptureFixture[str]) -> Figures:
    assert main(["bench", *words.split(), "--json"]) == 0
    figures: Figures = json.loads(capsys.readouterr().out)
    return figures


def test_two_engine_processes_share_the_calls_per_second(
    postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = f"pace --database-url {postgres_url} --engines 2 --calls-per-second 7 --seconds 2"
    figures = measured(words, capsys)
    assert figures["seconds_above_the_limit"] == 0
    assert figures["most_in_a_second"] == 7


def test_two_engine_processes_plan_everybody_once(
    postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = f"plan --database-url {postgres_url} --engines 2 --elders 1200"
    figures = measured(words, capsys)
    assert (figures["slots"], figures["missing"]) == (4800, 0)


def test_the_board_of_a_street_is_timed(capsys: pytest.CaptureFixture[str]) -> None:
    figures = measured("board --elders 60 --engines 1", capsys)
    assert figures["street_elders"] == 60
    assert {"street_ms", "street_by_supervisor_ms", "community_ms"} < figures.keys()


def test_an_engine_at_rest_is_watched(capsys: pytest.CaptureFixture[str]) -> None:
    figures = measured("idle --elders 20 --past-weeks 1 --seconds 1", capsys)
    assert figures["engine_cpu_percent"] is not None


def test_without_json_the_figures_are_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "plan", "--elders", "20"]) == 0
    assert "missing            0" in capsys.readouterr().out
