"""What must not be answered: known gaps, matters that are not ours, hijacked domains."""

from dataclasses import dataclass
from pathlib import Path

from knowledge.facts import BadData, read_yaml


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A question that residents ask and that we must decline, with the honest words for it."""

    id: str
    topic: str  # as the articles and facts name it; empty when it is not ours
    say: str  # the whole spoken answer but for the offer of a person
    matter: str  # what it is about, for the search
    gives: frozenset[str]  # kinds of thing that the gap is about, see kinds.yaml; empty: any
    asks: tuple[str, ...]  # how residents ask for it
    ours: bool  # a matter of eldercare policy (True) or something else altogether (False)
    wish: bool  # something to be done, not a question: one that stands before it is answered


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """The gaps, and the domains that may never be shown to a resident."""

    gaps: tuple[Gap, ...]
    blocked_domains: frozenset[str]


def load_unverified(path: Path) -> Unverified:
    """What `unverified.yaml` lists. Raises BadData with the place of the first mistake."""
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise BadData(f"{path.name}: 应有 gaps、elsewhere、blocked_domains 三段。")
    try:
        gaps = [_gap(row) for row in data["gaps"]]
        elsewhere = [_elsewhere(row) for row in data["elsewhere"]]
        return Unverified(
            gaps=(*gaps, *elsewhere),
            blocked_domains=frozenset(map(str, data["blocked_domains"])),
        )
    except (KeyError, TypeError) as error:
        raise BadData(f"{path.name}: 写得不对或缺少一段：{error}") from None


def _gap(row: dict[str, object]) -> Gap:
    known = f"{row['known']}；" if row.get("known") else ""
    missing = f"{row['missing']}，我们没有核实到确切的说法，不敢乱讲，可以问{row['ask']}。"
    say = known + missing
    return _row(row, say, str(row["topic"]), ours=True)


def _elsewhere(row: dict[str, object]) -> Gap:
    return _row(row, str(row["say"]), ours=False)


def _row(row: dict[str, object], say: str, topic: str = "", *, ours: bool) -> Gap:
    asks, gives = row["asks"], row.get("gives") or []
    if not isinstance(asks, list) or not asks or not isinstance(gives, list):
        raise TypeError(f"{row['id']} 的 asks 和 gives 应是列表，asks 至少一句")
    return Gap(
        id=str(row["id"]),
        topic=topic,
        say=say,
        matter=str(row.get("missing") or ""),
        gives=frozenset(map(str, gives)),
        asks=tuple(map(str, asks)),
        ours=ours,
        wish=bool(row.get("wish", False)),
    )
