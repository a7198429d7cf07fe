"""The bench of the phone line rings a real web process, and tells what was not answered."""

import json
from argparse import Namespace

import pytest

from callcenter.benches import voice
from callcenter.benches.callers import Account, Load, check_in_call, hotline_call
from callcenter.benches.figures import CannotMeasure
from callcenter.benches.webhouse import free_port
from callcenter.cli import main


def test_calls_that_ring_in_one_instant_are_all_answered_and_written_down(
    any_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["bench", "voice", "--only", "ringing_at_once", "--database-url", any_url]
    assert main([*words, "--at-once", "60", "--talks-ms", "50", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["ringing_at_once"]
    assert found["webhooks"] == 30 * 5 + 30 * 7
    assert found["dropped"] == {}
    assert (found["check_ins_not_safe"], found["talks_not_ended"], found["words_lost"]) == (0, 0, 0)


def test_a_hung_assistant_and_the_memory_are_watched() -> None:
    words = {"only": "hung_assistant,memory", "database_url": "", "calls": 20, "thinks_ms": 10}
    found = voice.BENCH.run(Namespace(**words, memory_calls=40))
    hung, memory = found["hung_assistant"], found["memory"]
    assert isinstance(hung, dict)
    assert isinstance(memory, dict)
    assert hung["in_five_seconds_percent"] == 100.0
    assert hung["dropped"] == memory["dropped"] == {}
    assert memory["mb_after_calls"][40] > 10


def test_webhooks_that_nobody_answers_are_counted_as_dropped() -> None:
    nobody = Account(url=f"http://127.0.0.1:{free_port()}", token="a-token-of-the-tests")
    load = Load(account=nobody, at_once=2)
    load.run([hotline_call("CA1", "+8610100000001", []), check_in_call("CA2", 1)])
    assert [one.dropped for one in load.got] == ["ConnectionRefusedError"] * 2


def test_a_question_that_the_bench_does_not_know_is_named() -> None:
    with pytest.raises(CannotMeasure, match="not speed"):
        voice.BENCH.run(Namespace(only="speed", database_url=""))
