"""What an elder hears and reads: composed from an article, a gap, or two near articles."""

from dataclasses import dataclass
from typing import Literal

from knowledge.articles import Article
from knowledge.facts import Fact
from knowledge.gaps import Gap
from knowledge.kinds import Kind
from knowledge.speech import speakable, with_source

PERSON = "我可以帮您转人工问一问。"
UNKNOWN = f"这个问题我没有可靠的答案，不敢乱讲，{PERSON}"
UNHEARD = f"我没有听清您想问什么，请您再说一遍，{PERSON}"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer. `spoken` is at most two sentences; the caller adds what comes after."""

    answered: bool  # False only when kind is none
    kind: Literal["answer", "choice", "none"]
    spoken: str
    written: str  # Markdown, with links only where they may be shown
    article: str | None  # of a choice, the likelier
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
        facts=article.facts,
        source=article.source,
        as_of=article.issued,
        score=score,
    )


def from_two(first: Article, second: Article, score: float) -> Answer:
    """The spoken question between two near articles."""
    asked = f"您是想问“{first.title}”，还是“{second.title}”？"
    return Answer(
        answered=True,
        kind="choice",
        spoken=asked,
        written=asked,
        article=first.id,
        facts=tuple(dict.fromkeys((*first.facts, *second.facts))),
        source=first.source,
        as_of=first.issued,
        score=score,
        choices=((first.id, first.title), (second.id, second.title)),
    )


def declined(said: str, score: float) -> Answer:
    """An honest refusal with the offer of a person."""
    return Answer(
        answered=False,
        kind="none",
        spoken=speakable(said),
        written=said,
        article=None,
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
    return f"“{article.title}”这件事，{kind.name}我们没有核实到，不敢乱讲。{PERSON}"


def for_place(place: str) -> str:
    """The refusal when the question is about another place."""
    return f"您问的是{place}的事，我这里只有梁溪的政策，不能拿来当{place}的。{PERSON}"
