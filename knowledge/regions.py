"""Which place a question is about: ours, elsewhere in Wuxi, or further away."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from knowledge.facts import BadData, read_yaml


class Reach(StrEnum):
    """How far away the place is that the question is about."""

    OURS = "ours"
    CITY = "city"  # another part of Wuxi: what holds in all of Wuxi may be said
    PROVINCE = "province"  # another city of Jiangsu: only what holds in the whole country
    COUNTRY = "country"  # only what holds in the whole country may be said


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The place heard in a question. `place` is empty for ours or when none was named."""

    reach: Reach
    place: str


SPEAKABLE = {
    Reach.OURS: frozenset({"梁溪", "无锡", "江苏", "国家"}),
    Reach.CITY: frozenset({"无锡", "江苏", "国家"}),
    Reach.PROVINCE: frozenset({"国家"}),  # a provincial rule leaves its figures to each city
    Reach.COUNTRY: frozenset({"国家"}),
}
_NOWHERE = Heard(reach=Reach.OURS, place="")


@dataclass(frozen=True, kw_only=True)
class Places:
    """Names of places, read from `regions.yaml`."""

    ours: re.Pattern[str]
    elsewhere: dict[Reach, re.Pattern[str]]
    relatives: re.Pattern[str]  # 儿子在南京: where a relative lives is not what is asked
    names: dict[str, str]  # a street to the district that an elder would call it by

    def hear(self, question: str) -> Heard:
        """The place that the question is about."""
        asked = self.relatives.sub("", question)
        masked = self.ours.sub("", asked)
        if masked != asked:
            return _NOWHERE
        for reach, pattern in self.elsewhere.items():
            match = pattern.search(masked)
            if match:
                return Heard(reach=reach, place=self.names.get(match[0], match[0]))
        return _NOWHERE


def load_places(path: Path) -> Places:
    """The places of `regions.yaml`. Raises BadData when a part is missing."""
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise BadData(f"{path.name}: 应有 ours、city、province、country、relatives 几段。")
    try:
        names = {str(name): str(name) for name in data["city"]}
        for district, streets in (data["city_streets"] or {}).items():
            names |= {str(street): str(district) for street in streets}
        elsewhere = {
            Reach.CITY: _any_of([*names]),
            Reach.PROVINCE: _any_of(data["province"]),
            Reach.COUNTRY: _any_of(data["country"]),
        }
        every = "|".join(pattern.pattern for pattern in elsewhere.values())
        kin = "|".join(map(re.escape, map(str, data["relatives"])))
        return Places(
            ours=_any_of(data["ours"]),
            elsewhere=elsewhere,
            relatives=re.compile(rf"(?:{kin})[^，。,.？?]{{0,4}}?[在去到住](?:{every})[区市县省]?"),
            names=names,
        )
    except KeyError as error:
        raise BadData(f"{path.name}: 缺少 {error.args[0]} 一段。") from None


def _any_of(words: list[object]) -> re.Pattern[str]:
    ordered = sorted({str(word) for word in words}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")
