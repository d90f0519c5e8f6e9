"""What is done to the gradients of a row before the optimizer sees them: the L1 penalty, then clipping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Limits:
    """`l1` is the price of a weight's size; `clip` the largest norm of the gradient, None for any."""

    l1: float = 0.0
    clip: float | None = None


class Penalties:
    """Limits of N rows; a row without any is not touched, so its neighbours' change nothing for it."""

    def __init__(self, weights: Tensor, gradients: Tensor, limits: Sequence[Limits]) -> None:
        rows = list(zip(weights, gradients, limits, strict=True))
        self._priced = [(weight, slope, limit.l1) for weight, slope, limit in rows if limit.l1]
        self._clipped = [(slope, limit.clip) for _, slope, limit in rows if limit.clip is not None]

    def apply(self) -> None:
        """Change the gradients in place; the norm is clipped as by torch's clip_grad_norm_."""
        for weight, slope, price in self._priced:
            slope.add_(weight.sign(), alpha=price)
        for slope, largest in self._clipped:
            slope.mul_((largest / (slope.norm() + 1e-6)).clamp_max(1.0))
