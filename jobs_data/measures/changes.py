"""Where a share over time changes its level: segments of constant share, found exactly.

Optimal partitioning (Jackson et al. 2005) with the likelihood of the binomial and a penalty of 3 log T for
each change (BIC, after Zhang and Siegmund 2007). Real shares swing more than a coin does; the likelihood is
divided by that excess, measured on the differences of neighbours, so that noise is not taken for change.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

# Fewer periods cannot tell a level from its neighbours.
LEAST_PERIODS = 6
LEAST_SEGMENT = 2


def change_points(hits: Sequence[int], sizes: Sequence[int]) -> list[int]:
    """The indices at which a new level starts, in order; none for fewer than six periods."""
    periods = len(hits)
    if periods < LEAST_PERIODS:
        return []
    summed_hits, summed_sizes = _running(hits), _running(sizes)
    scale = _dispersion(hits, sizes)

    def cost(start: int, end: int) -> float:
        k, n = summed_hits[end] - summed_hits[start], summed_sizes[end] - summed_sizes[start]
        return -2 * _log_likelihood(k, n) / scale

    penalty = 3 * log(periods)
    best, previous = [-penalty, *[float("inf")] * periods], [0] * (periods + 1)
    for end in range(LEAST_SEGMENT, periods + 1):
        starts = range(0, end - LEAST_SEGMENT + 1)
        found, start = min((best[start] + cost(start, end) + penalty, start) for start in starts)
        best[end], previous[end] = found, start
    return _starts(previous, periods)


def _starts(previous: Sequence[int], end: int) -> list[int]:
    found = []
    while (end := previous[end]) > 0:
        found.append(end)
    return found[::-1]


def _running(values: Sequence[int]) -> list[int]:
    found = [0]
    for value in values:
        found.append(found[-1] + value)
    return found


def _log_likelihood(k: int, n: int) -> float:
    if n == 0 or k in (0, n):
        return 0.0
    return k * log(k / n) + (n - k) * log(1 - k / n)


def _dispersion(hits: Sequence[int], sizes: Sequence[int]) -> float:
    """How much more neighbours differ than chance lets them: the median of squared standard differences."""
    squares = []
    for (k, n), (other_k, other_n) in zip(
        zip(hits[:-1], sizes[:-1], strict=True), zip(hits[1:], sizes[1:], strict=True), strict=True
    ):
        pooled = (k + other_k) / (n + other_n) if n + other_n else 0.0
        variance = pooled * (1 - pooled) * (1 / n + 1 / other_n) if n and other_n else 0.0
        if variance > 0:
            squares.append((k / n - other_k / other_n) ** 2 / variance)
    if not squares:
        return 1.0
    # The median of a chi-squared variable with one degree of freedom is 0.455.
    return max(1.0, sorted(squares)[len(squares) // 2] / 0.455)
