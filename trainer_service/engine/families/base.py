"""What a model family is to the engine: something that fits and predicts."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.data import Features, Rows, TrainingRows
from trainer_service.engine.estimate.table import FORMS
from trainer_service.engine.results import CANCELLED, EpochPoint, Failure
from trainer_service.engine.spec import RunSpec
from trainer_service.engine.tasks import UNSUPERVISED

OVERFLOW = Failure(
    code="numbers_overflow",
    owner="learner",
    message="The model's numbers grew beyond what a computer can hold, so there is nothing to measure.",
    next_step="Add preprocessing (standardize or minmax), or choose a smaller gamma, degree or C.",
)


TOO_FEW_ROWS = Failure(
    code="too_few_rows",
    owner="learner",
    message="Some part of the training rows has too few rows, or rows of one class only, to fit a model to.",
    next_step="Raise data.train_fraction, or choose fewer folds or a larger max_samples.",
)
NEGATIVE_COUNTS = Failure(
    code="negative_counts",
    owner="learner",
    message="This model takes its features for counts, and some of them are negative.",
    next_step="Scale with minmax, or choose a gaussian or bernoulli distribution.",
)
COLLAPSED = Failure(
    code="cloud_collapsed",
    owner="learner",
    message="A cloud of the mixture shrank to so few rows that it has no extent.",
    next_step="Raise reg_covar, choose fewer n_components or a simpler covariance, or standardize first.",
)
# scikit-learn tells these apart by words only.
_FAILURES = {
    "not finite": OVERFLOW,
    "too large for dtype": OVERFLOW,
    "Negative values": NEGATIVE_COUNTS,
    "ill-defined empirical covariance": COLLAPSED,
    "n_splits=": TOO_FEW_ROWS,
    "at least 2 classes": TOO_FEW_ROWS,
    "number of classes has to be greater than one": TOO_FEW_ROWS,
    "belong to the same class": TOO_FEW_ROWS,  # in a bootstrap sample
}


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model says about n rows.

    `values` (n, …) are of the shape and meaning of the task (`docs/architecture.md` has the table): class
    numbers, real numbers, cluster numbers, … `scores` (n, classes) rank the classes: higher is likelier.
    `probabilities` (n, classes) sum to 1, or are one for each label; not every family has them.
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
    """A kind of model that fits and predicts. Rows reach it preprocessed; held-out rows never reach `fit`."""

    @abstractmethod
    def fit(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows], *, callbacks: Callbacks, device: str
    ) -> list[Fitted]:
        """Train each spec on its own rows, all specs of one stack key."""

    @abstractmethod
    def predict(self, model: Any, features: Features) -> Prediction:
        """What a trained model says about `features` (n, features)."""

    @abstractmethod
    def restore(self, spec: RunSpec, stored: Mapping[str, Any]) -> Any:
        """The trained model of `spec` from its file: arrays by name, or `model` as scikit-learn made it."""

    def update(self, spec: RunSpec, model: Any, rows: Rows) -> Fitted:
        """Let a trained model, or where it is None a new one, learn from `rows` too."""
        raise TypeError(f"{spec.model.family} cannot be updated; the spec should have been refused")

    def deploy(self, spec: RunSpec, model: Any) -> Any:
        """The trained model in the form in which the spec wants it used; most have only one."""
        return model

    def answer(self, model: Any, features: Features) -> object:
        """What is timed as one answer: the prediction, where a family says nothing else."""
        return self.predict(model, features)


class ScikitLearnFamily(Family):
    """A family that scikit-learn trains, one run at a time. `iterates` if its solver may be cut short."""

    iterates = False

    @abstractmethod
    def build(self, spec: RunSpec, rows: int) -> Any:
        """The model of `spec`, not trained, for a fit to `rows` rows."""

    @abstractmethod
    def count(self, spec: RunSpec, model: Any) -> int:
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
            if isinstance(probabilities, list):
                return _of_labels(probabilities, model.classes_)
            return Prediction(model.classes_[probabilities.argmax(axis=1)], probabilities, probabilities)
        if hasattr(model, "decision_function"):
            return Prediction(model.predict(features), by_class(model.decision_function(features)))
        return Prediction(model.predict(features))

    def restore(self, spec: RunSpec, stored: Mapping[str, Any]) -> Any:
        return stored["model"]

    def update(self, spec: RunSpec, model: Any, rows: Rows) -> Fitted:
        model = self.build(spec, len(rows)) if model is None else model
        told = _targets(spec, rows)
        classes = np.arange(len(spec.dataset.classes))
        model.partial_fit(rows.features, told.pop("y"), classes=classes, **told)
        return Fitted(model, self.count(spec, model), examples=len(rows))

    def _fit_one(self, spec: RunSpec, rows: TrainingRows) -> Fitted:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                model = self.build(spec, len(rows.train)).fit(
                    rows.train.features, **_targets(spec, rows.train)
                )
            except ValueError as error:
                # Specs and rows are checked before; what is left only shows in the numbers themselves.
                failure = _known_failure(error)
                if failure is None:
                    raise
                return Fitted(None, 0, examples=len(rows.train), failure=failure)
        fitted = Fitted(model, self.count(spec, model), examples=len(rows.train))
        if self.iterates:
            fitted.signals["converged"] = not any(issubclass(w.category, ConvergenceWarning) for w in caught)
        return fitted


def by_class(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """A decision function as one column for each class, also where two classes share one number."""
    return np.column_stack([-scores, scores]) if scores.ndim == 1 else scores


def flops_of(spec: RunSpec, fitted: Fitted, rows: TrainingRows) -> float:
    """Floating-point operations of one fit: counted, or by the closed form for as many rows."""
    if fitted.flops is not None:
        return fitted.flops
    return FORMS[spec.model.family](spec, len(rows.train), len(rows.validation)).flops


def said(spec: RunSpec, family: Family, model: Any, features: Features) -> Prediction:
    """What a trained model says about preprocessed features; a network gone astray may say infinities."""
    with np.errstate(all="ignore"):
        found = family.predict(model, features)
    seen = getattr(model, "classes_", None)
    if spec.task != "classification" or seen is None or found.scores is None:
        return found
    return _of_all_classes(found, seen, len(spec.dataset.classes))


# Private functions --------------------------------------------------------------------------------------


def _targets(spec: RunSpec, rows: Rows) -> dict[str, NDArray[Any]]:
    """What a model is told of the targets: nothing where the task has none."""
    if spec.task in UNSUPERVISED:
        return {}
    told: dict[str, NDArray[Any]] = {"y": rows.targets}
    if spec.task == "classification" and spec.data.balance == "class_weights":
        counts = np.bincount(rows.targets)
        told["sample_weight"] = len(rows) / (np.count_nonzero(counts) * counts[rows.targets])
    return told


def _of_labels(probabilities: list[NDArray[np.float64]], classes: list[NDArray[np.int64]]) -> Prediction:
    """The answer of a model of many labels, each of which may have been the same in all training rows."""
    likely = [
        columns[:, list(seen).index(1)] if 1 in seen else np.zeros(len(columns))
        for columns, seen in zip(probabilities, classes, strict=True)
    ]
    stacked = np.stack(likely, axis=1)
    return Prediction((stacked > 0.5).astype(np.int64), stacked, stacked)


def _known_failure(error: ValueError) -> Failure | None:
    return next((failure for words, failure in _FAILURES.items() if words in str(error)), None)


def _of_all_classes(said: Prediction, seen: NDArray[np.int64], classes: int) -> Prediction:
    """`said` with columns for classes that no training row had: never likely, and ranked last."""
    if len(seen) == classes or said.scores is None:
        return said
    scores = np.full((len(said.scores), classes), said.scores.min(initial=0.0) - 1.0)
    scores[:, seen] = said.scores
    if said.probabilities is None:
        return Prediction(said.values, scores)
    probabilities = np.zeros((len(scores), classes))
    probabilities[:, seen] = said.probabilities
    return Prediction(said.values, probabilities, probabilities)
