"""What every task's metrics share: intervals from one bootstrap, numbers that are finite or None."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from trainer_service.engine.results import Interval

Array = NDArray[np.float64]
Metrics = dict[str, float | None]

RESAMPLES = 300
LEVEL = 0.95
_BOOTSTRAP_SEED = 20_260_101  # fixed: the same predictions have the same interval for everyone


@dataclass(frozen=True, slots=True)
class HeldOutReport:
    """What held-out rows say about a run, in sums only: no row's own label can be read from it."""

    metrics: Metrics
    intervals: dict[str, Interval] = field(default_factory=dict)
    per_class: dict[str, dict[str, float]] = field(default_factory=dict)
    confusion: list[list[int]] = field(default_factory=list)
    per_group: dict[str, dict[str, float]] = field(default_factory=dict)


def intervals(resampled: dict[str, Array]) -> dict[str, Interval]:
    """The middle 95 % of each metric's finite resamples."""
    edge = 100 * (1 - LEVEL) / 2
    found = {}
    for name, values in resampled.items():
        finite = values[np.isfinite(values)]
        if len(finite):
            low, high = np.percentile(finite, [edge, 100 - edge])
            found[name] = Interval(float(low), float(high), LEVEL)
    return found


@cache
def resamples(rows: int) -> Array:
    """How often each row is drawn in each resample, (RESAMPLES, rows)."""
    # RandomState's stream is frozen by numpy's policy; newer generators may change between releases.
    random = np.random.RandomState(_BOOTSTRAP_SEED)
    return random.multinomial(rows, [1 / rows] * rows, size=RESAMPLES).astype(float)


def plain(values: dict[str, Array]) -> Metrics:
    """Metrics of a single weighting, (1,) or () each, as plain numbers."""
    return {name: number(float(value.item())) for name, value in values.items()}


def number(value: float) -> float | None:
    """`value` if it is finite."""
    return value if math.isfinite(value) else None
