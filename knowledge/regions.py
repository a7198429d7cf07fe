"""Which place a question is about: ours, elsewhere in Wuxi, or further away."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from knowledge.facts import BadData, read_yaml
from knowledge.words import syllable


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
_HOME = "home"  # the city as a whole: nearer than other cities, not nearer than its districts
_ANOTHER = "[路话菜]|街(?!道)"  # 北京路 is a street, 上海话 a dialect


@dataclass(frozen=True, kw_only=True)
class Places:
    """Names of places, read from `regions.yaml`."""

    reach: dict[str, str]  # name to Reach, or _HOME
    every: re.Pattern[str]  # all names, and the words that only look like one
    only_look: frozenset[str]
    background: re.Pattern[str]  # 儿子在南京, 医保在安徽: about a person, not what is asked
    pointing: re.Pattern[str]  # 她们那里: after all it is what is asked
    names: dict[str, str]  # a street to the district that an elder would call it by
    sounds: dict[tuple[str, ...], str]  # 彬湖区 is 滨湖区

    def hear(self, question: str) -> Heard:
        """The place that the question is about: the last one named, backgrounds aside."""
        asked = question
        if not self.pointing.search(question):
            asked = self.background.sub(" ", question)
        heard = [self._heard(name) for name in self._named(asked)]
        if not heard:
            return _NOWHERE
        last = heard[-1]
        if last is not _NOWHERE:
            return last
        ours = [name for name in self._named(asked) if self.reach[name] == Reach.OURS]
        districts = [place for place in heard if place.reach is Reach.CITY]
        return _NOWHERE if ours or not districts else districts[-1]

    def _named(self, asked: str) -> list[str]:
        """The names in their order; by sound only when none is written right."""
        found = [match[0] for match in self.every.finditer(asked)]
        return [name for name in found if name not in self.only_look] or self._sounded(asked)

    def _sounded(self, asked: str) -> list[str]:
        said = tuple(syllable(character) for character in asked)
        windows = (said[at : at + 3] for at in range(len(said) - 2))
        return [self.sounds[window] for window in windows if window in self.sounds]

    def _heard(self, name: str) -> Heard:
        reach = self.reach[name]
        if reach in (Reach.OURS, _HOME):
            return _NOWHERE
        return Heard(reach=Reach(reach), place=self.names.get(name, name))


def load_places(path: Path) -> Places:
    """The places of `regions.yaml`. Raises BadData when a part is missing."""
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise BadData(f"{path.name}: 应有 ours、home、city、province、country 这几段。")
    try:
        names = {str(name): str(name) for name in data["city"]}
        for district, streets in (data["city_streets"] or {}).items():
            names |= {str(street): str(district) for street in streets}
        reach = {str(name): str(Reach.COUNTRY) for name in data["country"]}
        reach |= {str(name): str(Reach.PROVINCE) for name in data["province"]}
        reach |= dict.fromkeys(names, str(Reach.CITY))
        reach |= {str(name): _HOME for name in data["home"]}
        reach |= {str(name): str(Reach.OURS) for name in data["ours"]}
        only_look = frozenset(map(str, data["only_look"]))
        return Places(
            reach=reach,
            every=re.compile(f"(?:{_any_of([*only_look, *reach])})(?!{_ANOTHER})"),
            only_look=only_look,
            background=_background(data, _any_of(reach)),
            pointing=re.compile(_any_of(map(str, data["pointing"]))),
            names=names,
            sounds={
                tuple(syllable(character) for character in name): name
                for name in names
                if len(name) == 3 and name[-1] in "区市"
            },
        )
    except KeyError as error:
        raise BadData(f"{path.name}: 缺少 {error.args[0]} 一段。") from None


def _background(data: dict[str, list[object]], place: str) -> re.Pattern[str]:
    """儿子在南京, 户口在安徽, 从河南来, 江阴的医保."""
    kin = _any_of(map(str, data["relatives"]))
    status = _any_of(map(str, data["status"]))
    forms = (
        rf"(?:{kin})[^，。,.？?]{{0,4}}?[在去到住](?:{place})[区市县省]?",
        rf"(?:{status})[^，。,.？?]{{0,3}}?[在是](?:{place})[区市县省]?",
        rf"从(?:{place})[区市县省]?(?:来|过来|搬来|到)",
        rf"(?:{place})[区市县省]?的?(?:{status}|人)",
    )
    return re.compile("|".join(forms))


def _any_of(words: Iterable[str]) -> str:
    ordered = sorted(set(words), key=len, reverse=True)
    return "|".join(map(re.escape, ordered)) or r"(?!)"
