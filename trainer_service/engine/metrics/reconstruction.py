"""Metrics of reconstruction: how much of each example comes back."""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer_service.engine.catalogue import Dataset
from trainer_service.engine.data import HeldOut, Rows
from trainer_service.engine.families.base import Prediction
from trainer_service.engine.metrics.base import Array, HeldOutReport, Metrics, intervals, plain, resamples

_SHOWN = 12


def evaluate(dataset: Dataset, prediction: Prediction, rows: Rows) -> Metrics:
    """Mean squared error of a feature, and the share of the rows' variance that comes back."""
    return plain(_errors(prediction, rows, np.ones((1, len(rows)))))


def judge(dataset: Dataset, prediction: Prediction, held_out: HeldOut) -> HeldOutReport:
    """Metrics on the held-out rows, with 95 % bootstrap intervals."""
    rows = held_out.rows
    errors = _errors(prediction, rows, resamples(len(rows)))
    return HeldOutReport(evaluate(dataset, prediction, rows), intervals(errors))


def picture(dataset: Dataset, prediction: Prediction, validation: Rows) -> dict[str, Any]:
    """A few validation examples and what came back of them."""
    pairs = np.stack([validation.features[:_SHOWN], prediction.values[:_SHOWN]], axis=1)
    return {"pictures": {"reconstructions": pairs.round(4).tolist()}} if np.isfinite(pairs).all() else {}


def _errors(prediction: Prediction, rows: Rows, weights: Array) -> dict[str, Array]:
    with np.errstate(all="ignore"):
        squares = np.square(rows.features - prediction.values).mean(axis=1)
        spread = np.square(rows.features - rows.features.mean(axis=0)).mean(axis=1)
        mse = weights @ squares / weights.sum(axis=1)
        return {
            "reconstruction_mse": mse,
            "variance_kept": 1 - mse / (weights @ spread / weights.sum(axis=1)),
        }
