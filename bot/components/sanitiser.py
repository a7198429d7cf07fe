"""First in the pipeline: cut, clean and fold what was said, so that nothing behind it can choke.

100 kB of text would otherwise keep the classifier busy for a minute and fill the memory.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

LIMIT = 300  # characters; a long spoken turn has about 120
CHINESE_MARKS = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})
UNSPEAKABLE = ("Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Me")
LEADING_COMMAND = re.compile(r"^[/\\\s@#]+")
LONG_RUN = re.compile(r"(.)\1{3,}")
GAP = re.compile(r"\s+")


def clean(text: Any, limit: int = LIMIT) -> str:
    """At most `limit` characters of plain, folded text; never a Rasa command (`/intent`)."""
    if not isinstance(text, str):
        return ""
    folded = unicodedata.normalize("NFKC", text[: limit * 4])
    kept = "".join(c if _speakable(c) else " " if c in "\t\r\n" else "" for c in folded)
    short = LONG_RUN.sub(r"\1\1\1", GAP.sub(" ", kept)).translate(CHINESE_MARKS)
    return LEADING_COMMAND.sub("", short)[:limit].strip()


def _speakable(character: str) -> bool:
    variation = "\ufe00" <= character <= "\ufe0f"
    return not variation and unicodedata.category(character) not in UNSPEAKABLE


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False
)
class Sanitiser(GraphComponent):
    """Replaces the text of every message, in training and in use, by its clean form."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`limit`: the most characters that pass."""
        return {"limit": LIMIT}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Sanitiser":
        """Needs no training and keeps nothing."""
        return cls(int(config["limit"]))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Clean the examples the same way as live speech."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Clean each message in place."""
        for message in messages:
            if message.get(TEXT) is not None:
                message.set(TEXT, clean(message.get(TEXT), self.limit), add_to_output=True)
        return messages
