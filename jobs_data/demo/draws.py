"""Drawing with a seed, and dividing a whole into parts that are published as shares."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def apportion(weights: Mapping[str, float], total: int) -> dict[str, int]:
    """Whole numbers that sum to `total` in proportion to the weights: largest remainder, ties in order."""
    whole = sum(weights.values())
    exact = {label: weight * total / whole for label, weight in weights.items()}
    parts = {label: int(value) for label, value in exact.items()}
    by_remainder = sorted(exact, key=lambda label: parts[label] - exact[label])
    for label in by_remainder[: total - sum(parts.values())]:
        parts[label] += 1
    return parts


class Draws:
    """Draws that are the same for the same seed on every machine: all come from `random()`, nothing else."""

    def __init__(self, seed: int) -> None:
        """Start at the beginning of the seed's sequence."""
        self._source = random.Random(seed)  # noqa: S311 - repeatable on purpose, nothing secret

    def between(self, low: float, high: float) -> float:
        """A number from low up to, but not including, high."""
        return low + (high - low) * self._source.random()

    def chance(self, percent: float) -> bool:
        """True in so many of a hundred cases."""
        return self._source.random() * 100 < percent

    def one(self, choices: Sequence[T]) -> T:
        """One of the choices, each as likely."""
        return choices[int(self._source.random() * len(choices))]

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """The values in random order."""
        keys = [self._source.random() for _ in values]
        return [values[at] for at in sorted(range(len(values)), key=keys.__getitem__)]

    def spread(self, counts: Mapping[str, int]) -> list[str]:
        """Each label as often as its count, in random order."""
        return self.shuffled([label for label, count in counts.items() for _ in range(count)])
