"""Keeps, of all intents, those that can be meant in the conversation's context.

The same words answer a check-in call and ask the hotline for help: `bot/contexts.yml` says which
intents each context knows and what they are called there. Only live turns carry a context (in
their metadata); a bare parse keeps the whole ranking and whoever asked for it applies the table.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Text

import yaml

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message

TABLE = Path(__file__).parents[1] / "contexts.yml"


def meant(ranking: List[Dict], context: Dict[Text, Any]) -> List[Dict]:
    """The ranking with foreign intents folded or dropped; shares add up to what was kept."""
    shares: Dict[Text, float] = {}
    for one in ranking:
        name = context["called"].get(one["name"], one["name"])
        if name not in context["unknown"]:
            shares[name] = shares.get(name, 0.0) + one["confidence"]
    total = max(sum(shares.values()), context["least_known"])
    kept = [{"name": n, "confidence": s / total} for n, s in shares.items()]
    return sorted(kept, key=lambda one: -one["confidence"])


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False
)
class ContextGate(IntentClassifier, GraphComponent):
    """Narrows the ranking of a live turn to its context."""

    def __init__(self, contexts: Dict[Text, Any]) -> None:
        self._contexts = contexts

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "ContextGate":
        """Reads the table of contexts."""
        return cls(yaml.safe_load(TABLE.read_text(encoding="utf-8"))["contexts"])

    def process(self, messages: List[Message]) -> List[Message]:
        """Narrow each message that says its context."""
        for message in messages:
            context = self._contexts.get((message.get("metadata") or {}).get("context"))
            ranking = message.get("intent_ranking") or []
            if context and ranking:
                kept = meant(ranking, context)
                message.set("intent", kept[0], add_to_output=True)
                message.set("intent_ranking", kept, add_to_output=True)
        return messages

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing to refuse."""
