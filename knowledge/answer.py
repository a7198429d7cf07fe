"""What an elder hears and reads: composed from an article, a gap, or a few near articles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.articles import Article
from knowledge.facts import Fact
from knowledge.gaps import Gap
from knowledge.kinds import Kind
from knowledge.speech import speakable, with_source

PERSON = "要不要给您转人工问一问？"
UNKNOWN = f"这个问题我没有可靠的答案，不敢乱讲。{PERSON}"
UNHEARD = f"我没有听清，您再说一遍好吗？{PERSON}"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer. `spoken` is at most two sentences; the caller adds what comes after."""

    answered: bool  # False only when kind is none
    kind: Literal["answer", "choice", "none"]
    spoken: str
    written: str  # Markdown, with links only where they may be shown
    article: str | None  # of a choice, the likelier
    topic: str  # what the question is about, answered or not; empty when it is nothing of ours
    facts: tuple[str, ...]
    source: str  # as it is said after 据
    as_of: str  # YYYY, YYYY-MM or YYYY-MM-DD
    score: float  # 0 to 1, how sure the search is that an article answers
    choices: tuple[tuple[str, str], ...] = ()  # article id and title


def from_article(
    article: Article, facts: dict[str, Fact], blocked: frozenset[str], score: float
) -> Answer:
    """The answer of one article, with its source, date and, where it may be shown, its link."""
    links = [facts[name].link(blocked) for name in article.facts if name in facts]
    shown = "".join(f"\n- <{link}>" for link in dict.fromkeys(filter(None, links)))
    origin = f"出处：{article.source}（发布：{article.issued}，核对：{article.checked}）"
    return Answer(
        answered=True,
        kind="answer",
        spoken=with_source(article.source, article.spoken, article.warning),
        written=f"**{article.title}**\n\n{article.body}\n\n{origin}{shown}",
        article=article.id,
        topic=article.topic,
        facts=article.facts,
        source=article.source,
        as_of=article.issued,
        score=score,
    )


def from_several(near: Sequence[Article], score: float) -> Answer:
    """The spoken question between two or three near articles, the likeliest first."""
    *before, last = [article.title for article in near]
    asked = f"您是想问{'，'.join(before)}，还是{last}？"
    facts = dict.fromkeys(fact for article in near for fact in article.facts)
    return Answer(
        answered=True,
        kind="choice",
        spoken=speakable(asked),
        written=asked,
        article=near[0].id,
        topic=near[0].topic,
        facts=tuple(facts),
        source=near[0].source,
        as_of=near[0].issued,
        score=score,
        choices=tuple((article.id, article.title) for article in near),
    )


def declined(said: str, score: float, topic: str = "") -> Answer:
    """An honest refusal with the offer of a person."""
    return Answer(
        answered=False,
        kind="none",
        spoken=speakable(said),
        written=said,
        article=None,
        topic=topic,
        facts=(),
        source="",
        as_of="",
        score=score,
    )


def for_gap(gap: Gap) -> str:
    """The refusal for a known gap."""
    return f"{gap.say.rstrip('。')}。{PERSON}"


def for_kind(kind: Kind, article: Article) -> str:
    """The refusal when we know the matter but not what was asked of it."""
    return f"{article.title}，我们知道一些，可是{kind.name}没有核实到，不敢乱讲。{PERSON}"


def for_place(place: str) -> str:
    """The refusal when the question is about another place."""
    return f"您问的是{place}的事，我这里只有梁溪的政策，不能当成{place}的讲给您听。{PERSON}"
