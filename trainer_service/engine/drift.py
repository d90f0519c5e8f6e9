"""How far new rows lie from those that a model was trained on, feature by feature."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]

BINS, LEAST_SHARE = 10, 1e-4  # a bin without rows counts as this share


def stability_index(reference: Column, new: Column, categories: int = 0) -> float:
    """Population stability index: the sum over bins of (new - old share) times log(new / old share).

    Bins are tenths of the reference rows, or the `categories` where the numbers only name something. Gaps
    are a bin of their own.
    """
    edges = _between(categories) if categories else _tenths(reference)
    old, now = (_shares(column, edges) for column in (reference, new))
    return float(((now - old) * np.log(now / old)).sum())


def largest_distance(reference: Column, new: Column) -> float:
    """Kolmogorov and Smirnov's statistic: the largest gap between the two shares of rows up to a value."""
    old, now = (np.sort(column[~np.isnan(column)]) for column in (reference, new))
    if not len(old) or not len(now):
        return 0.0
    places = np.concatenate([old, now])
    shares = [np.searchsorted(column, places, side="right") / len(column) for column in (old, now)]
    return float(np.abs(shares[0] - shares[1]).max())


# Private functions --------------------------------------------------------------------------------------


def _between(categories: int) -> Column:
    return np.arange(0.5, categories - 1)


def _tenths(column: Column) -> Column:
    known = column[~np.isnan(column)]
    if not len(known):
        return np.empty(0)
    edges: Column = np.unique(np.quantile(known, np.arange(1, BINS) / BINS)).astype(np.float64)
    return edges


def _shares(column: Column, edges: Column) -> Column:
    known = column[~np.isnan(column)]
    counts = np.bincount(np.searchsorted(edges, known, side="right"), minlength=len(edges) + 1)
    shares: Column = np.append(counts, len(column) - len(known)) / max(len(column), 1)
    return np.maximum(shares, LEAST_SHARE)
