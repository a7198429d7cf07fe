"""Features by sound: recognition mistakes are homophones, so pinyin survives where characters do not.

Characters and toneless syllables of a sentence become n-grams in one sparse vector. Sounds that
elders of Wuxi and recognisers mix up (zh/z, ch/c, sh/s, n/l, ang/an...) are folded together.
"""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, Text, Type

import numpy as np
from pypinyin import lazy_pinyin
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

NOT_SPOKEN = re.compile(r"[^\w]+")
FOLD = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


def characters(text: str) -> List[str]:
    """The spoken characters of a sentence, in order."""
    return list(NOT_SPOKEN.sub("", text))


def syllables(text: str) -> List[str]:
    """Toneless syllables with the sounds folded that are often mixed up."""
    return [_fold(one) for one in lazy_pinyin(NOT_SPOKEN.sub("", text))]


def _fold(syllable: str) -> str:
    for mixed, plain in FOLD:
        syllable = syllable.replace(mixed, plain)
    return "l" + syllable[1:] if syllable.startswith("n") and len(syllable) > 1 else syllable


def _vectorizer(analyzer: Any, longest: int) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer=Grams(analyzer, longest), sublinear_tf=True, norm="l2", min_df=1
    )


class Grams:
    """Turns a sentence into runs of 1 to `longest` units, with its start and end marked."""

    def __init__(self, split: Any, longest: int) -> None:
        self.split = split
        self.longest = longest

    def __call__(self, text: str) -> List[str]:
        units = ["^", *self.split(text), "$"]
        return [
            " ".join(units[i : i + n])
            for n in range(1, self.longest + 1)
            for i in range(len(units) - n + 1)
        ]


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True
)
class SoundFeaturizer(SparseFeaturizer, GraphComponent):
    """Adds character and syllable n-grams (tf-idf) as a sparse sentence feature."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Tokens are counted by the sequence features that Rasa wants beside the sentence."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`characters`, `syllables`: the longest run of each; `sound_weight`: pinyin's share."""
        return {
            **SparseFeaturizer.get_default_config(),
            "characters": 3,
            "syllables": 3,
            "sound_weight": 0.7,
        }

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> None:
        super().__init__(execution_context.node_name, config)
        self._storage = model_storage
        self._resource = resource
        self._by_sight = _vectorizer(characters, config["characters"])
        self._by_sound = _vectorizer(syllables, config["syllables"])
        self._weight = float(config["sound_weight"])

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SoundFeaturizer":
        """A featurizer that knows no words yet."""
        return cls(config, model_storage, resource, execution_context)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the runs that occur and how rare each is."""
        texts = [m.get(TEXT) for m in training_data.training_examples if m.get(TEXT)]
        self._by_sight.fit(texts)
        self._by_sound.fit(texts)
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Give every example its features."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Give every message its features."""
        spoken = [m for m in messages if m.get(TEXT) is not None]
        for message in spoken:
            vector = self._vector(message.get(TEXT))
            tokens = max(1, len(message.get("text_tokens") or []))
            self._attach(message, csr_matrix((tokens, vector.shape[1])), FEATURE_TYPE_SEQUENCE)
            self._attach(message, vector, FEATURE_TYPE_SENTENCE)
        return messages

    def _vector(self, text: str) -> csr_matrix:
        sight = self._by_sight.transform([text])
        sound = self._by_sound.transform([text]) * self._weight
        return csr_matrix(hstack([sight, sound]), dtype=np.float32)

    def _attach(self, message: Message, matrix: csr_matrix, kind: Text) -> None:
        message.add_features(Features(matrix, kind, TEXT, self._identifier))

    def _persist(self) -> None:
        kept = {
            name: {"words": v.vocabulary_, "idf": v.idf_.tolist()}
            for name, v in (("sight", self._by_sight), ("sound", self._by_sound))
        }
        with self._storage.write_to(self._resource) as folder:
            (folder / "grams.json").write_text(
                json.dumps(kept, ensure_ascii=False, default=int), encoding="utf-8"
            )

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SoundFeaturizer":
        """Read back what `train` learnt."""
        component = cls(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            kept = json.loads((folder / "grams.json").read_text(encoding="utf-8"))
        for name, v in (("sight", component._by_sight), ("sound", component._by_sound)):
            v.vocabulary_ = kept[name]["words"]
            v.idf_ = np.array(kept[name]["idf"])
        return component

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing to refuse."""
