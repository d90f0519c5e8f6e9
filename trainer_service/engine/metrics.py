"""Metrics of a finished run, with bootstrap intervals on held-out rows.

Everything that counts (accuracy, precision, recall, F1) comes from a confusion matrix, so the same few lines
serve one run and its 300 resamples at once; the tests hold each metric to scikit-learn's own. A metric that
is not defined, or not finite, is None.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from trainer_service.engine.catalogue import Dataset
from trainer_service.engine.data import HeldOut, Rows
from trainer_service.engine.families.base import Prediction
from trainer_service.engine.results import Interval

Array = NDArray[np.float64]
Metrics = dict[str, float | None]

RESAMPLES = 300
LEVEL = 0.95
_BOOTSTRAP_SEED = 20_260_101  # fixed: the same predictions have the same interval for everyone
_RESIDUALS = 300


@dataclass(frozen=True, slots=True)
class HeldOutReport:
    """What held-out rows say about a run, in sums only: no row's own label can be read from it."""

    metrics: Metrics
    intervals: dict[str, Interval]
    per_class: dict[str, dict[str, float]]
    confusion: list[list[int]]


def evaluate(dataset: Dataset, prediction: Prediction, rows: Rows) -> Metrics:
    """Every metric of the dataset's task on `rows`."""
    if dataset.task == "regression":
        return _plain(_regression(rows.targets, prediction.values, np.ones((1, len(rows)))))
    found = _plain(_from_confusion(confusion_matrix(dataset, prediction, rows), dataset.positive_class))
    found["roc_auc"] = _number(_roc_auc(dataset, prediction.scores, rows.targets))
    if prediction.probabilities is not None:
        found["log_loss"] = _number(_log_loss(prediction.probabilities, rows.targets))
    return found


def judge(dataset: Dataset, prediction: Prediction, held_out: HeldOut) -> HeldOutReport:
    """Metrics on the held-out rows, with 95 % bootstrap intervals, confusion matrix and figures by class."""
    rows = held_out.rows
    metrics = evaluate(dataset, prediction, rows)
    weights = _resamples(len(rows))
    if dataset.task == "regression":
        return HeldOutReport(
            metrics, _intervals(_regression(rows.targets, prediction.values, weights)), {}, []
        )
    confusion = confusion_matrix(dataset, prediction, rows)
    classes = len(dataset.classes)
    cells = np.zeros((len(rows), classes * classes))
    cells[np.arange(len(rows)), rows.targets * classes + prediction.values] = 1
    resampled = (weights @ cells).reshape(-1, classes, classes)
    return HeldOutReport(
        metrics=metrics,
        intervals=_intervals(_from_confusion(resampled, dataset.positive_class)),
        per_class=_per_class(dataset, confusion),
        confusion=confusion.astype(int).tolist(),
    )


