"""Optimizer steps over the flat rows of a stack; whatever a learner may choose differs by row.

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
Rates = float | Sequence[float]


@dataclass(frozen=True, slots=True)
class StepSizes:
    """What the optimizer may have by row; `learning_rate` is the base that a schedule scales.

    `smoothing` is the share of RMSprop's mean square that is kept from step to step.
    """

    learning_rate: float
    weight_decay: float
    momentum: float = 0.0
    nesterov: bool = False
    smoothing: float = 0.99


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
    def step(self, step: int, rates: Rates) -> None:
        """Make step number `step` (from 1), with every learning rate multiplied by its rate, or by one."""


def _two_moments(weights: Tensor) -> list[Tensor]:
    return [torch.zeros_like(weights), torch.zeros_like(weights)]


class FusedAdam(Optimizer):
    """Adam by torch's fused kernel, row by row."""

    is_decoupled = False

    def __init__(
        self, weights: Tensor, gradients: Tensor, sizes: Sequence[StepSizes], moments: list[Tensor]
    ) -> None:
        super().__init__(weights, gradients, sizes, moments)
        self._count = torch.zeros((), device=weights.device)
        self._kernel = torch._fused_adamw_ if self.is_decoupled else torch._fused_adam_
        rows = zip(weights, gradients, *moments, sizes, strict=True)
        self._rows = [([w], [g], [m], [v], size) for w, g, m, v, size in rows]

    moments_like = staticmethod(_two_moments)

    def step(self, step: int, rates: Rates) -> None:
        self._count.fill_(step)
        by_row = _by_row(rates, len(self._rows))
        for (weights, gradients, mean, square, size), rate in zip(self._rows, by_row, strict=True):
            self._kernel(
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


class FusedAdamW(FusedAdam):
    """AdamW by torch's fused kernel, row by row."""

    is_decoupled = True


class PlainAdam(Optimizer):
    """Adam in plain operations over all rows at once; its weight decay is part of the gradient."""

    is_decoupled = False

    def __init__(
        self, weights: Tensor, gradients: Tensor, sizes: Sequence[StepSizes], moments: list[Tensor]
    ) -> None:
        super().__init__(weights, gradients, sizes, moments)
        self._rates = _column([size.learning_rate for size in sizes], weights)
        self._decay = _column([size.weight_decay for size in sizes], weights)

    moments_like = staticmethod(_two_moments)

    def step(self, step: int, rates: Rates) -> None:
        mean, square = self.moments
        sizes = self._rates * _column(_by_row(rates, len(self.weights)), self.weights)
        gradients = self.gradients
        if self.is_decoupled:
            self.weights.mul_(1 - sizes * self._decay)
        else:
            gradients = gradients + self._decay * self.weights
        mean.lerp_(gradients, 1 - BETA1)
        square.mul_(BETA2).addcmul_(gradients, gradients, value=1 - BETA2)
        spread = square.sqrt().div_(math.sqrt(1 - BETA2**step)).add_(EPSILON)
        self.weights.sub_((mean / spread).mul_(sizes / (1 - BETA1**step)))


class PlainAdamW(PlainAdam):
    """AdamW in plain operations; its weight decay shrinks the weights by itself."""

    is_decoupled = True


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

    def step(self, step: int, rates: Rates) -> None:
        by_row = _by_row(rates, len(self._rows))
        for (weights, gradients, velocity, size), rate in zip(self._rows, by_row, strict=True):
            torch._fused_sgd_(
                weights,
                gradients,
                velocity,
                weight_decay=size.weight_decay,
                momentum=size.momentum,
                lr=size.learning_rate * rate,
                dampening=0.0,
                nesterov=size.nesterov and size.momentum > 0,
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
        looks_ahead = [[size.nesterov and size.momentum > 0] for size in sizes]
        self._looks_ahead = torch.tensor(looks_ahead, device=weights.device)

    @staticmethod
    def moments_like(weights: Tensor) -> list[Tensor]:
        return FusedSGD.moments_like(weights)

    def step(self, step: int, rates: Rates) -> None:
        (velocity,) = self.moments
        gradients = self.gradients + self._decay * self.weights
        velocity.mul_(self._momentum).add_(gradients)
        ahead = torch.where(self._looks_ahead, gradients + self._momentum * velocity, velocity)
        self.weights.sub_(ahead * (self._rates * _column(_by_row(rates, len(velocity)), velocity)))


class RMSprop(Optimizer):
    """Steps scaled by a running mean of squared gradients, with momentum, row by row; torch has no kernel."""

    def __init__(
        self, weights: Tensor, gradients: Tensor, sizes: Sequence[StepSizes], moments: list[Tensor]
    ) -> None:
        super().__init__(weights, gradients, sizes, moments)
        rows = zip(weights, gradients, *moments, sizes, strict=True)
        self._rows = [(w, g, square, velocity, size) for w, g, square, velocity, size in rows]

    moments_like = staticmethod(_two_moments)

    def step(self, step: int, rates: Rates) -> None:
        by_row = _by_row(rates, len(self._rows))
        for (weights, gradients, square, velocity, size), rate in zip(self._rows, by_row, strict=True):
            slope = gradients.add(weights, alpha=size.weight_decay) if size.weight_decay else gradients
            square.mul_(size.smoothing).addcmul_(slope, slope, value=1 - size.smoothing)
            velocity.mul_(size.momentum).addcdiv_(slope, square.sqrt().add_(EPSILON))
            weights.add_(velocity, alpha=-size.learning_rate * rate)


_CHOICES: dict[str, tuple[type[Optimizer], type[Optimizer], str]] = {
    "adam": (FusedAdam, PlainAdam, "_fused_adam_"),
    "adamw": (FusedAdamW, PlainAdamW, "_fused_adamw_"),
    "sgd": (FusedSGD, PlainSGD, "_fused_sgd_"),
    "rmsprop": (RMSprop, RMSprop, ""),
}


def choose(kind: str, *, fused: bool | None = None) -> type[Optimizer]:
    """The optimizer class for a spec's `kind`; `fused=None` takes the fused kernel where torch has it."""
    fast, plain, kernel = _CHOICES[kind]
    use_fused = hasattr(torch, kernel) if fused is None else fused
    return fast if use_fused else plain


def _by_row(rates: Rates, rows: int) -> Sequence[float]:
    return [rates] * rows if isinstance(rates, float | int) else rates


def _column(values: Sequence[float], like: Tensor) -> Tensor:
    return torch.tensor(values, dtype=like.dtype, device=like.device).unsqueeze(1)
