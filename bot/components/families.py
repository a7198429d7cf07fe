"""The intent classifier: one linear model over fine labels, read at two depths.

A training example may say in its metadata which service it asks for or which danger it tells of.
The model learns `request_service/meal` and `emergency/fall` as labels of their own; an intent is
as likely as its members together, and the likeliest member becomes the entity `service` or `kind`.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.svm import LinearSVC

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

MEMBERS = ("service", "kind")
MODEL = "families.npz"


def label_of(message: Message) -> Text:
    """`emergency/fall` for an example whose metadata names a kind, else the intent alone."""
    told = (message.get("metadata") or {}).get("intent") or {}
    member = next((told[m] for m in MEMBERS if m in told), None)
    return f"{message.get(INTENT)}/{member}" if member else message.get(INTENT)


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class Families(IntentClassifier, GraphComponent):
    """A linear classifier over all sentence features, its shares summed up by family."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Needs features."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`strength`: inverse regularisation; `dense_weight`: the embedding's share;
        `sharpness`: how quickly a lead becomes certainty, set so that confidence is accuracy;
        `members`: intent -> entity name that its member becomes.
        """
        return {
            "strength": 10.0,
            "dense_weight": 1.5,
            "sharpness": 5.0,
            "members": {"request_service": "service", "emergency": "kind"},
        }

    def __init__(
        self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._labels: List[Text] = []
        self._weights: Optional[np.ndarray] = None  # one row for each label, the last column its bias

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Families":
        """A classifier that knows nothing yet."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the fine labels."""
        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        model = LinearSVC(C=float(self._config["strength"]), class_weight="balanced", random_state=1)
        model.fit(vstack([self._row(m) for m in examples]), [label_of(m) for m in examples])
        self._labels = list(model.classes_)
        self._weights = np.hstack([model.coef_, model.intercept_[:, None]]).astype(np.float32)
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(folder / MODEL, labels=self._labels, weights=self._weights)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Rank every intent for each message; nothing said ranks nothing."""
        for message in messages:
            if message.get(TEXT) and self._weights is not None:
                self._rank(message)
            else:
                message.set("intent", {"name": None, "confidence": 0.0}, add_to_output=True)
                message.set("intent_ranking", [], add_to_output=True)
        return messages

    def _rank(self, message: Message) -> None:
        fine = dict(zip(self._labels, self._shares(message)))
        coarse: Dict[Text, float] = {}
        for label, share in fine.items():
            name = label.split("/")[0]
            coarse[name] = coarse.get(name, 0.0) + float(share)
        ranking = sorted(
            ({"name": n, "confidence": c} for n, c in coarse.items()),
            key=lambda one: -one["confidence"],
        )
        message.set("intent", ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
        found = [self._member(message, fine, i, e) for i, e in self._config["members"].items()]
        message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)

    def _shares(self, message: Message) -> np.ndarray:
        leads = self._row(message) @ self._weights[:, :-1].T + self._weights[:, -1]
        sharp = np.exp(float(self._config["sharpness"]) * (leads - leads.max())).ravel()
        return sharp / sharp.sum()

    @staticmethod
    def _member(message: Message, fine: Dict[Text, float], intent: Text, entity: Text) -> Dict:
        inside = {k.split("/")[1]: v for k, v in fine.items() if k.startswith(f"{intent}/")}
        best = max(inside, key=lambda k: inside[k])
        return {
            "entity": entity,
            "value": best,
            "confidence_entity": float(inside[best] / sum(inside.values())),
            "start": 0,
            "end": len(message.get(TEXT)),
            "extractor": "Families",
        }

    def _row(self, message: Message) -> csr_matrix:
        sparse = message.get_sparse_features(attribute=TEXT)[1]
        dense = message.get_dense_features(attribute=TEXT)[1]
        parts = [csr_matrix(sparse.features)] if sparse else []
        if dense:
            parts.append(csr_matrix(np.asarray(dense.features) * float(self._config["dense_weight"])))
        return hstack(parts, format="csr")

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "Families":
        """Read back what `train` learnt."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            kept = np.load(folder / MODEL)
            component._labels = [str(label) for label in kept["labels"]]
            component._weights = kept["weights"]
        return component

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing to refuse."""
