"""What one utterance means: danger words first, then the model, then the table of the context.

The batch command and whoever measures take the same road as a live turn. The model is asked through
a function, so that this module decides and does no I/O of its own but to read its tables once.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import yaml

from callcenter.assistant import DANGERS, danger_share
from callcenter.config import ROOT
from callcenter.domain.watch import OVERHEARD

LONGEST = 300  # characters that are heard
SHORTEST_CLAUSE = 4  # characters; shorter ones say nothing on their own
MOST_CLAUSES = 5  # of one utterance are asked about
SURE_CLAUSE = 0.7  # a clause alone must be this sure to count as a wish of its own
SURE_DANGER = 0.6  # the model names the danger better than a rule when it is this sure of one
HALF_MEANT = 0.25  # so much of the whole must a clause's wish hold to come before the other
CLAUSE_END = re.compile(
    r"[，。；！？,;!?\s]+|(?=另外|还有|顺便|顺带|再就是|还想|还要问|对了|再帮|再问|又想)"
)

# Wishes by urgency: what has to be dealt with first, when two are told in one breath.
BY_URGENCY = (
    "emergency", "crisis", "ask_human", "unwell", "report_unwell", "scam", "complaint",
    "request_service", "change_request", "ask_progress", "ask_policy", "companionship",
)  # fmt: skip
UNCLEAR = "unclear"


class BadTable(Exception):
    """bot/contexts.yml or policy/services.yaml has a mistake; the message names it."""


class Found(Protocol):
    """What the danger words found."""

    @property
    def kind(self) -> str:
        """A kind of emergency, or `crisis`."""

    @property
    def rule(self) -> str:
        """The rule that found it; `ear` when none did and the kind is a guess."""

    @property
    def certain(self) -> bool:
        """False: a person should take over, but it is not raised as danger."""

    def denied_by(self, share: float) -> bool:
        """Whether a model that gives all danger that share takes the alarm out of it."""


Parse = Callable[[str], Mapping[str, Any]]
FindDanger = Callable[[str], Found | None]
FindTopic = Callable[[str], str]  # the topic of what is known about a question; empty: none


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """What was understood of one utterance."""

    intent: str  # a name of the taxonomy, or `unclear`
    topic: str | None = None  # of ask_policy
    service: str | None = None  # of request_service
    kind: str | None = None  # of emergency
    danger: bool = False  # true for every emergency and crisis
    also: str | None = None  # the intent of a second wish
    confidence: float = 0.0  # 0 to 1

    def as_dict(self) -> dict[str, Any]:
        """As the batch command prints it."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Context:
    """Which intents a conversation knows (bot/contexts.yml)."""

    called: Mapping[str, str]  # the model's name -> the name here
    unknown: frozenset[str]  # not heard here
    least_known: float  # so much of the whole counts as known at least
    sure_from: float  # below it nothing was understood
    danger_from: float  # from this share on the model alone raises danger


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Contexts, and the words by which services and topics are told apart."""

    contexts: Mapping[str, Context]
    services: Mapping[str, tuple[str, ...]]
    topics: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=4)
def tables(root: Path = ROOT) -> Tables:
    """Read and checked once. Raises BadTable with a plain message."""
    words = _yaml(root / "policy" / "services.yaml")
    read = Tables(
        contexts={
            name: Context(**{**raw, "unknown": frozenset(raw["unknown"])})
            for name, raw in _yaml(root / "bot" / "contexts.yml")["contexts"].items()
        },
        services=_words(words["services"]),
        topics=_words(words["topics"]),
    )
    for kind, table in (("services", read.services), ("topics", read.topics)):
        for name, entry in words[kind].items():
            _check(kind, name, entry, table)
    return read


def _yaml(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as wrong:
        raise BadTable(f"{file.name} cannot be read: {wrong}") from wrong


def _words(entries: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(str(word) for word in entry["say"]) for name, entry in entries.items()}


def _check(kind: str, name: str, entry: Any, table: Mapping[str, tuple[str, ...]]) -> None:
    for example in entry["hears"]:
        if (heard := named(example, table)) != name:
            raise BadTable(
                f"policy/services.yaml, {kind}, {name}: “{example}” is heard as {heard}; "
                "add the words that tell them apart"
            )


def named(text: str, table: Mapping[str, tuple[str, ...]]) -> str | None:
    """The entry of which most characters are named in the text; the earlier wins a tie."""
    told = {name: sum(len(w) for w in words if w in text) for name, words in table.items()}
    best = max(told, key=lambda name: told[name])
    return best if told[best] else None


def read_parse(text: str, parse: Mapping[str, Any], context: str) -> Understanding:
    """What the model's reading of one text means in a context. Raises KeyError for an odd one."""
    all_tables = tables()
    here = all_tables.contexts[context]
    ranking = meant(parse.get("intent_ranking") or [], here)
    if not ranking or ranking[0][1] < here.sure_from:
        return Understanding(intent=UNCLEAR, confidence=ranking[0][1] if ranking else 0.0)
    intent, share = ranking[0]
    return Understanding(
        intent=intent,
        topic=named(text, all_tables.topics) if intent == "ask_policy" else None,
        service=service_of(text, parse) if intent == "request_service" else None,
        kind=_member(parse, "kind") if intent == "emergency" else None,
        danger=intent in DANGERS,
        confidence=round(share, 4),
    )


