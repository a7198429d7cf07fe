"""Talks with the actions alone: the rules of the assistant are followed, the model is left out.

Each sentence is told with the intent that the model would have found, so that what is tested here
is what follows from it. `tests/bot` holds the same talks with the real model.
"""

import asyncio
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.behind_rasa import actions
from actions.draft import FIELDS
from actions.words import words
from callcenter.config import ROOT
from callcenter.desk import HouseDesk
from callcenter.wiring import House

FORM = "service_form"


@cache
def ruled() -> dict[str, str]:
    """The action that follows an intent, as bot/data/rules.yml says."""
    rules = yaml.safe_load((ROOT / "bot/data/rules.yml").read_text(encoding="utf-8"))["rules"]
    found = {}
    for rule in rules:
        steps = {key: one[key] for one in rule["steps"] for key in one}
        if "intent" in steps:
            first = next(one["action"] for one in rule["steps"] if "action" in one)
            found[steps["intent"]] = first
    return found


@dataclass
class Talk:
    """One caller and what was said so far."""

    house: House
    phone: str = "+8613900000001"
    elder_id: int | None = None
    conversation_id: int | None = None
    slots: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    custom: dict[str, Any] = field(default_factory=dict)
    in_form: bool = False

    def __post_init__(self) -> None:
        every = actions(HouseDesk(self.house), words())
        self._actions = {one.name(): one for one in every}

    def say(
        self,
        text: str,
        intent: str = "nlu_fallback",
        confidence: float = 0.9,
        also: tuple[str, str] | None = None,
    ) -> str:
        """What is answered, all lines together; never empty."""
        self.events.append({"event": "user", "text": text})
        self.custom = {}
        self._latest = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "entities": [],
            "metadata": {
                "phone": self.phone, "elder_id": self.elder_id, "channel": "phone",
                "conversation_id": self.conversation_id,
                "also": {"intent": also[0], "text": also[1]} if also else None,
            },
        }  # fmt: skip
        before = len(self.events)
        if self.in_form:
            self._go_on()
        else:
            self._run(ruled()[intent])
            if intent == "request_service" and not self.in_form:
                self._open_form()
        said = [str(one["text"]) for one in self.events[before:] if one.get("text")]
        assert said, f"silence after {text}"
        return "".join(said)

    def wish(self, text: str, also: tuple[str, str] | None = None) -> str:
        """A sentence that asks for a service."""
        return self.say(text, "request_service", also=also)

    def yes(self) -> str:
        """对的。"""
        return self.say("对的", "yes", 1.0)

    def no(self) -> str:
        """不用了。"""
        return self.say("不用了", "no", 1.0)

    def _run(self, name: str) -> None:
        dispatcher = CollectingDispatcher()
        tracker = Tracker("s", self.slots, self._latest, self.events, False, None, {}, "listen")
        done = asyncio.run(self._actions[name].run(dispatcher, tracker, {}))
        for message in dispatcher.messages:
            self.custom |= message.get("custom") or {}
            if message.get("text"):
                self.events.append({"event": "bot", "text": message["text"]})
        for event in done:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            elif event["name"] == FORM:
                self._open_form()
            else:
                self._run(event["name"])

    def _open_form(self) -> None:
        self.in_form = True
        self._ask()

    def _go_on(self) -> None:
        self._run("validate_service_form")
        self._ask()

    def _ask(self) -> None:
        """The first slot that is empty is asked for; without one the form is over."""
        open_ = next((name for name in FIELDS if self.slots.get(name) is None), None)
        if self.slots.get("outcome") or open_ is None:
            self.in_form = False
            self.slots["requested_slot"] = None
            self._run("action_finish_request")
            return
        self.slots["requested_slot"] = open_
        self._run(f"action_ask_{open_}")
