"""How much of a difference chance makes: from several seeds where they were trained, else by bootstrap."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courses.content import ExerciseDefinition

CLEAR = 2.0  # times the noise of a difference: less may be chance
_HALF_WIDTH = 1.96  # standard deviations in half a 95 % interval


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviation of each metric of one run, and in a sentence where it comes from."""

    deviations: Mapping[str, float]
    source: str

    def times(self, metric: str, step: float) -> float | None:
        """How many times the noise of a difference of two runs `step` is; None where that is unknown."""
        deviation = self.deviations.get(metric)
        return abs(step) / (math.sqrt(2) * deviation) if deviation else None


def of(definition: ExerciseDefinition, result: Mapping[str, Any]) -> Noise:
    """The noise to judge a run of this exercise by; metrics without a calibration go by their intervals."""
    bootstrap = {
        name: (interval["high"] - interval["low"]) / (2 * _HALF_WIDTH)
        for name, interval in (result.get("intervals") or {}).items()
    }
    known = definition.calibration
    if known is None:
        source = "Noise is taken from the 95 % interval of this run: the exercise has no calibration."
        return Noise(bootstrap, source if bootstrap else "")
    source = (
        f"Noise is that of {known.seeds} seeds of this exercise's reference run, where only chance differed; "
        f"a difference of two runs counts from {CLEAR:g} times it."
    )
    return Noise({**bootstrap, **{name: value for name, value in known.noise.items() if value > 0}}, source)


def in_words(times: float) -> str:
    """`8× the noise`, with a digit more where it is near 1."""
    if times < CLEAR:
        return f"{times:.1f}× the noise"
    return f"{times:.0f}× the noise"
