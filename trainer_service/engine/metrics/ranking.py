"""How well scores rank the rows of a class above the others, for many classes at once.

scikit-learn has both, one class at a time and with checks that cost more than a small run's training; the
tests hold these to its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from trainer_service.engine.metrics.base import Array


def rank_areas(scores: Array, is_class: NDArray[np.bool_]) -> Array:
    """The chance that a row of a class is ranked above another row (Mann and Whitney's U), by column.

    `scores` and `is_class` are (n, classes); NaN for a class that has every row or none.
    """
    members = is_class.sum(axis=0)
    others = len(scores) - members
    won = (rankdata(scores, axis=0) * is_class).sum(axis=0) - members * (members + 1) / 2
    pairs = members * others
    areas: Array = np.where(pairs > 0, won / np.maximum(pairs, 1), np.nan)
    return areas


def average_precisions(scores: Array, is_class: NDArray[np.bool_]) -> Array:
    """Average precision by column: precision at each threshold, weighted by the recall gained there.

    `scores` and `is_class` are (n, classes). Equal scores share a threshold; a class without rows has 0.
    """
    order = np.argsort(-scores, axis=0, kind="stable")
    ranked = np.take_along_axis(scores, order, axis=0)
    hits = np.take_along_axis(is_class, order, axis=0).cumsum(axis=0)
    is_threshold = np.ones_like(hits, dtype=bool)
    is_threshold[:-1] = ranked[1:] != ranked[:-1]
    reached = np.maximum.accumulate(np.where(is_threshold, hits, 0), axis=0)
    gained = np.diff(reached, axis=0, prepend=0)
    seen = np.arange(1, len(scores) + 1)[:, None]
    precisions: Array = (gained * hits / seen).sum(axis=0) / np.maximum(hits[-1], 1)
    return precisions
