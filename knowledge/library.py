"""The library: articles, facts and gaps as one searchable state that follows its files."""

import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge import answer as words_for
from knowledge.answer import Answer
from knowledge.articles import Article, read_articles
from knowledge.embedding import UniversalSentences, load_embedding
from knowledge.facts import BadData, Fact, load_facts
from knowledge.gaps import Unverified, load_unverified
from knowledge.gate import Decision, Ranking, Verdict, Weights, decide, load_weights, rank
from knowledge.index import Entry, Index, Measured
from knowledge.kinds import Kind, load_kinds
from knowledge.regions import SPEAKABLE, Heard, Places, Reach, load_places
from knowledge.words import before_the_end, load_lexicon, plain

HOME = Path(__file__).parent
LOOK_EVERY = 2.0  # seconds between looks at the files
SHORTEST, LONGEST = 6, 80  # characters of a sentence that is compared by itself
_STATEMENT_END = re.compile(r"[。；\n]+")
LIKELY = 0.3  # how near a gap or article must be, to be named in a refusal
_HEARD = re.compile("[一-鿿].*[一-鿿]|[0-9]{4,}")  # two characters or a hotline's number
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything read from the folder at one moment, consistent in itself."""

    articles: dict[str, Article]
    facts: dict[str, Fact]
    unverified: Unverified
    kinds: tuple[Kind, ...]
    places: Places
    index: Index
    weights: Weights


class Library:
    """Answers residents' questions from the articles of one folder."""

    def __init__(
        self,
        folder: Path,
        state: State,
        embedding: UniversalSentences | None,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._folder = folder
        self._look_every = look_every
        self._state = state
        self._embedding = embedding
        self._stamp = _stamp(folder)
        self._looked = time.monotonic()
        self._lock = threading.Lock()
        self.problem = ""  # why changed files could not be taken over; empty when all is well

    @classmethod
    def load(
        cls, folder: Path | None = None, *, meaning: bool = True, look_every: float = LOOK_EVERY
    ) -> "Library":
        """The library of that folder (by default this package's). Raises BadData.

        Without `meaning`, or without the embedding package, it searches by characters alone.
        Changed files are taken over at the next question, `look_every` seconds apart.
        """
        embedding = load_embedding() if meaning else None
        home = folder or HOME
        return cls(home, read_state(home, embedding), embedding, look_every)

    @property
    def state(self) -> State:
        """What is loaded now."""
        return self._state

    def ask(self, question: str, today: date) -> Answer:
        """The answer to a question in a resident's words, on that day. Never raises on text."""
        self._look()
        state = self._state
        heard = plain(question)
        if not _HEARD.search(heard):
            return words_for.declined(words_for.UNHEARD, 0.0)
        found = _found(state, question, today)
        if not found.wish:
            return found.answer
        asked = before_the_end(question)  # 低保怎么申请，还有帮我订一份午饭
        first = _found(state, asked, today).answer if asked else found.answer
        return first if first.answered else found.answer

    def speak(self, article_id: str, today: date) -> Answer:
        """The answer of a chosen article; a refusal when it is unknown, draft or expired."""
        article = self._state.articles.get(article_id)
        if article is None or not article.speakable_on(today):
            return words_for.declined(words_for.UNKNOWN, 0.0)
        state = self._state
        return words_for.from_article(article, state.facts, state.unverified.blocked_domains, 1.0)

    def refresh(self) -> bool:
        """Take over changed files. False when nothing changed or a file is wrong (`problem`)."""
        with self._lock:
            stamp = _stamp(self._folder)
            if stamp == self._stamp:
                return False
            self._stamp = stamp
            try:
                self._state = read_state(self._folder, self._embedding)
            except BadData as error:
                self.problem = str(error)
                _log.warning("政策条目没有更新，仍用原来的：%s", error)
                return False
            self.problem = ""
            return True

    def _look(self, now: Callable[[], float] = time.monotonic) -> None:
        if now() - self._looked >= self._look_every:
            self._looked = now()
            self.refresh()


def read_state(
    folder: Path, embedding: UniversalSentences | None, weights: Weights | None = None
) -> State:
    """Everything in the folder; shared data files default to this package's own.

    `weights` stand in for the learned ones while these are being learned.
    """
    articles = read_articles(folder / "articles")
    unverified = load_unverified(own_file(folder, "unverified.yaml"))
    kinds = load_kinds(own_file(folder, "kinds.yaml"))
    lexicon = load_lexicon(own_file(folder, "synonyms.yaml"))
    released = [article for article in articles.values() if not article.draft]
    return State(
        articles=articles,
        facts=load_facts(own_file(folder, "facts.yaml")),
        unverified=unverified,
        kinds=kinds,
        places=load_places(own_file(folder, "regions.yaml")),
        index=Index(_entries(released, unverified), lexicon, kinds, embedding),
        weights=weights
        or load_weights(own_file(folder, "weights.json"), meaning=embedding is not None),
    )


def _entries(articles: list[Article], unverified: Unverified) -> list[Entry]:
    found = [
        Entry(
            id=article.id,
            sort="article",
            topic=article.topic,
            asks=(article.title, *article.asks, *_statements(article)),
            text=f"{article.topic}{article.spoken}{article.body}",
            gives=article.gives,
        )
        for article in articles
    ]
    gaps = [
        Entry(
            id=gap.id,
            sort="gap" if gap.ours else "elsewhere",
            topic=gap.topic,
            asks=gap.asks,
            text=gap.matter,
            gives=gap.gives,
        )
        for gap in unverified.gaps
    ]
    return [*found, *gaps]


def _statements(article: Article) -> tuple[str, ...]:
    """The sentences of an article: a question may come closer to one of them than to an example."""
    parts = _STATEMENT_END.split(f"{article.spoken}\n{article.body}")
    return tuple(part for part in parts if SHORTEST <= len(part) <= LONGEST)


def own_file(folder: Path, name: str) -> Path:
    """That file of the folder, or this package's own where the folder has none."""
    path = folder / name
    return path if path.exists() else HOME / name


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    files = [*folder.glob("*.yaml"), *folder.glob("*.json"), *(folder / "articles").glob("*.md")]
    seen = [(path.name, path.stat()) for path in files]
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in seen))


