"""The actions as Rasa calls them: read the turn, ask one function, say its words.

Whatever breaks inside, the caller hears an apology and a person takes over: silence is a bug.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import form
from actions.desk import Desk
from actions.draft import FIELDS
from actions.talk import TALK, Answering, moved, to_person
from actions.turn import Reply, Turn, read_turn
from actions.words import Words

logger = logging.getLogger(__name__)

Events = list[dict[str, Any]]
KEEPS_MISSES = ("action_unclear", "action_again", "action_slower")


class Behind(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """An action named for Rasa around one function of ours."""

    def __init__(self, name: str, work: Callable[[Turn], Reply], broken: Reply) -> None:
        self._name = name
        self._work = work
        self._broken = broken

    def name(self) -> str:
        """The name in the domain."""
        return self._name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        """Slots in, one call, words out."""
        reply = await asyncio.to_thread(
            self._safely, tracker.current_state() | {"events": tracker.events}
        )
        say(dispatcher, reply)
        events = [SlotSet(name, value) for name, value in reply.slots.items()]
        follow = reply.custom.get("follow")
        return [*events, *([FollowupAction(follow)] if follow else [])]

    def _safely(self, state: Mapping[str, Any]) -> Reply:
        try:
            return self._work(read_turn(state))
        except Exception as trouble:  # noqa: BLE001 - the edge: an elder must never hear silence
            logger.error("%s failed: %s", self._name, type(trouble).__name__)
            return self._broken


def say(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Each line as a message; what the front door needs to know goes with the last."""
    for line in reply.lines:
        dispatcher.utter_message(text=line)
    custom = {key: value for key, value in reply.custom.items() if key != "follow"}
    if custom:
        dispatcher.utter_message(json_message=custom)


def actions(desk: Desk, words: Words) -> list[Action]:
    """Every action of the domain, bound to the house's desk."""
    broken = to_person("trouble", "", words.say("form_stuck"))
    talk = {name: _answering(name, work, desk, words) for name, work in TALK.items()}
    asks = {f"action_ask_{name}": _asking(name, desk, words) for name in FIELDS}
    forms: dict[str, Callable[[Turn], Reply]] = {
        "action_begin_request": _stepping(form.begun, desk, words, follow="service_form"),
        "validate_service_form": _stepping(form.heard, desk, words),
        "action_finish_request": lambda turn: form.finished(turn, desk, words),
    }
    return [Behind(name, work, broken) for name, work in {**talk, **asks, **forms}.items()]


def _answering(name: str, work: Answering, desk: Desk, words: Words) -> Callable[[Turn], Reply]:
    def answer(turn: Turn) -> Reply:
        reply = moved(turn, desk, words) or work(turn, desk, words)
        misses = {} if name in KEEPS_MISSES else {"misses": 0}
        return with_second_wish(
            replace(reply, slots={**misses, "offer": reply.offer, **reply.slots}),
            turn, desk, words,
        )  # fmt: skip

    return answer


def with_second_wish(reply: Reply, turn: Turn, desk: Desk, words: Words) -> Reply:
    """The other wish of the same sentence ends somewhere too: answered, or offered next."""
    if turn.also is None or reply.custom.get("handoff") or reply.custom.get("danger"):
        return reply
    if turn.also.intent == "request_service" and reply.offer in ("", "again_or_person"):
        name = words.services[words.service_named(turn.also.text) or "other"].name
        lines = (reply.lines[0], words.say("also_service", name=name))
        slots = {**reply.slots, "offer": "also", "gist": turn.also.text}
        return replace(reply, lines=lines, offer="also", slots=slots)
    more = form.beside(turn, desk, words)
    return replace(reply, lines=(reply.lines[0], *more, *reply.lines[1:])) if more else reply


def _stepping(
    work: Callable[[Turn, Desk, Words], form.Step], desk: Desk, words: Words, follow: str = ""
) -> Callable[[Turn], Reply]:
    def step(turn: Turn) -> Reply:
        done = work(turn, desk, words)
        custom = (
            {**done.custom, "follow": follow} if follow and turn.offer == "also" else done.custom
        )
        return Reply(lines=done.lines, slots=done.slots, custom=custom)

    return step


def _asking(name: str, desk: Desk, words: Words) -> Callable[[Turn], Reply]:
    def ask(turn: Turn) -> Reply:
        return Reply(lines=form.asking(turn, desk, words, name).lines)

    return ask
