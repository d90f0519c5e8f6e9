"""What a model family is to the engine: something that builds, fits and predicts."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.data import Features, TrainingRows
from trainer_service.engine.results import CANCELLED, EpochPoint, Failure
from trainer_service.engine.spec import RunSpec

OVERFLOW = Failure(
    code="numbers_overflow",
    owner="learner",
    message="The model's numbers grew beyond what a computer can hold, so there is nothing to measure.",
    next_step="Add preprocessing (standardize or minmax), or choose a smaller gamma, degree or C.",
)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model says about n rows.

    `values` (n,) are class numbers, or real numbers for regression. `scores` (n, classes) rank the classes:
    higher is likelier. `probabilities` (n, classes) sum to 1; not every family has them.
    """

    values: NDArray[Any]
    scores: NDArray[np.float64] | None = None
    probabilities: NDArray[np.float64] | None = None


@runtime_checkable
class HasArrays(Protocol):
    """A trained model that is stored as arrays by name (safetensors); any other is stored by skops."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything that `Family.predict` needs beside the spec, each array contiguous."""


@dataclass(slots=True)
class Fitted:
    """A trained model and how its training went, or why there is none to measure (`failure`).

    `flops` is None where only the closed form knows. `resumed_at` counts the epochs and `resumed_examples`
    the examples that an earlier execution of the run trained.
    """

    model: Any
    parameters: int
    examples: int
    curve: list[EpochPoint] = field(default_factory=list)
    signals: dict[str, Any] = field(default_factory=dict)
    flops: float | None = None
    failure: Failure | None = None
    resumed_at: int = 0
    resumed_examples: int = 0


class Family(ABC):
    """A kind of model. Rows reach it preprocessed; held-out rows never reach `fit`."""

    @abstractmethod
    def build(self, spec: RunSpec) -> Any:
        """The model of `spec`, not trained."""

    @abstractmethod
    def fit(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows], *, callbacks: Callbacks, device: str
    ) -> list[Fitted]:
        """Train each spec on its own rows, all specs of one stack key."""

    @abstractmethod
    def predict(self, model: Any, features: Features) -> Prediction:
        """What a trained model says about `features` (n, features)."""


class ScikitLearnFamily(Family):
    """A family that scikit-learn trains, one run at a time. `iterates` if its solver may be cut short."""

    iterates = False

    @abstractmethod
    def count(self, model: Any) -> int:
        """Numbers that the trained model consists of."""

    def fit(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows], *, callbacks: Callbacks, device: str
    ) -> list[Fitted]:
        fitted = [self._fit_one(spec, part) for spec, part in zip(specs, rows, strict=True)]
        for row in callbacks.dropped() & set(range(len(fitted))):
            fitted[row].failure = CANCELLED
        return fitted

    def predict(self, model: Any, features: Features) -> Prediction:
        if hasattr(model, "predict_proba"):
            probabilities = model.predict_proba(features)
            return Prediction(model.classes_[probabilities.argmax(axis=1)], probabilities, probabilities)
        return Prediction(model.predict(features))

    def _fit_one(self, spec: RunSpec, rows: TrainingRows) -> Fitted:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                model = self.build(spec).fit(rows.train.features, rows.train.targets)
            except ValueError as error:
                # Specs and rows are checked before; what is left is a kernel that overflowed on raw features.
                if "not finite" not in str(error):
                    raise
                return Fitted(None, 0, examples=len(rows.train), failure=OVERFLOW)
        fitted = Fitted(model, self.count(model), examples=len(rows.train))
        if self.iterates:
            fitted.signals["converged"] = not any(issubclass(w.category, ConvergenceWarning) for w in caught)
        return fitted
