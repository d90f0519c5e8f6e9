"""Metrics where each example has any number of labels."""

from __future__ import annotations

import numpy as np

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
from trainer_service.engine.metrics.ranking import average_precisions


def evaluate(dataset: Dataset, prediction: Prediction, rows: Rows) -> Metrics:
    """Rows with all labels right, F1 over all labels and by label, and the mean average precision."""
    found = plain(_from_counts(_cells(prediction, rows).sum(axis=0, keepdims=True), rows.targets.shape[1]))
    found["subset_accuracy"] = float((prediction.values == rows.targets).all(axis=1).mean())
    if prediction.probabilities is not None:
        found["mean_average_precision"] = number(_mean_average_precision(prediction.probabilities, rows))
    return found


def judge(dataset: Dataset, prediction: Prediction, held_out: HeldOut) -> HeldOutReport:
    """Metrics on the held-out rows, with 95 % bootstrap intervals and figures by label."""
    rows, weights = held_out.rows, resamples(len(held_out.rows))
    labels = rows.targets.shape[1]
    cells = _cells(prediction, rows)
    resampled = _from_counts(weights @ cells, labels)
    resampled["subset_accuracy"] = weights @ (prediction.values == rows.targets).all(axis=1) / len(rows)
    hits, predicted, support = cells.sum(axis=0).reshape(3, labels)
    columns = (
        hits / np.maximum(predicted, 1),
        hits / np.maximum(support, 1),
        2 * hits / np.maximum(predicted + support, 1),
        support,
    )
    names = ("precision", "recall", "f1", "support")
    per_label = {
        label: dict(zip(names, values, strict=True))
        for label, values in zip(dataset.classes, np.column_stack(columns).tolist(), strict=True)
    }
    return HeldOutReport(evaluate(dataset, prediction, rows), intervals(resampled), per_label)


# Private functions --------------------------------------------------------------------------------------


def _cells(prediction: Prediction, rows: Rows) -> Array:
    """By row, for each label: hit, predicted, there; (n, 3 x labels)."""
    said, true = prediction.values.astype(float), rows.targets.astype(float)
    return np.concatenate([said * true, said, true], axis=1)


def _from_counts(counts: Array, labels: int) -> dict[str, Array]:
    """Metrics of one or many sums of cells, (resamples, 3 x labels) -> (resamples,)."""
    hits, predicted, support = (counts[:, part * labels : (part + 1) * labels] for part in range(3))
    f1 = 2 * hits / np.maximum(predicted + support, 1)
    return {
        "f1_micro": 2 * hits.sum(axis=1) / np.maximum((predicted + support).sum(axis=1), 1),
        "f1_macro": f1.mean(axis=1),
    }


def _mean_average_precision(probabilities: Array, rows: Rows) -> float:
    """The mean over labels that occur; nan where none does."""
    there = rows.targets.any(axis=0)
    if not there.any() or not np.isfinite(probabilities).all():
        return float("nan")
    return float(average_precisions(probabilities[:, there], rows.targets[:, there] == 1).mean())
