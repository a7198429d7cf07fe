"""One turn of a conversation as an action sees it, and what the action answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from callcenter.dialogue import Caller

KEPT = 5  # utterances of the caller that the summary quotes
QUOTED = 60  # characters of each


@dataclass(frozen=True, kw_only=True)
class Also:
    """A second wish in the same utterance."""

    intent: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What the caller said, who calls, and what was said before."""

    text: str
    intent: str
    confidence: float
    entities: Mapping[str, str]
    slots: Mapping[str, Any]
    caller: Caller
    heard: tuple[str, ...]  # what the caller said so far, the latest last
    last: tuple[str, ...]  # what was answered last
    also: Also | None = None

    @property
    def summary(self) -> str:
        """What was said so far, for the person who takes over."""
        return "；".join(one[:QUOTED] for one in self.heard[-KEPT:])

    @property
    def offer(self) -> str:
        """What is open: person, again_or_person, choice, company, change, move, proof, also."""
        return str(self.slots.get("offer") or "")


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the caller hears, and what is remembered."""

    lines: tuple[str, ...]
    ask: str = ""  # the question that is left open, always said last
    offer: str = ""  # what the question offers
    custom: Mapping[str, Any] = field(default_factory=dict)  # for the front door
    slots: Mapping[str, Any] = field(default_factory=dict)


def read_turn(state: Mapping[str, Any]) -> Turn:
    """The turn in a tracker's state, as Rasa hands it to an action."""
    latest = state.get("latest_message") or {}
    metadata = latest.get("metadata") or {}
    intent = latest.get("intent") or {}
    events = state.get("events") or []
    return Turn(
        text=str(latest.get("text") or ""),
        intent=str(intent.get("name") or ""),
        confidence=float(intent.get("confidence") or 0.0),
        entities={e["entity"]: str(e["value"]) for e in latest.get("entities") or []},
        slots=state.get("slots") or {},
        caller=_caller(str(state.get("sender_id") or ""), metadata),
        heard=tuple(e["text"] for e in events if e.get("event") == "user" and e.get("text")),
        last=_last_answer(events),
        also=_also(metadata.get("also")),
    )


def _caller(sender: str, metadata: Mapping[str, Any]) -> Caller:
    return Caller(
        sender=sender,
        channel=str(metadata.get("channel") or ""),
        phone=str(metadata.get("phone") or ""),
        elder_id=metadata.get("elder_id"),
        conversation_id=metadata.get("conversation_id"),
    )


def _also(raw: Any) -> Also | None:
    if not isinstance(raw, dict) or not raw.get("intent") or not raw.get("text"):
        return None
    return Also(intent=str(raw["intent"]), text=str(raw["text"]))


def _last_answer(events: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What was said between the caller's last two utterances."""
    lines: list[str] = []
    users = 0
    for event in reversed(events):
        users += event.get("event") == "user"
        if users > 1:
            break
        if users == 1 and event.get("event") == "bot" and event.get("text"):
            lines.insert(0, str(event["text"]))
    return tuple(lines)
