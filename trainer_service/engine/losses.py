"""Losses of a stack, with their gradients written by hand; nothing is allocated from step to step.

Each step leaves one number for each example; sums and means are taken once an epoch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor


class Loss(ABC):
    """Loss of N runs on batches of B examples; `steps` batches make an epoch."""

    @abstractmethod
    def __init__(self, steps: int, runs: int, batch: int, device: torch.device) -> None: ...

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
    """Softmax cross-entropy against class numbers (N·B,); the score is accuracy."""

    def __init__(self, steps: int, runs: int, batch: int, device: torch.device) -> None:
        self._batch = batch
        self._minus_one = torch.full((runs, batch, 1), -1.0, device=device)
        self._chosen = torch.empty(steps, runs, batch, 1, device=device)
        self._highest = torch.empty(steps, runs, batch, device=device)

    def gradient(self, step: int, outputs: Tensor, targets: Tensor, error: Tensor) -> None:
        wanted = targets.view(*outputs.shape[:2], 1)
        torch.log_softmax(outputs, -1, out=error)
        torch.gather(error, -1, wanted, out=self._chosen[step])
        torch.amax(error, -1, out=self._highest[step])
        error.exp_().scatter_add_(-1, wanted, self._minus_one).mul_(1 / self._batch)

    def epoch(self, variance: Tensor) -> tuple[Tensor, Tensor]:
        chosen = self._chosen.squeeze(-1)
        right = (chosen >= self._highest).to(torch.float64).mean(dim=(0, 2))
        return chosen.to(torch.float64).mean(dim=2).neg_(), right

    @staticmethod
    def measure(outputs: Tensor, targets: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        logs = torch.log_softmax(outputs, -1)
        chosen = logs.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
        right = (chosen >= logs.amax(-1)).to(torch.float64).mean(1)
        return chosen.to(torch.float64).mean(1).neg_(), right


class SquaredError(Loss):
    """Mean squared error against numbers (N·B,); the score is R², with `variance` (N,) of the targets."""

    def __init__(self, steps: int, runs: int, batch: int, device: torch.device) -> None:
        self._batch = batch
        self._squares = torch.empty(steps, runs, batch, 1, device=device)

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
