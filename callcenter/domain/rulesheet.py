"""Reading a sheet of rules that people wrote, and saying plainly what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callcenter.domain.phrases import BadPattern, Lexicon, Pattern, Readings, words_of


class BadRules(ValueError):
    """A mistake in a rule sheet; the text names the place and says what to do."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The content of one YAML file of rules, or of one rule in it."""

    name: str  # what people call it: the file, or the file and the rule
    raw: Mapping[str, Any]

    def wrong(self, what: str) -> BadRules:
        """The mistake `what`, with the place where it is."""
        return BadRules(f"{self.name}：{what}")

    def within(self, name: str, raw: Mapping[str, Any]) -> "Sheet":
        """The part `raw` of this sheet, so that its mistakes name it."""
        return Sheet(name=f"{self.name} {name}", raw=raw)

    def items(self, key: str) -> list[Any]:
        """The list under `key`; it must not be empty."""
        value = self.raw.get(key)
        if not isinstance(value, list) or not value:
            raise self.wrong(f"缺少 {key}，它应当是一列，至少有一项")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """The yes or no under `key`."""
        value = self.raw.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} 应当是 true 或 false，现在是 {value!r}")
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        """The whole number under `key`, from `least` to `most`."""
        value = self.raw.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.wrong(f"{key} 应当是 {least} 到 {most} 的整数，现在是 {value!r}")
        return value

    def part(self, key: str) -> "Sheet":
        """The section under `key`, so that its mistakes name it."""
        value = self.raw.get(key)
        if not isinstance(value, Mapping):
            raise self.wrong(f"缺少 {key} 这一段")
        return self.within(key, value)

    def strings(self, *path: str) -> list[str]:
        """The list of words at `path`; it must not be empty."""
        value: Any = self.raw
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        where = ".".join(path)
        if not isinstance(value, list) or not value:
            raise self.wrong(f"缺少 {where}，它应当是一列词，至少有一个")
        for item in value:
            if not isinstance(item, str) or not item.strip():
                raise self.wrong(f"{where} 里有一项不是文字：{item!r}（数字和“是/否”请加引号）")
        return value

    def lists(self, key: str) -> dict[str, list[str]]:
        """The named lists of words under `key`."""
        value = self.raw.get(key)
        if not isinstance(value, Mapping) or not value:
            raise self.wrong(f"缺少 {key}，它应当是「名字: [词, 词]」")
        return {str(name): self.strings(key, name) for name in value}

    def patterns(self, *path: str, exact: bool = False) -> tuple[Pattern, ...]:
        """The patterns at `path`; `exact` ones take no word by sound."""
        try:
            return tuple(Pattern.parse(line, exact=exact) for line in self.strings(*path))
        except BadPattern as error:
            raise self.wrong(str(error)) from None

    def words_of(self, part: str, lists: Mapping[str, Sequence[str]]) -> list[str]:
        """The words that the part of a pattern stands for."""
        try:
            return words_of(part, lists)
        except BadPattern as error:
            raise self.wrong(str(error)) from None

    def lexicon(
        self,
        parts: Mapping[str, Sequence[str]],
        readings: Readings | None,
        *,
        by_sound_from: int = 2,
    ) -> Lexicon:
        """All words of this sheet, ready to be spotted."""
        try:
            return Lexicon(parts, readings, by_sound_from=by_sound_from)
        except BadPattern as error:
            raise self.wrong(str(error)) from None