def meant(ranking: Sequence[Mapping[str, Any]], here: Context) -> list[tuple[str, float]]:
    """The ranking with foreign intents folded or dropped, the likeliest first."""
    shares: dict[str, float] = {}
    for one in ranking:
        name = here.called.get(one["name"], one["name"])
        if name not in here.unknown and name != "nlu_fallback":
            shares[name] = shares.get(name, 0.0) + float(one["confidence"])
    total = max(sum(shares.values()), here.least_known)
    kept = [(name, share / total) for name, share in shares.items()]
    return sorted(kept, key=lambda one: -one[1])


def service_of(text: str, parse: Mapping[str, Any]) -> str:
    """The service that words name; else the model's guess; else `other`."""
    return named(text, tables().services) or _member(parse, "service") or "other"


def _member(parse: Mapping[str, Any], entity: str) -> str | None:
    found = [e["value"] for e in parse.get("entities") or [] if e.get("entity") == entity]
    return str(found[0]) if found else None


def clauses(text: str) -> list[str]:
    """The parts of an utterance that could each be a wish."""
    parts = [part.strip() for part in CLAUSE_END.split(text)]
    return [part for part in parts if len(part) >= SHORTEST_CLAUSE][:MOST_CLAUSES]


def understand(
    text: str, context: str, parse: Parse, danger: FindDanger, topic: FindTopic | None = None
) -> Understanding:
    """Either net is enough to raise danger; of two wishes the more urgent is the intent.

    A question has the topic of the article or gap that `topic` finds: it knows far more ways of
    asking than the words of policy/services.yaml, which are asked where it finds none.
    """
    text = text[:LONGEST].strip()
    if not text:
        return Understanding(intent=UNCLEAR)
    read = _wishes(text, context, parse, danger(text))
    if read.intent != "ask_policy" or topic is None:
        return read
    return replace(read, topic=topic(text) or read.topic)


def _wishes(text: str, context: str, parse: Parse, found: Found | None) -> Understanding:
    heard = parse(text)
    whole = _cautious(read_parse(text, heard, context), context)
    parts = _parts(text, context, parse)
    if found is not None and found.certain and not found.denied_by(danger_share(heard)):
        return _endangered(found, _guess(heard, context), whole, [one.intent for one in parts])
    ranking = heard.get("intent_ranking") or []
    return _two_wishes(whole, parts, dict(meant(ranking, tables().contexts[context])))


def _cautious(read: Understanding, context: str) -> Understanding:
    """A danger that the model hears but is far from sure of is unclear: a person asks again."""
    if read.danger and read.confidence < tables().contexts[context].danger_from:
        return Understanding(intent=UNCLEAR, confidence=read.confidence)
    return read


def _parts(text: str, context: str, parse: Parse) -> list[Understanding]:
    parts = clauses(text)
    if len(parts) < 2:
        return []
    read = [read_parse(part, parse(part), context) for part in parts]
    return [one for one in read if one.intent in BY_URGENCY and one.confidence >= SURE_CLAUSE]


def _guess(heard: Mapping[str, Any], context: str) -> str:
    """The danger that the model would name if it had to name one."""
    shares = dict(meant(heard.get("intent_ranking") or [], tables().contexts[context]))
    crisis = shares.get("crisis", 0.0) > shares.get("emergency", 0.0)
    return "crisis" if crisis else (_member(heard, "kind") or "other")


def _endangered(found: Found, guess: str, whole: Understanding, wishes: list[str]) -> Understanding:
    kind = _kind(found, guess, whole)
    crisis = kind == "crisis"
    intent = "crisis" if crisis else "emergency"
    others = [wish for wish in (whole.intent, *wishes) if wish in BY_URGENCY[2:]]
    return Understanding(
        intent=intent,
        kind=None if crisis else kind,
        danger=True,
        also=_also(others, intent),
        confidence=1.0,
    )


def _kind(found: Found, guess: str, whole: Understanding) -> str:
    """Whether it is a danger either net decides; which one, the model where it is sure of one."""
    if whole.danger and whole.confidence >= SURE_DANGER:
        return whole.kind or whole.intent
    return guess if found.rule == OVERHEARD else str(found.kind)


def _two_wishes(
    whole: Understanding, parts: list[Understanding], shares: Mapping[str, float]
) -> Understanding:
    """The whole decides; a more urgent clause comes first only if the whole half means it too."""
    wishes = [one for one in parts if one.intent not in DANGERS]
    if whole.danger or whole.intent not in BY_URGENCY:
        return replace(whole, also=_also([w.intent for w in wishes], whole.intent))
    meant_too = [one for one in wishes if shares.get(one.intent, 0.0) >= HALF_MEANT]
    first = min((whole, *meant_too), key=lambda one: BY_URGENCY.index(one.intent))
    others = [whole.intent, *(one.intent for one in wishes)]
    return replace(first, also=_also(others, first.intent))


def _also(wishes: Sequence[str], intent: str) -> str | None:
    others = [wish for wish in dict.fromkeys(wishes) if wish != intent]
    return min(others, key=BY_URGENCY.index) if others else None
