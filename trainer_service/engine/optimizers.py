"""Optimizer steps over the flat rows of a stack; learning rate, weight decay and momentum differ by row.

torch's fused kernels make one pass over memory for each row, several times faster than plain operations.
They are private to torch, so the plain forms stay here, tested to agree; they serve where the kernels are
missing.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


@dataclass(frozen=True, slots=True)
class StepSizes:
    """What the optimizer may have by row; `learning_rate` is the base that a schedule scales."""

    learning_rate: float
    weight_decay: float
    momentum: float = 0.0


class Optimizer(ABC):
    """Updates `weights` (N, P) from `gradients` (N, P) in place; all rows have made the same steps."""

    def __init__(
        self, weights: Tensor, gradients: Tensor, sizes: Sequence[StepSizes], moments: list[Tensor]
    ) -> None:
        self.weights, self.gradients, self.sizes, self.moments = weights, gradients, sizes, moments

    @staticmethod
    @abstractmethod
    def moments_like(weights: Tensor) -> list[Tensor]:
        """Fresh memory of the optimizer, one (N, P) tensor for each kind."""

    @abstractmethod
    def step(self, step: int, rate: float) -> None:
        """Make step number `step` (from 1), with every learning rate multiplied by `rate`."""


class FusedAdamW(Optimizer):
    """AdamW by torch's fused kernel, row by row."""

    def __init__(
        self, weights: Tensor, gradients: Tensor, sizes: Sequence[StepSizes], moments: list[Tensor]
    ) -> None:
        super().__init__(weights, gradients, sizes, moments)
        self._count = torch.zeros((), device=weights.device)
        rows = zip(weights, gradients, *moments, sizes, strict=True)
        self._rows = [([w], [g], [m], [v], size) for w, g, m, v, size in rows]

    @staticmethod
    def moments_like(weights: Tensor) -> list[Tensor]:
        return [torch.zeros_like(weights), torch.zeros_like(weights)]

    def step(self, step: int, rate: float) -> None:
        self._count.fill_(step)
        for weights, gradients, mean, square, size in self._rows:
            torch._fused_adamw_(
                weights,
                gradients,
                mean,
                square,
                [],
                [self._count],
                lr=size.learning_rate * rate,
                beta1=BETA1,
                beta2=BETA2,
                weight_decay=size.weight_decay,
                eps=EPSILON,
                amsgrad=False,
                maximize=False,
            )


class PlainAdamW(Optimizer):
    """AdamW in plain operations over all rows at once."""

    def __init__(
        self, weights: Tensor, gradients: Tensor, sizes: Sequence[StepSizes], moments: list[Tensor]
    ) -> None:
        super().__init__(weights, gradients, sizes, moments)
        self._rates = _column([size.learning_rate for size in sizes], weights)
        self._decay = _column([size.learning_rate * size.weight_decay for size in sizes], weights)

    @staticmethod
    def moments_like(weights: Tensor) -> list[Tensor]:
        return FusedAdamW.moments_like(weights)

    def step(self, step: int, rate: float) -> None:
        mean, square = self.moments
        self.weights.mul_(1 - rate * self._decay)
        mean.lerp_(self.gradients, 1 - BETA1)
        square.mul_(BETA2).addcmul_(self.gradients, self.gradients, value=1 - BETA2)
        spread = square.sqrt().div_(math.sqrt(1 - BETA2**step)).add_(EPSILON)
        self.weights.sub_((mean / spread).mul_(self._rates * (rate / (1 - BETA1**step))))


class FusedSGD(Optimizer):
    """Gradient descent with momentum by torch's fused kernel, row by row."""

    def __init__(
        self, weights: Tensor, gradients: Tensor, sizes: Sequence[StepSizes], moments: list[Tensor]
    ) -> None:
        super().__init__(weights, gradients, sizes, moments)
        rows = zip(weights, gradients, *moments, sizes, strict=True)
        self._rows = [([w], [g], [m] if size.momentum else [], size) for w, g, m, size in rows]

    @staticmethod
    def moments_like(weights: Tensor) -> list[Tensor]:
        return [torch.zeros_like(weights)]

    def step(self, step: int, rate: float) -> None:
        for weights, gradients, velocity, size in self._rows:
            torch._fused_sgd_(
                weights,
                gradients,
                velocity,
                weight_decay=size.weight_decay,
                momentum=size.momentum,
                lr=size.learning_rate * rate,
                dampening=0.0,
                nesterov=False,
                maximize=False,
                is_first_step=step == 1,
            )


class PlainSGD(Optimizer):
    """Gradient descent with momentum in plain operations over all rows at once."""

    def __init__(
        self, weights: Tensor, gradients: Tensor, sizes: Sequence[StepSizes], moments: list[Tensor]
    ) -> None:
        super().__init__(weights, gradients, sizes, moments)
        self._rates = _column([size.learning_rate for size in sizes], weights)
        self._decay = _column([size.weight_decay for size in sizes], weights)
        self._momentum = _column([size.momentum for size in sizes], weights)

    @staticmethod
    def moments_like(weights: Tensor) -> list[Tensor]:
        return FusedSGD.moments_like(weights)

    def step(self, step: int, rate: float) -> None:
        (velocity,) = self.moments
        velocity.mul_(self._momentum).add_(self.gradients).add_(self._decay * self.weights)
        self.weights.sub_(velocity * (self._rates * rate))


def choose(kind: str, *, fused: bool | None = None) -> type[Optimizer]:
    """The optimizer class for a spec's `kind`; `fused=None` takes the fused kernel where torch has it."""
    fast, plain, kernel = {
        "adamw": (FusedAdamW, PlainAdamW, "_fused_adamw_"),
        "sgd": (FusedSGD, PlainSGD, "_fused_sgd_"),
    }[kind]
    use_fused = hasattr(torch, kernel) if fused is None else fused
    return fast if use_fused else plain


def _column(values: list[float], like: Tensor) -> Tensor:
    return torch.tensor(values, dtype=like.dtype, device=like.device).unsqueeze(1)
