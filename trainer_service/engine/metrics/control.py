"""Metrics of control: how the episodes went that a trained agent played.

Columns of a prediction (n, 3 or 4): reward by the world's own rule, reward as the agent was told, whether the
episode counts as solved (0 or 1), and, in bandits, the regret of a pull.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer_service.engine.catalogue import Dataset
from trainer_service.engine.data import HeldOut, Rows
from trainer_service.engine.families.base import Prediction
from trainer_service.engine.metrics.base import Array, HeldOutReport, Metrics, intervals, plain, resamples

_NAMES = ("mean_reward", "mean_told_reward", "solved_share", "mean_regret")
_SHOWN = 300


def evaluate(dataset: Dataset, prediction: Prediction, rows: Rows) -> Metrics:
    """Every metric of control on the episodes of `rows`."""
    return plain(_means(prediction, np.ones((1, len(rows)))))


def judge(dataset: Dataset, prediction: Prediction, held_out: HeldOut) -> HeldOutReport:
    """Metrics on the held-out episodes, with 95 % bootstrap intervals."""
    means = _means(prediction, resamples(len(held_out.rows)))
    return HeldOutReport(evaluate(dataset, prediction, held_out.rows), intervals(means))


def picture(dataset: Dataset, prediction: Prediction, validation: Rows) -> dict[str, Any]:
    """Reward of up to 300 validation episodes."""
    rewards: list[float] = prediction.values[:_SHOWN, 0].tolist()
    return {"pictures": {"rewards": rewards}}


# Private functions --------------------------------------------------------------------------------------


def _means(prediction: Prediction, weights: Array) -> dict[str, Array]:
    """Means of the columns under each weighting of the episodes, weights (resamples, n)."""
    means = weights @ prediction.values / weights.sum(axis=1, keepdims=True)
    return dict(zip(_NAMES, means.T, strict=False))
