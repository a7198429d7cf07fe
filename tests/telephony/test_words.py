"""The carrier's words are a file, and a mistake in it is named in plain words."""

from typing import Any

import pytest
import yaml

from callcenter.domain.call import Disposition, Listener
from callcenter.telephony.words import FILE, BadCarrierWords, carrier_words, parse


def table() -> dict[str, Any]:
    raw: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return raw


def test_another_carriers_words_are_other_lines_of_the_file() -> None:
    raw = table()
    raw["progress"]["wu-ren-jie-ting"] = "ended"
    raw["disposition"]["wu-ren-jie-ting"] = "no_answer"
    raw["errors"][61004] = "not_permitted"
    words = parse(raw)
    assert words.disposition["wu-ren-jie-ting"] is Disposition.NO_ANSWER
    assert words.errors[61004] is Disposition.NOT_PERMITTED


@pytest.mark.parametrize(
    ("name", "word", "means", "says"),
    [
        ("progress", "ringing", "rings", "rings"),
        ("listener", "robot", "safe", "robot"),
        ("errors", "21211", "invalid_number", "21211"),
        ("progress", "gone", "ended", "gone"),
        ("disposition", "later", "no_answer", "later"),
    ],
)
def test_a_mistake_names_the_word(name: str, word: str, means: str, says: str) -> None:
    raw = table()
    raw[name][word] = means
    with pytest.raises(BadCarrierWords, match=says):
        parse(raw)


def test_a_missing_table_is_named() -> None:
    raw = table()
    del raw["sip"]
    with pytest.raises(BadCarrierWords, match="sip"):
        parse(raw)


def test_no_word_of_the_carrier_says_that_somebody_is_safe() -> None:
    """And neither a machine nor a fax counts as a person."""
    assert carrier_words().disposition["completed"] is Disposition.ANSWERED
    machines = {word for word, who in carrier_words().listener.items() if who is Listener.MACHINE}
    assert {"fax", "machine_start"} <= machines
