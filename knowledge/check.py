"""`knowledge check`: mistakes in articles that would be heard by an elder, in plain words."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

from knowledge.articles import Article, read_article
from knowledge.facts import BadData, Fact, Use, load_facts
from knowledge.gaps import Gap, load_unverified
from knowledge.kinds import load_kinds
from knowledge.library import own_file
from knowledge.speech import sentences

MOST_SENTENCES = 2
LEAST_ASKS = 5
LONGEST_SPOKEN = 160  # characters, about half a minute
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_URL = re.compile(r"https?://[^\s<>）)]+")
_QUANTITY = re.compile(
    r"([一-鿿]{4,8}?)(?:是|为|：|到|不超过|最多|约|每月|每人)*(\d+(?:\.\d+)?)([元%])"
)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Everything that the checks look at."""

    articles: tuple[Article, ...]
    facts: dict[str, Fact]
    blocked: frozenset[str]
    gaps: tuple[Gap, ...]
    kinds: frozenset[str]
    today: date


def find_mistakes(folder: Path, today: date) -> list[str]:
    """Every mistake as one sentence that says what to do. Empty when all is well."""
    articles, unreadable = _read(folder / "articles")
    unverified = load_unverified(own_file(folder, "unverified.yaml"))
    shelf = Shelf(
        articles=tuple(article for article in articles if not article.draft),
        facts=load_facts(own_file(folder, "facts.yaml")),
        blocked=unverified.blocked_domains,
        gaps=unverified.gaps,
        kinds=frozenset(kind.id for kind in load_kinds(own_file(folder, "kinds.yaml"))),
        today=today,
    )
    per_article = [
        f"{article.id}.md: {mistake}"
        for article in shelf.articles
        for rule in RULES
        for mistake in rule(article, shelf)
    ]
    whole = (_uncovered(shelf), _contradictions(shelf), _strange_topics(shelf))
    return [*unreadable, *per_article, *chain.from_iterable(whole)]


def _read(folder: Path) -> tuple[list[Article], list[str]]:
    articles, unreadable = [], []
    for path in sorted(folder.glob("*.md")):
        try:
            articles.append(read_article(path))
        except BadData as error:
            unreadable.append(str(error))
    return articles, unreadable


def _rests_on_facts(article: Article, shelf: Shelf) -> Iterator[str]:
    if not article.facts:
        yield "没有写依据的事实（facts）。"
    for name in article.facts:
        fact = shelf.facts.get(name)
        if fact is None:
            yield f"依据的事实 {name} 在 facts.yaml 里找不到。"
        elif not fact.speakable:
            yield f"事实 {name} 不得对外播报，请删掉或换一条。"


def _warns(article: Article, shelf: Shelf) -> Iterator[str]:
    used = [shelf.facts[name] for name in article.facts if name in shelf.facts]
    if any(fact.use is Use.WARNED for fact in used[:1]) and not article.warning:
        yield "依据的事实要带提醒，请写 warning（例如“这是2022年的报道，请先核实。”）。"


def _is_current(article: Article, shelf: Shelf) -> Iterator[str]:
    if article.valid_until < shelf.today:
        yield f"{article.valid_until} 已过有效期，请核对后改日期，或删掉。"
    if article.checked > shelf.today:
        yield "核对日期在今天之后。"


def _is_short(article: Article, shelf: Shelf) -> Iterator[str]:
    count = len(sentences(article.spoken + article.warning))
    if count > MOST_SENTENCES:
        yield f"口头答复连提醒有 {count} 句，最多 {MOST_SENTENCES} 句。"
    if len(article.spoken) > LONGEST_SPOKEN:
        yield f"口头答复有 {len(article.spoken)} 个字，请缩到 {LONGEST_SPOKEN} 字以内。"


def _can_be_found(article: Article, shelf: Shelf) -> Iterator[str]:
    if len(article.asks) < LEAST_ASKS:
        yield f"居民会怎么问（asks）至少写 {LEAST_ASKS} 句。"
    for kind in sorted(article.gives - shelf.kinds):
        yield f"gives 里的 {kind} 在 kinds.yaml 里没有。"


def _numbers_are_known(article: Article, shelf: Shelf) -> Iterator[str]:
    known = "\n".join(
        (
            article.source,
            article.issued,
            *(shelf.facts[n].text for n in article.facts if n in shelf.facts),
        )
    )
    allowed = {_plain_number(number) for number in _NUMBER.findall(known)}
    said = f"{article.spoken}{article.warning}{_URL.sub('', article.body)}"
    for number in dict.fromkeys(_NUMBER.findall(said)):
        if _plain_number(number) not in allowed:
            yield f"数字 {number} 在依据的事实里没有。"


def _plain_number(number: str) -> str:
    return number.lstrip("0") or "0"


def _shows_no_hidden_link(article: Article, shelf: Shelf) -> Iterator[str]:
    text = f"{article.title}{article.source}{article.spoken}{article.body}"
    for domain in sorted(shelf.blocked):
        if domain in text:
            yield f"出现了被劫持的域名 {domain}，请删掉。"
    hidden = {fact.source_url for fact in shelf.facts.values() if not fact.show_url}
    for url in _URL.findall(text):
        if unquote(url) in hidden:
            yield f"{url} 不得给居民看，请删掉。"


Rule = Callable[[Article, Shelf], Iterator[str]]
RULES: tuple[Rule, ...] = (
    _rests_on_facts,
    _warns,
    _is_current,
    _is_short,
    _can_be_found,
    _numbers_are_known,
    _shows_no_hidden_link,
)


def _uncovered(shelf: Shelf) -> Iterator[str]:
    used = {name for article in shelf.articles for name in article.facts}
    for fact in shelf.facts.values():
        if fact.speakable and fact.id not in used:
            yield f"facts.yaml: 事实 {fact.id}（{fact.topic}）可以对外说，但没有一篇文章用到。"


def _strange_topics(shelf: Shelf) -> Iterator[str]:
    """A gap whose topic neither a fact nor an article has: staff would never find it again."""
    known = {fact.topic for fact in shelf.facts.values()}
    known |= {article.topic for article in shelf.articles}
    for gap in shelf.gaps:
        if gap.ours and gap.topic not in known:
            yield f"unverified.yaml: {gap.id} 的话题“{gap.topic}”没有一条事实或文章用到。"


def _contradictions(shelf: Shelf) -> Iterator[str]:
    """The same quantity with different numbers, declared under `figures` or read from speech."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for article in shelf.articles:
        for name, number in _quantities(article):
            other, before = seen.setdefault((article.region, name), (article.id, number))
            if other != article.id and before != number:
                both = f"{other}.md 和 {article.id}.md"
                yield f"{both} 说法不一：{name}，一个是 {before}，一个是 {number}。"


def _quantities(article: Article) -> list[tuple[str, str]]:
    read = [
        (f"{what}（{unit}）", number) for what, number, unit in _QUANTITY.findall(article.spoken)
    ]
    return [*article.figures, *read]
