"""Mixtures whose parts are known, as plain facts: so it can be counted which a generator has learned."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mixture:
    """Round clouds of standard deviation `deviation` around each of `centres`, all equally likely."""

    centres: tuple[tuple[float, float], ...]
    deviation: float


def _ring(count: int, radius: float) -> tuple[tuple[float, float], ...]:
    angles = [2 * math.pi * number / count for number in range(count)]
    # Rounded, as the last bits of sines differ between processors.
    return tuple((round(radius * math.cos(a), 6), round(radius * math.sin(a), 6)) for a in angles)


MIXTURES = {"ring@1": Mixture(centres=_ring(8, 1.0), deviation=0.05)}
