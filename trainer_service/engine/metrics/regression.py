"""Metrics of regression."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer_service.engine.catalogue import Dataset
from trainer_service.engine.data import HeldOut, Rows
from trainer_service.engine.families.base import Prediction
from trainer_service.engine.metrics.base import Array, HeldOutReport, Metrics, intervals, plain, resamples

_RESIDUALS = 300


def evaluate(dataset: Dataset, prediction: Prediction, rows: Rows) -> Metrics:
    """Every metric of regression on `rows`."""
    return plain(_errors(rows.targets, prediction.values, np.ones((1, len(rows)))))


def judge(dataset: Dataset, prediction: Prediction, held_out: HeldOut) -> HeldOutReport:
    """Metrics on the held-out rows, with 95 % bootstrap intervals."""
    rows = held_out.rows
    errors = _errors(rows.targets, prediction.values, resamples(len(rows)))
    return HeldOutReport(evaluate(dataset, prediction, rows), intervals(errors))


def picture(dataset: Dataset, prediction: Prediction, validation: Rows) -> dict[str, Any]:
    """Up to 300 pairs `[true, predicted]` of validation rows; pairs that are not finite are left out."""
    pairs = np.column_stack([validation.targets, prediction.values])[:_RESIDUALS]
    found: list[list[float]] = pairs[np.isfinite(pairs).all(axis=1)].tolist()
    return {"residuals": found}


# Private functions --------------------------------------------------------------------------------------


def _errors(targets: NDArray[Any], values: NDArray[Any], weights: Array) -> dict[str, Array]:
    """Metrics of one or many weightings of the rows, weights (resamples, n) -> (resamples,)."""
    with np.errstate(all="ignore"):
        total = weights.sum(axis=1)
        squares = np.square(targets - values)
        mse = weights @ squares / total
        centred = targets - targets.mean()
        variance = weights @ np.square(centred) / total - np.square(weights @ centred / total)
        mae = weights @ np.abs(targets - values) / total
        return {"mse": mse, "rmse": np.sqrt(mse), "mae": mae, "r2": 1 - mse / variance}
