"""Metrics of classification. All that counts comes from a confusion matrix."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer_service.engine.catalogue import Dataset
from trainer_service.engine.data import HeldOut, Rows
from trainer_service.engine.families.base import Prediction
from trainer_service.engine.metrics.base import (
    Array,
    HeldOutReport,
    Metrics,
    intervals,
    number,
    plain,
    resamples,
)
from trainer_service.engine.metrics.fairness import by_group, gaps, group_cells, has_fair_groups
from trainer_service.engine.metrics.ranking import average_precisions, rank_areas

_BINS = 15  # of the calibration error


def evaluate(dataset: Dataset, prediction: Prediction, rows: Rows) -> Metrics:
    """Every metric of classification on `rows`."""
    found = plain(_from_confusion(confusion_matrix(dataset, prediction, rows), dataset.positive_class))
    found["roc_auc"] = number(_roc_auc(dataset, prediction.scores, rows.targets))
    found["pr_auc"] = number(_pr_auc(dataset, prediction.scores, rows.targets))
    if prediction.probabilities is not None:
        found |= {
            name: number(float(losses.mean())) for name, losses in _row_losses(prediction, rows).items()
        }
        found["calibration_error"] = number(_calibration_error(prediction.probabilities, rows.targets))
    if has_fair_groups(dataset):
        found |= plain(gaps(group_cells(dataset, prediction, rows).sum(axis=0, keepdims=True), dataset))
    return found


def judge(dataset: Dataset, prediction: Prediction, held_out: HeldOut) -> HeldOutReport:
    """Metrics on the held-out rows, with 95 % bootstrap intervals, confusion matrix and figures by class."""
    rows = held_out.rows
    confusion = confusion_matrix(dataset, prediction, rows)
    classes = len(dataset.classes)
    cells = np.zeros((len(rows), classes * classes))
    cells[np.arange(len(rows)), rows.targets * classes + prediction.values] = 1
    weights = resamples(len(rows))
    resampled = (weights @ cells).reshape(-1, classes, classes)
    others = {name: weights @ values / len(rows) for name, values in _row_losses(prediction, rows).items()}
    per_group: dict[str, dict[str, float]] = {}
    if has_fair_groups(dataset):
        in_groups = group_cells(dataset, prediction, rows)
        others |= gaps(weights @ in_groups, dataset)
        per_group = by_group(in_groups.sum(axis=0), dataset)
    return HeldOutReport(
        metrics=evaluate(dataset, prediction, rows),
        intervals=intervals(_from_confusion(resampled, dataset.positive_class) | others),
        per_class=_per_class(dataset, confusion),
        confusion=confusion.astype(int).tolist(),
        per_group=per_group,
    )


def confusion_matrix(dataset: Dataset, prediction: Prediction, rows: Rows) -> Array:
    """Counts by true class (row) and predicted class (column), (classes, classes)."""
    classes = len(dataset.classes)
    cells = np.bincount(rows.targets.astype(int) * classes + prediction.values, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(float)


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
        "cohen_kappa": _kappa(confusion),
        "matthews": _matthews(confusion),
    }
    if positive is not None:
        found |= {
            "precision": precision[..., positive],
            "recall": recall[..., positive],
            "f1": f1[..., positive],
        }
    return found


def _kappa(confusion: Array) -> Array:
    """Agreement beyond what the class shares alone would give (Cohen, 1960)."""
    shares = confusion / confusion.sum(axis=(-2, -1), keepdims=True)
    agreed = np.trace(shares, axis1=-2, axis2=-1)
    by_chance = (shares.sum(axis=-2) * shares.sum(axis=-1)).sum(axis=-1)
    with np.errstate(all="ignore"):
        kappa: Array = (agreed - by_chance) / (1 - by_chance)
    return kappa


def _matthews(confusion: Array) -> Array:
    """Correlation of true and predicted class (Gorodkin, 2004); 0 where one of them never varies."""
    true, said = confusion.sum(axis=-1), confusion.sum(axis=-2)
    total, hits = confusion.sum(axis=(-2, -1)), np.trace(confusion, axis1=-2, axis2=-1)
    covariance = hits * total - (true * said).sum(axis=-1)
    spread = np.sqrt((total**2 - (true**2).sum(axis=-1)) * (total**2 - (said**2).sum(axis=-1)))
    correlation: Array = covariance / np.where(spread > 0, spread, np.inf)
    return correlation


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
    return float(rank_areas(scores[:, classes], targets[:, None] == classes).mean())


def _pr_auc(dataset: Dataset, scores: Array | None, targets: NDArray[Any]) -> float:
    """Average precision: of the positive class, or the mean over each class against the rest."""
    if scores is None or not np.isfinite(scores).all():
        return math.nan
    positive = dataset.positive_class
    classes = range(len(dataset.classes)) if positive is None else [positive]
    there = np.array([number for number in classes if (targets == number).any()], int)
    return (
        float(average_precisions(scores[:, there], targets[:, None] == there).mean())
        if len(there)
        else math.nan
    )


def _row_losses(prediction: Prediction, rows: Rows) -> dict[str, Array]:
    """Log loss and Brier score by row; of two classes the latter is halved, as Brier's own."""
    probabilities, targets = prediction.probabilities, rows.targets
    if probabilities is None:
        return {}
    chosen = probabilities[np.arange(len(targets)), targets]
    tiny, classes = np.finfo(probabilities.dtype).eps, probabilities.shape[1]
    distances = np.square(probabilities - np.eye(classes)[targets]).sum(axis=1)
    return {
        "log_loss": -np.log(np.clip(chosen, tiny, 1 - tiny)),
        "brier": distances / 2 if classes == 2 else distances,
    }


def _calibration_error(probabilities: Array, targets: NDArray[Any]) -> float:
    """Expected calibration error (Naeini and others, 2015): in 15 bins of the probability of the class that
    was named, the mean distance between that probability and the share that was right.
    """
    if not np.isfinite(probabilities).all():
        return math.nan
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == targets
    bins = np.clip(np.ceil(confidence * _BINS).astype(int) - 1, 0, _BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(targets))
