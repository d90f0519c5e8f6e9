"""Metrics of clustering: against the classes where they are known, and of the clusters by themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import silhouette_samples

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

_NOISE = -1
_SHOWN = 300


def evaluate(dataset: Dataset, prediction: Prediction, rows: Rows) -> Metrics:
    """Silhouette, number of clusters, share of noise and, where classes are known, ARI and NMI."""
    found = plain(_agreement(_contingency(dataset, prediction, rows)[1])) if dataset.classes else {}
    widths = _silhouettes(prediction, rows)
    return found | {
        "silhouette": number(float(widths.mean())) if len(widths) else None,
        "clusters": float(len(set(prediction.values.tolist()) - {_NOISE})),
        "noise_share": float((prediction.values == _NOISE).mean()),
    }


def judge(dataset: Dataset, prediction: Prediction, held_out: HeldOut) -> HeldOutReport:
    """Metrics on the held-out rows, with 95 % bootstrap intervals of the agreement and the silhouette."""
    rows, weights = held_out.rows, resamples(len(held_out.rows))
    resampled: dict[str, Array] = {}
    if dataset.classes:
        cells, counts = _contingency(dataset, prediction, rows)
        resampled |= _agreement((weights @ cells).reshape(-1, *counts.shape))
    widths = _silhouettes(prediction, rows)
    if len(widths) == len(rows):
        resampled["silhouette"] = weights @ widths / len(rows)
    return HeldOutReport(evaluate(dataset, prediction, rows), intervals(resampled))


def picture(dataset: Dataset, prediction: Prediction, validation: Rows) -> dict[str, Any]:
    """Validation rows in the two directions in which they differ most, with the cluster of each."""
    features = validation.features[:_SHOWN] - validation.features.mean(axis=0)
    _, _, directions = np.linalg.svd(features, full_matrices=False)
    places = features @ directions[:2].T
    points = np.column_stack([places, prediction.values[: len(places)]])
    return {"pictures": {"clusters": points.round(4).tolist()}} if points.shape[1] == 3 else {}


# Private functions --------------------------------------------------------------------------------------


def _contingency(dataset: Dataset, prediction: Prediction, rows: Rows) -> tuple[Array, Array]:
    """Each row's cell (n, classes x clusters), and the counts of all rows (classes, clusters)."""
    names, numbers = np.unique(prediction.values, return_inverse=True)
    classes = len(dataset.classes)
    cells = np.zeros((len(rows), classes * len(names)))
    cells[np.arange(len(rows)), rows.targets * len(names) + numbers] = 1
    return cells, cells.sum(axis=0).reshape(classes, len(names))


def _agreement(counts: Array) -> dict[str, Array]:
    """Adjusted Rand index (Hubert and Arabie, 1985) and mutual information over the mean entropy."""
    return {"adjusted_rand": _adjusted_rand(counts), "mutual_information": _mutual_information(counts)}


def _adjusted_rand(counts: Array) -> Array:
    total = counts.sum(axis=(-2, -1))
    together = _pairs(counts).sum(axis=(-2, -1))
    by_class, by_cluster = _pairs(counts.sum(axis=-1)).sum(axis=-1), _pairs(counts.sum(axis=-2)).sum(axis=-1)
    expected = by_class * by_cluster / np.maximum(_pairs(total), 1)
    most = (by_class + by_cluster) / 2
    # All rows in one class and one cluster, or every row alone in both: nothing to disagree about.
    index: Array = np.where(
        most == expected, 1.0, (together - expected) / np.where(most == expected, 1, most - expected)
    )
    return index


def _pairs(counts: Array) -> Array:
    pairs: Array = counts * (counts - 1) / 2
    return pairs


def _mutual_information(counts: Array) -> Array:
    shares = counts / counts.sum(axis=(-2, -1), keepdims=True)
    by_class, by_cluster = shares.sum(axis=-1), shares.sum(axis=-2)
    shared = _entropy(by_class) + _entropy(by_cluster) - _entropy(shares.reshape(*shares.shape[:-2], -1))
    mean = (_entropy(by_class) + _entropy(by_cluster)) / 2
    information: Array = np.where(mean < 1e-12, 1.0, shared / np.where(mean < 1e-12, 1, mean))
    return np.clip(information, 0, 1)


def _entropy(shares: Array) -> Array:
    entropy: Array = -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=-1)
    return entropy


def _silhouettes(prediction: Prediction, rows: Rows) -> NDArray[Any]:
    """How much nearer each row is to its own cluster than to the next; empty where it is not defined."""
    clusters = len(set(prediction.values.tolist()))
    if not 2 <= clusters < len(rows) or not np.isfinite(rows.features).all():
        return np.empty(0)
    widths: NDArray[Any] = silhouette_samples(rows.features, prediction.values)
    return widths
