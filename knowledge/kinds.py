"""What kind of thing a question asks for: an amount, an address, a telephone number ..."""

import re
from dataclasses import dataclass
from pathlib import Path

from knowledge.facts import BadData, read_yaml


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of thing that may be asked for."""

    id: str
    name: str  # as it is said: 地址
    firm: bool  # an article that lacks it is never given instead
    words: re.Pattern[str]
    spared: re.Pattern[str]  # looks like it, is not


def load_kinds(path: Path) -> tuple[Kind, ...]:
    """The kinds of `kinds.yaml`. Raises BadData with the place of a mistake."""
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise BadData(f"{path.name}: 应是每种问法一段。")
    try:
        return tuple(
            Kind(
                id=str(name),
                name=str(row["name"]),
                firm=bool(row.get("firm", False)),
                words=_pattern(row["words"]),
                spared=_pattern(row.get("not") or []),
            )
            for name, row in data.items()
        )
    except (KeyError, TypeError, re.error) as error:
        raise BadData(f"{path.name}: 写得不对：{error}") from None


def kinds_asked(kinds: tuple[Kind, ...], canonical: str) -> tuple[Kind, ...]:
    """The kinds that a canonical question asks for, in the order of the file."""
    return tuple(kind for kind in kinds if kind.words.search(kind.spared.sub("", canonical)))


def _pattern(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(str, words)) or r"(?!)")
