"""The only way in for a turn of conversation: POST /webhooks/doorway/turn with its own bearer.

Rasa's `--auth-token` does not protect channels, and an assistant that fails answers with an empty
list, which is silence to an elder. This channel checks the bearer in constant time, cuts the text,
and turns an empty answer into the domain's apology with the offer of a person.
"""

from __future__ import annotations

import hmac
import logging
import os
from typing import Any, Awaitable, Callable, Dict, List, Optional, Text

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.components.clauses import second_wish
from bot.components.sanitiser import clean
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage

logger = logging.getLogger(__name__)

CONTEXTS = ("hotline", "check_in")
TROUBLE = "utter_trouble"  # a response of the domain
LONGEST_BODY = 1_000_000  # bytes; the front door sends far less
LONGEST_SENDER = 100


class Doorway(InputChannel):
    """One turn in, all its messages out, with what was understood."""

    def __init__(self, token: Text) -> None:
        self._token = token

    @classmethod
    def name(cls) -> Text:
        """The channel's place in the URL."""
        return "doorway"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "Doorway":
        """The bearer comes from the environment; without one the channel does not open."""
        token = os.environ.get("XIXIN_RASA_TOKEN", "")
        if not token:
            raise SystemExit("XIXIN_RASA_TOKEN is not set: start the assistant with bot.serve")
        return cls(token)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of the channel."""
        doorway = Blueprint("doorway")

        @doorway.route("/turn", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            if not self._admits(request):
                return response.json({"error": "unauthorised"}, status=401)
            asked = read_turn(request)
            if asked is None:
                return response.json({"error": "expected sender, text and context"}, status=400)
            return await self._answer(request, on_new_message, asked)

        return doorway

    def _admits(self, request: Request) -> bool:
        shown = request.headers.get("Authorization", "")
        return hmac.compare_digest(shown.encode(), f"Bearer {self._token}".encode())

    async def _answer(
        self,
        request: Request,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
        asked: Dict[Text, Any],
    ) -> HTTPResponse:
        collector = CollectingOutputChannel()
        agent = request.app.ctx.agent
        try:
            also = await second_wish(agent, asked["text"], asked["metadata"])
            await on_new_message(
                UserMessage(
                    asked["text"],
                    collector,
                    asked["sender"],
                    input_channel=self.name(),
                    metadata={**asked["metadata"], "also": also},
                )
            )
        except Exception as trouble:  # whatever broke, the elder hears an apology
            logger.error("a turn failed: %s", type(trouble).__name__)
        messages = [spoken(one) for one in collector.messages]
        if not any(one.get("text") for one in messages):
            messages.append(apology(agent))
        tracker = await agent.tracker_store.retrieve(asked["sender"]) if agent else None
        return response.json({"messages": messages, **heard(tracker)})


def read_turn(request: Request) -> Optional[Dict[Text, Any]]:
    """The turn that was asked for, cleaned; None if it is not one."""
    if len(request.body) > LONGEST_BODY:
        return None
    try:
        body = request.json
    except Exception:  # sanic raises its own for anything that is not JSON
        return None
    if not isinstance(body, dict) or not isinstance(body.get("text"), str):
        return None
    sender, context = body.get("sender"), body.get("context", "hotline")
    if not isinstance(sender, str) or not 0 < len(sender) <= LONGEST_SENDER:
        return None
    if context not in CONTEXTS:
        return None
    given = body.get("metadata")
    metadata = {**given, "context": context} if isinstance(given, dict) else {"context": context}
    return {"sender": sender, "text": clean(body["text"]), "metadata": metadata}


def spoken(message: Dict[Text, Any]) -> Dict[Text, Any]:
    """One message of the answer: words, and data for the front door."""
    return {key: message[key] for key in ("text", "custom") if message.get(key)}


def apology(agent: Any) -> Dict[Text, Any]:
    """What is said when nothing came out: the domain's own words and the offer of a person."""
    known: Dict[Text, List] = agent.domain.responses if agent and agent.domain else {}
    words = (known.get(TROUBLE) or [{}])[0].get("text", "")
    return {"text": words, "custom": {"handoff": {"reason": "trouble", "summary": ""}}}


def heard(tracker: Any) -> Dict[Text, Any]:
    """What was understood of the last turn."""
    latest = tracker.latest_message if tracker else None
    intent = (latest.intent if latest else None) or {}
    return {
        "intent": intent.get("name"),
        "confidence": float(intent.get("confidence") or 0.0),
        "entities": list(latest.entities) if latest else [],
        "slots": dict(tracker.current_slot_values()) if tracker else {},
    }
