"""The verified facts that every article rests on, read from `facts.yaml` and validated."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote, urlsplit

import yaml

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]


class Use(StrEnum):
    """What may be done with a fact when an elder asks."""

    DATED = "speak_with_date"
    WARNED = "speak_with_warning"
    SILENT = "do_not_speak"


class BadData(ValueError):
    """A data file of the knowledge base is wrong; the message says where and what to do."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One verified statement with its source. `date` is as the source gives it, free text."""

    id: str
    topic: str
    title: str
    region: str  # 梁溪, 无锡, 江苏, 国家, 外省, or 无锡(滨湖) and the like
    issuer: str
    date: str
    source_url: str  # an address, or where the paper lies in a public register
    facts: tuple[str, ...]
    eligibility: str
    how_to_apply: str
    materials: str
    contact: str
    caveats: str
    show_url: bool
    use: Use

    @property
    def speakable(self) -> bool:
        """Whether an elder may hear it at all."""
        return self.use is not Use.SILENT

    @property
    def text(self) -> str:
        """Everything the fact says, for finding the numbers that an article may use."""
        parts = (*self.facts, self.eligibility, self.how_to_apply, self.materials)
        return "\n".join((self.title, self.date, *parts, self.contact, self.caveats))

    def link(self, blocked: frozenset[str]) -> str | None:
        """The address that may be shown in chat, or None (hidden, blocked, or not an address)."""
        if not self.show_url or not self.source_url.startswith(("http://", "https://")):
            return None
        if is_blocked(self.source_url, blocked):
            return None
        return quote(self.source_url, safe=":/?&=#%.-_~")


def is_blocked(url: str, blocked: frozenset[str]) -> bool:
    """Whether the address lies on a hijacked domain or one of its subdomains."""
    host = (urlsplit(url).hostname or "").lower()
    return any(host == domain or host.endswith("." + domain) for domain in blocked)


def load_facts(path: Path) -> dict[str, Fact]:
    """Facts by id. Raises BadData with the place of the first mistake."""
    rows = read_yaml(path)
    if not isinstance(rows, list):
        raise BadData(f"{path.name}: 应是一个列表，每条事实一项。")
    facts = [_fact(path, number, row) for number, row in enumerate(rows, 1)]
    twice = [name for name, count in Counter(fact.id for fact in facts).items() if count > 1]
    if twice:
        raise BadData(f"{path.name}: 编号重复：{'、'.join(twice)}。请给每条事实一个自己的编号。")
    return {fact.id: fact for fact in facts}


def read_yaml(path: Path) -> object:
    """The parsed file. Raises BadData when it is missing or is not YAML."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadData(f"找不到文件 {path}。") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadData(f"{path.name}: 不是有效的 YAML：{error}") from None


def parse_yaml(text: str) -> object:
    """The parsed text, safely, and where it can be ten times faster in C. Raises YAMLError."""
    return yaml.load(text, Loader=_SafeLoader)


def _fact(path: Path, number: int, row: object) -> Fact:
    if not isinstance(row, dict):
        raise BadData(f"{path.name}: 第 {number} 项不是键值形式。")
    name = row.get("id", f"第 {number} 项")
    try:
        return Fact(
            **{field: str(row[field]).strip() for field in _TEXTS},
            facts=tuple(str(line) for line in row["facts"]),
            show_url=_flag(row["show_url"]),
            use=Use(row["use"]),
        )
    except KeyError as error:
        raise BadData(f"{path.name}: {name} 缺少 {error.args[0]}。") from None
    except (TypeError, ValueError) as error:
        raise BadData(f"{path.name}: {name} 写得不对：{error}") from None


_TEXTS = (
    "id", "topic", "title", "region", "issuer", "date", "source_url",
    "eligibility", "how_to_apply", "materials", "contact", "caveats",
)  # fmt: skip


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("show_url 只能是 true 或 false")
    return value
