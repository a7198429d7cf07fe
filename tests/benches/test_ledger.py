"""Several real engine processes share the work: everybody is asked once, and nobody is lost."""

import json

import pytest

from callcenter.cli import main


def test_two_engine_processes_on_postgresql_ask_everybody_exactly_once(
    postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["bench", "ledger", "--database-url", postgres_url, "--engines", "2"]
    assert main([*words, "--check-ins", "120", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["dials"] == figures["attempts"] == 120
    assert (figures["double_dials"], figures["lost"]) == (0, 0)
    assert figures["engines"] == 2
    assert figures["database"].startswith("PostgreSQL")