def _released(state: State, today: date) -> frozenset[int]:
    return frozenset(
        number
        for number, entry in enumerate(state.index.entries)
        if entry.sort == "article" and state.articles[entry.id].speakable_on(today)
    )


@dataclass(frozen=True, kw_only=True)
class _Found:
    """An answer, and whether it declines a wish rather than a question."""

    answer: Answer
    wish: bool


def _found(state: State, question: str, today: date) -> _Found:
    measured = state.index.measure(question)
    ranking = rank(measured, state.weights)
    decision = decide(ranking, _released(state, today), state.weights)
    answer = _compose(state, measured, ranking, decision, state.places.hear(plain(question)))
    nearest = state.index.entries[ranking.order[0]].id
    wishes = {gap.id for gap in state.unverified.gaps if gap.wish}
    return _Found(answer=answer, wish=not answer.answered and nearest in wishes)


def _compose(
    state: State, measured: Measured, ranking: Ranking, decision: Decision, heard: Heard
) -> Answer:
    entries = state.index.entries
    topic = entries[ranking.order[0]].topic
    if decision.verdict is Verdict.NONE:
        said = _refusal(state, measured, ranking, heard)
        return words_for.declined(said, decision.score, topic)
    chosen = [state.articles[entries[number].id] for number in decision.entries]
    fitting = [article for article in chosen if article.region in SPEAKABLE[heard.reach]]
    if chosen[0] not in fitting:
        return words_for.declined(words_for.for_place(heard.place), decision.score, topic)
    lacking = _firmly_lacking(measured, fitting[0])
    if lacking:
        said = words_for.for_kind(lacking, fitting[0])
        return words_for.declined(said, decision.score, fitting[0].topic)
    if len(fitting) > 1:
        return words_for.from_several(fitting, decision.score)
    blocked = state.unverified.blocked_domains
    return words_for.from_article(fitting[0], state.facts, blocked, decision.score)


def _firmly_lacking(measured: Measured, article: Article) -> Kind | None:
    """The telephone number, address or hours that were asked for and that nothing gives."""
    asked = [kind for kind in measured.kinds if kind.firm]
    return next((kind for kind in asked if kind.id not in article.gives), None)


def _refusal(state: State, measured: Measured, ranking: Ranking, heard: Heard) -> str:
    """The most telling honest sentence: the place, the known gap, or the missing kind."""
    if heard.reach is not Reach.OURS:
        return words_for.for_place(heard.place)
    entries = state.index.entries
    gaps = {gap.id: gap for gap in state.unverified.gaps}
    for number, chance in zip(ranking.order[:1], ranking.chances, strict=False):
        entry = entries[number]
        if chance >= LIKELY and entry.id in gaps:
            return words_for.for_gap(gaps[entry.id])
        if chance >= LIKELY and entry.id in state.articles:
            lacking = [kind for kind in measured.kinds if kind.id not in entry.gives]
            if lacking:
                return words_for.for_kind(lacking[0], state.articles[entry.id])
    return words_for.UNKNOWN
