"""Articles: what the hotline may answer, one Markdown file each with YAML front matter."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from knowledge.facts import BadData, parse_yaml

_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_ISSUED = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
MAX_BYTES = 200_000


@dataclass(frozen=True, kw_only=True)
class Article:
    """One answer: the questions it answers, the words said and written, and what it rests on."""

    id: str
    title: str
    topic: str
    region: str  # where it holds: 梁溪, 无锡, 江苏, 国家
    issuer: str
    source: str  # as it is said after 据: 无锡市政府2025年11月的文件
    issued: str  # YYYY, YYYY-MM or YYYY-MM-DD
    checked: date
    valid_until: date  # the last day it may be spoken
    facts: tuple[str, ...]
    gives: frozenset[str]  # kinds of thing that it answers, see kinds.yaml
    asks: tuple[str, ...]  # how residents ask for it
    spoken: str
    warning: str  # said after it; may be empty
    figures: tuple[tuple[str, str], ...]  # quantity name to its number, for finding contradictions
    body: str
    draft: bool

    def speakable_on(self, today: date) -> bool:
        """Whether it may be said that day: released and not expired."""
        return not self.draft and today <= self.valid_until


def read_article(path: Path) -> Article:
    """The article in that file. Raises BadData naming the file and what is missing."""
    if path.stat().st_size > MAX_BYTES:
        raise BadData(f"{path.name}: 文件太大，请分成几篇。")
    match = _FRONT.match(path.read_text(encoding="utf-8-sig").replace("\r\n", "\n"))
    if not match:
        raise BadData(f"{path.name}: 文件要以 --- 开头和结尾的一段说明起头。")
    try:
        front = parse_yaml(match[1])
    except yaml.YAMLError as error:
        raise BadData(f"{path.name}: 开头那段不是有效的 YAML：{error}") from None
    if not isinstance(front, dict):
        raise BadData(f"{path.name}: 开头那段应是键值形式。")
    return _article(path, front, match[2].strip())


def read_articles(folder: Path) -> dict[str, Article]:
    """All articles of the folder by id. Raises BadData on the first mistake."""
    articles: dict[str, Article] = {}
    for path in sorted(folder.glob("*.md")):
        article = read_article(path)
        if article.id in articles:
            raise BadData(f"{path.name}: 编号 {article.id} 已有别的文章用了，请换一个。")
        articles[article.id] = article
    return articles


def _article(path: Path, front: dict[str, object], body: str) -> Article:
    def text(key: str) -> str:
        value = front.get(key)
        if value is None or not str(value).strip():
            raise BadData(f"{path.name}: 缺少 {key}。")
        return str(value).strip()

    def many(key: str) -> tuple[str, ...]:
        value = front.get(key) or []
        if not isinstance(value, list):
            raise BadData(f"{path.name}: {key} 应是列表。")
        return tuple(str(item).strip() for item in value)

    if text("id") != path.stem:
        raise BadData(f"{path.name}: id 要和文件名一样，现在是 {text('id')}。")
    if not _ISSUED.fullmatch(text("issued")):
        raise BadData(f"{path.name}: issued 要写成 2025、2025-11 或 2025-11-29。")
    return Article(
        **{key: text(key) for key in ("id", "title", "topic", "region", "issuer", "source")},
        issued=text("issued"),
        checked=_day(path, "checked", front.get("checked")),
        valid_until=_day(path, "valid_until", front.get("valid_until")),
        facts=many("facts"),
        gives=frozenset(many("gives")),
        asks=many("asks"),
        spoken=text("spoken"),
        warning=str(front.get("warning") or "").strip(),
        figures=_figures(path, front.get("figures")),
        body=body,
        draft=bool(front.get("draft", False)),
    )


def _day(path: Path, key: str, value: object) -> date:
    if isinstance(value, date):
        return value
    raise BadData(f"{path.name}: {key} 要写成日期，例如 2026-11-24。")


def _figures(path: Path, value: object) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise BadData(f"{path.name}: figures 应是“名称: 数字”的形式。")
    return tuple((str(name), str(number)) for name, number in value.items())
