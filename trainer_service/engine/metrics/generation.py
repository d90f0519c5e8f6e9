"""Metrics of generation: what new examples have in common with those that were not learned from.

A mixture whose parts are known says more: an example is good within three deviations of a centre, and a part
is covered if good examples fall to it at least a quarter as often as they should.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from trainer_service.engine.catalogue import Dataset
from trainer_service.engine.data import HeldOut, Rows
from trainer_service.engine.families.base import Prediction
from trainer_service.engine.generation.gan import frechet
from trainer_service.engine.generation.mixtures import MIXTURES
from trainer_service.engine.metrics.base import (
    Array,
    HeldOutReport,
    Metrics,
    intervals,
    number,
    plain,
    resamples,
)

_NEAR, _FAIR_SHARE = 3.0, 0.25
_SHOWN = 300


def evaluate(dataset: Dataset, prediction: Prediction, rows: Rows) -> Metrics:
    """Every metric of generation, against `rows`."""
    made = prediction.values
    counted = plain(_counted(dataset, made, np.ones((1, len(made)))))
    distance = frechet(torch.from_numpy(made), torch.from_numpy(rows.features))
    return {"frechet_distance": number(distance), **counted}


def judge(dataset: Dataset, prediction: Prediction, held_out: HeldOut) -> HeldOutReport:
    """Metrics against the held-out rows; intervals of what is counted among the new examples."""
    drawn = _counted(dataset, prediction.values, resamples(len(prediction.values)))
    return HeldOutReport(evaluate(dataset, prediction, held_out.rows), intervals(drawn))


def picture(dataset: Dataset, prediction: Prediction, validation: Rows) -> dict[str, Any]:
    """Up to 300 new examples and as many validation rows."""
    made = prediction.values[:_SHOWN]
    shown = made[np.isfinite(made).all(axis=1)]
    return {"pictures": {"made": shown.tolist(), "real": validation.features[:_SHOWN].tolist()}}


# Private functions --------------------------------------------------------------------------------------


def _counted(dataset: Dataset, made: NDArray[np.float64], weights: Array) -> dict[str, Array]:
    """Covered parts and good examples under each weighting of the examples, weights (resamples, n)."""
    mixture = MIXTURES[dataset.name]
    centres = np.array(mixture.centres)
    with np.errstate(all="ignore"):
        distances = np.linalg.norm(made[:, None] - centres, axis=2)
    good = distances.min(axis=1) <= _NEAR * mixture.deviation
    belongs = (distances.argmin(axis=1)[:, None] == np.arange(len(centres))) & good[:, None]
    shares = weights @ belongs / weights.sum(axis=1, keepdims=True)
    covered = (shares >= _FAIR_SHARE / len(centres)).sum(axis=1)
    return {"modes_covered": covered.astype(float), "good_share": shares.sum(axis=1)}
