"""Shapes of a curve as numbers: its level at the end, how far it still falls, how much it shakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median, pstdev


@dataclass(frozen=True, slots=True)
class Trend:
    """A curve of finite losses; `places` are shares of the run (0..1)."""

    values: tuple[float, ...]

    @property
    def end(self) -> float:
        """The median of the last tenth, of at least three points where there are as many."""
        return median(self.values[-max(3, len(self.values) // 10) :])

    @property
    def best(self) -> float:
        """The lowest value."""
        return min(self.values)

    @property
    def best_place(self) -> int:
        """Where the lowest value is, from 0."""
        return self.values.index(self.best)

    @property
    def fall(self) -> float:
        """How far it came down over the last quarter, by a line through its points; below zero: it rose."""
        tail = self.values[-max(3, len(self.values) // 4) :]
        return -_slope(tail) * len(tail) if len(tail) > 1 else 0.0

    @property
    def shake(self) -> float:
        """Standard deviation around the line through its second half."""
        tail = self.values[len(self.values) // 2 :]
        if len(tail) < 4:
            return 0.0
        slope, middle, level = _slope(tail), (len(tail) - 1) / 2, fmean(tail)
        return pstdev(value - level - slope * (place - middle) for place, value in enumerate(tail))

    @property
    def upward(self) -> float:
        """Share of steps (0..1) in its second half that go up."""
        steps = list(pairwise(self.values[len(self.values) // 2 :]))
        return sum(later > earlier for earlier, later in steps) / len(steps) if steps else 0.0

    def settled(self, margin: float) -> int:
        """The first place (from 0) at which it is within `margin` of its best."""
        return next(place for place, value in enumerate(self.values) if value <= self.best + margin)


def trend(values: Sequence[float | None]) -> Trend | None:
    """The trend of a curve that is finite throughout and has a point at all; else None."""
    finite = tuple(value for value in values if value is not None)
    return Trend(finite) if finite and len(finite) == len(values) else None


def _slope(values: Sequence[float]) -> float:
    middle, level = (len(values) - 1) / 2, fmean(values)
    spread = sum((place - middle) ** 2 for place in range(len(values)))
    return sum((place - middle) * (value - level) for place, value in enumerate(values)) / spread
