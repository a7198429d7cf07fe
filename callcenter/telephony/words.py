"""The carrier's words translated, once: the tables of carrier.yaml. A mistake stops the start."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from callcenter.domain.call import Disposition, Listener, Progress

FILE = Path(__file__).with_name("carrier.yaml")


class BadCarrierWords(Exception):
    """线路用语表有错；请按提示改好 callcenter/telephony/carrier.yaml。"""


@dataclass(frozen=True, kw_only=True)
class CarrierWords:
    """What each word of the carrier means."""

    progress: Mapping[str, Progress]  # of CallStatus
    disposition: Mapping[str, Disposition]  # of a final CallStatus
    sip: Mapping[int, Disposition]  # of SipResponseCode
    listener: Mapping[str, Listener]  # of AnsweredBy
    errors: Mapping[int, Disposition]  # of the code of a refused request
    events: tuple[str, ...]  # the status callbacks that are asked for


def parse(raw: Mapping[str, Any]) -> CarrierWords:
    """The tables of a file that was read. Raises BadCarrierWords, naming the table and the word."""
    words = CarrierWords(
        progress=_table(raw, "progress", str, Progress),
        disposition=_table(raw, "disposition", str, Disposition),
        sip=_table(raw, "sip", int, Disposition),
        listener=_table(raw, "listener", str, Listener),
        errors=_table(raw, "errors", int, Disposition),
        events=tuple(raw.get("events") or ()),
    )
    final = {word for word, progress in words.progress.items() if progress is Progress.ENDED}
    if missing := final ^ words.disposition.keys():
        raise BadCarrierWords(
            f"{'、'.join(sorted(missing))}：progress 里的 ended 要和 disposition 一一对应"
        )
    return words


def _table[K, V: StrEnum](
    raw: Mapping[str, Any], name: str, key: type[K], value: type[V]
) -> dict[K, V]:
    table = raw.get(name)
    if not isinstance(table, dict):
        raise BadCarrierWords(f"缺少 {name} 这张表")
    known = {one.value for one in value}
    for word, means in table.items():
        if not isinstance(word, key) or means not in known:
            raise BadCarrierWords(
                f"{name} 里 {word}: {means} 不认识，只能是 {'、'.join(sorted(known))}"
            )
    return {word: value(means) for word, means in table.items()}


@cache
def carrier_words() -> CarrierWords:
    """The tables of carrier.yaml, read once. Raises BadCarrierWords."""
    try:
        return parse(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as wrong:
        raise BadCarrierWords(f"{FILE.name} 读不了：{wrong}") from wrong