def confusion_matrix(dataset: Dataset, prediction: Prediction, rows: Rows) -> Array:
    """Counts by true class (row) and predicted class (column), (classes, classes)."""
    classes = len(dataset.classes)
    cells = np.bincount(rows.targets.astype(int) * classes + prediction.values, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(float)


def residuals(prediction: Prediction, validation: Rows) -> list[list[float]]:
    """Up to 300 pairs `[true, predicted]` of validation rows; pairs that are not finite are left out."""
    pairs = np.column_stack([validation.targets, prediction.values])[:_RESIDUALS]
    found: list[list[float]] = pairs[np.isfinite(pairs).all(axis=1)].tolist()
    return found


# Private functions --------------------------------------------------------------------------------------


def _from_confusion(confusion: Array, positive: int | None) -> dict[str, Array]:
    """Metrics of one or many confusion matrices, (..., classes, classes) -> (...)."""
    precision, recall, f1, support = _by_class(confusion)
    # Like scikit-learn, a class that is neither there nor predicted has no part in a macro mean.
    there, seen = support > 0, (support > 0) | (confusion.sum(axis=-2) > 0)
    found = {
        "accuracy": np.trace(confusion, axis1=-2, axis2=-1) / confusion.sum(axis=(-2, -1)),
        "balanced_accuracy": _mean(recall, there),
        "precision_macro": _mean(precision, seen),
        "recall_macro": _mean(recall, seen),
        "f1_macro": _mean(f1, seen),
    }
    if positive is not None:
        found |= {
            "precision": precision[..., positive],
            "recall": recall[..., positive],
            "f1": f1[..., positive],
        }
    return found


def _by_class(confusion: Array) -> tuple[Array, Array, Array, Array]:
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    predicted, support = confusion.sum(axis=-2), confusion.sum(axis=-1)
    precision = hits / np.maximum(predicted, 1)
    recall = hits / np.maximum(support, 1)
    f1 = 2 * hits / np.maximum(predicted + support, 1)
    return precision, recall, f1, support


def _per_class(dataset: Dataset, confusion: Array) -> dict[str, dict[str, float]]:
    columns = np.column_stack(_by_class(confusion)).tolist()
    names = ("precision", "recall", "f1", "support")
    return {
        label: dict(zip(names, row, strict=True)) for label, row in zip(dataset.classes, columns, strict=True)
    }


def _mean(values: Array, included: NDArray[np.bool_]) -> Array:
    mean: Array = np.where(included, values, 0).sum(axis=-1) / np.maximum(included.sum(axis=-1), 1)
    return mean


def _roc_auc(dataset: Dataset, scores: Array | None, targets: NDArray[Any]) -> float:
    """Area under the ROC curve: of the positive class, or the mean over each class against the rest."""
    if scores is None or not np.isfinite(scores).all():
        return math.nan
    positive = dataset.positive_class
    classes = np.arange(len(dataset.classes)) if positive is None else np.array([positive])
    return float(_rank_areas(scores[:, classes], targets[:, None] == classes).mean())


def _rank_areas(scores: Array, is_class: NDArray[np.bool_]) -> Array:
    """The chance that a row of a class is ranked above another row (Mann and Whitney's U), by column."""
    members = is_class.sum(axis=0)
    others = len(scores) - members
    won = (rankdata(scores, axis=0) * is_class).sum(axis=0) - members * (members + 1) / 2
    pairs = members * others
    areas: Array = np.where(pairs > 0, won / np.maximum(pairs, 1), np.nan)
    return areas


def _log_loss(probabilities: Array, targets: NDArray[Any]) -> float:
    chosen = probabilities[np.arange(len(targets)), targets]
    tiny = np.finfo(probabilities.dtype).eps
    return float(-np.log(np.clip(chosen, tiny, 1 - tiny)).mean())


def _regression(targets: NDArray[Any], values: NDArray[Any], weights: Array) -> dict[str, Array]:
    """Metrics of one or many weightings of the rows, weights (resamples, n) -> (resamples,)."""
    with np.errstate(all="ignore"):
        total = weights.sum(axis=1)
        squares = np.square(targets - values)
        mse = weights @ squares / total
        centred = targets - targets.mean()
        variance = weights @ np.square(centred) / total - np.square(weights @ centred / total)
        mae = weights @ np.abs(targets - values) / total
        return {"mse": mse, "rmse": np.sqrt(mse), "mae": mae, "r2": 1 - mse / variance}


def _intervals(resampled: dict[str, Array]) -> dict[str, Interval]:
    edge = 100 * (1 - LEVEL) / 2
    found = {}
    for name, values in resampled.items():
        finite = values[np.isfinite(values)]
        if len(finite):
            low, high = np.percentile(finite, [edge, 100 - edge])
            found[name] = Interval(float(low), float(high), LEVEL)
    return found


@cache
def _resamples(rows: int) -> Array:
    """How often each row is drawn in each resample, (RESAMPLES, rows)."""
    # RandomState's stream is frozen by numpy's policy; newer generators may change between releases.
    random = np.random.RandomState(_BOOTSTRAP_SEED)
    return random.multinomial(rows, [1 / rows] * rows, size=RESAMPLES).astype(float)


def _plain(values: dict[str, Array]) -> Metrics:
    return {name: _number(float(value.item())) for name, value in values.items()}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
