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
from actions.handing import to_person
from actions.offers import on_the_open_question
from actions.talk import TALK, Answering
from actions.turn import Reply, Turn, read_turn
from actions.wishes import with_further
from actions.words import Words

logger = logging.getLogger(__name__)

FINISH = "action_finish_request"
Events = list[dict[str, Any]]
KEEPS_MISSES = ("action_unclear", "action_again", "action_slower")


class Behind(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """An action named for Rasa around one function of ours."""

    def __init__(
        self, name: str, work: Callable[[Turn], Reply], broken: Callable[[Turn], Reply]
    ) -> None:
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
        turn = read_turn(state)
        try:
            return self._work(turn)
        except Exception as trouble:  # noqa: BLE001 - the edge: an elder must never hear silence
            logger.error("%s failed: %s", self._name, type(trouble).__name__)
            return self._broken(turn)


def say(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Each line as a message, the question last; then what the front door needs to know."""
    for line in (*reply.lines, reply.ask):
        if line:
            dispatcher.utter_message(text=line)
    custom = {key: value for key, value in reply.custom.items() if key != "follow"}
    if custom:
        dispatcher.utter_message(json_message=custom)


def actions(desk: Desk, words: Words) -> list[Action]:
    """Every action of the domain, bound to the house's desk."""
    talk = {name: _answering(name, work, desk, words) for name, work in TALK.items()}
    asks = {f"action_ask_{name}": _asking(name, desk, words) for name in FIELDS}
    forms: dict[str, Callable[[Turn], Reply]] = {
        "action_begin_request": _stepping(form.begun, desk, words, follow="service_form"),
        "validate_service_form": _stepping(form.heard, desk, words),
        FINISH: _finishing(desk, words),
    }
    every = {**talk, **asks, **forms}
    return [Behind(name, work, _broken(name, words)) for name, work in every.items()]


def _broken(name: str, words: Words) -> Callable[[Turn], Reply]:
    """What is said when an action fails; a request that was told in full goes to a person."""
    if name != FINISH:
        return lambda _: to_person("trouble", "", words.say("trouble"))

    def not_saved(turn: Turn) -> Reply:
        known = form.all_known(turn, words)
        handed = to_person("not_saved", known, words.say("form_not_saved"))
        return replace(handed, slots=form.emptied())

    return not_saved


def _answering(name: str, work: Answering, desk: Desk, words: Words) -> Callable[[Turn], Reply]:
    def answer(turn: Turn) -> Reply:
        reply = on_the_open_question(turn, desk, words) or work(turn, desk, words)
        misses = {} if name in KEEPS_MISSES else {"misses": 0}
        kept = replace(reply, slots={**misses, "offer": reply.offer, **reply.slots})
        return with_further(kept, turn, desk, words)

    return answer


def _finishing(desk: Desk, words: Words) -> Callable[[Turn], Reply]:
    """The last answer of a form holds no further wish; what waited before is taken up."""

    def finish(turn: Turn) -> Reply:
        alone = replace(turn, also=None, intent="", text="")
        return with_further(form.finished(turn, desk, words), alone, desk, words)

    return finish


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
