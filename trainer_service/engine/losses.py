"""Losses of a stack, with their gradients written by hand; nothing is allocated from step to step.

Each step leaves a few numbers for each example; logarithms, sums and means are taken once an epoch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor


class Loss(ABC):
    """Loss of N runs on batches of B examples with outputs of some width; `steps` batches make an epoch."""

    @abstractmethod
    def __init__(self, steps: int, runs: int, batch: int, width: int, device: torch.device) -> None: ...

    @abstractmethod
    def gradient(self, step: int, outputs: Tensor, targets: Tensor, error: Tensor) -> None:
        """Write d(mean loss of each run)/d(outputs), (N, B, width), into `error`; note the losses."""

    @abstractmethod
    def epoch(self, variance: Tensor) -> tuple[Tensor, Tensor]:
        """Mean loss of each step, (steps, N), and the score over the epoch, (N,)."""

    @staticmethod
    @abstractmethod
    def measure(outputs: Tensor, targets: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        """Mean loss and score of each run, both (N,), on rows that are not fitted: outputs (N, n, width)."""


class CrossEntropy(Loss):
    """Softmax cross-entropy against class numbers (N·B,); the score is accuracy.

    Works on transposed outputs (classes, N·B): a few long rows, not many short ones, four times as fast.
    """

    def __init__(self, steps: int, runs: int, batch: int, width: int, device: torch.device) -> None:
        self._shape = (steps, runs, batch)
        examples = runs * batch
        self._table = torch.empty(width, examples, device=device)
        self._by_example = self._table.t().view(runs, batch, width)
        self._classes = self._table.unbind(0)
        self._minus_one = torch.full((1, examples), -1.0, device=device)
        self._chosen = torch.empty(steps, 1, examples, device=device)
        self._highest = torch.empty(steps, examples, device=device)
        self._sums = torch.empty(steps, examples, device=device)

    def gradient(self, step: int, outputs: Tensor, targets: Tensor, error: Tensor) -> None:
        table, wanted = self._table, targets.unsqueeze(0)
        highest, sums = self._highest[step], self._sums[step]
        self._by_example.copy_(outputs)
        torch.gather(table, 0, wanted, out=self._chosen[step])
        torch.amax(table, 0, out=highest)
        table.sub_(highest).exp_()
        _add_up(self._classes, sums)
        table.div_(sums).scatter_add_(0, wanted, self._minus_one).mul_(1 / self._shape[2])
        error.copy_(self._by_example)

    def epoch(self, variance: Tensor) -> tuple[Tensor, Tensor]:
        chosen, sums = self._chosen.view(self._shape), self._sums.view(self._shape)
        highest = self._highest.view(self._shape)
        losses = _cross_entropy(chosen, highest, sums).mean(dim=2)
        return losses, (chosen >= highest).to(torch.float64).mean(dim=(0, 2))

    @staticmethod
    def measure(outputs: Tensor, targets: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        table = outputs.flatten(0, 1).t().contiguous()
        chosen = table.gather(0, targets.view(1, -1)).view(targets.shape)
        highest = table.amax(0)
        sums = _add_up(table.sub_(highest).exp_().unbind(0), torch.empty_like(highest)).view(targets.shape)
        highest = highest.view(targets.shape)
        losses = _cross_entropy(chosen, highest, sums).mean(1)
        return losses, (chosen >= highest).to(torch.float64).mean(1)


class SquaredError(Loss):
    """Mean squared error against numbers (N·B,); the score is R², with `variance` (N,) of the targets."""

    def __init__(self, steps: int, runs: int, batch: int, width: int, device: torch.device) -> None:
        self._batch = batch
        self._squares = torch.empty(steps, runs, batch, width, device=device)

    def gradient(self, step: int, outputs: Tensor, targets: Tensor, error: Tensor) -> None:
        torch.sub(outputs, targets.view(outputs.shape), out=error)
        torch.mul(error, error, out=self._squares[step])
        error.mul_(2 / self._batch)

    def epoch(self, variance: Tensor) -> tuple[Tensor, Tensor]:
        losses = self._squares.squeeze(-1).to(torch.float64).mean(dim=2)
        return losses, 1 - losses.mean(0) / variance

    @staticmethod
    def measure(outputs: Tensor, targets: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        loss = (outputs.squeeze(-1) - targets).to(torch.float64).square_().mean(1)
        return loss, 1 - loss / variance


LOSSES: dict[str, type[Loss]] = {"classification": CrossEntropy, "regression": SquaredError}


def _cross_entropy(chosen: Tensor, highest: Tensor, sums: Tensor) -> Tensor:
    """-log softmax of the chosen outputs, given the highest output and the sum of exp(output - highest)."""
    return sums.to(torch.float64).log_() + (highest.to(torch.float64) - chosen)


def _add_up(rows: Sequence[Tensor], total: Tensor) -> Tensor:
    """Sum of `rows` into `total`, one after the other: in torch.sum the order depends on a column's place."""
    total.copy_(rows[0])
    for row in rows[1:]:
        total.add_(row)
    return total
