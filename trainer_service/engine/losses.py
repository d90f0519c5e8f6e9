"""Losses of a stack, with their gradients written by hand; nothing is allocated from step to step.

Each step leaves a few numbers for each example; logarithms, sums and means are taken once an epoch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer_service.engine.tasks import Task


@dataclass(frozen=True, slots=True)
class Shape:
    """`steps` batches of an epoch, `runs` rows, `batch` examples in each, `width` outputs for an example."""

    steps: int
    runs: int
    batch: int
    width: int


class Loss(ABC):
    """Loss of all runs of a stack, batch by batch.

    `smoothing` is by run the share of a class target that is spread over all classes.
    """

    @abstractmethod
    def __init__(self, shape: Shape, device: torch.device, smoothing: Sequence[float]) -> None: ...

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

    def __init__(self, shape: Shape, device: torch.device, smoothing: Sequence[float]) -> None:
        steps, runs, batch, width = shape.steps, shape.runs, shape.batch, shape.width
        self._shape = (steps, runs, batch)
        examples = runs * batch
        self._smoothing = torch.tensor(smoothing, device=device)
        self._is_smooth = any(smoothing)
        self._table = torch.empty(width, examples, device=device)
        self._by_example = self._table.t().view(runs, batch, width)
        self._classes = self._table.unbind(0)
        spread = self._smoothing.repeat_interleave(batch)
        self._spread, self._minus_rest = spread / width, (spread - 1).unsqueeze(0)
        self._means = torch.zeros(steps, examples, device=device)
        self._chosen = torch.empty(steps, 1, examples, device=device)
        self._highest = torch.empty(steps, examples, device=device)
        self._sums = torch.empty(steps, examples, device=device)
        self._others: Tensor | None = None
        self._shares = torch.ones(steps, examples, device=device)

    def mix(self, others: Tensor, shares: Tensor) -> None:
        """In this epoch examples are mixed with those of targets `others` (steps, N·B).

        `shares` (steps, N, 1) remain of each.
        """
        self._others = others
        self._shares.copy_(shares.expand(self._shape).flatten(1))

    def gradient(self, step: int, outputs: Tensor, targets: Tensor, error: Tensor) -> None:
        table, wanted = self._table, targets.unsqueeze(0)
        highest, sums = self._highest[step], self._sums[step]
        self._by_example.copy_(outputs)
        torch.gather(table, 0, wanted, out=self._chosen[step])
        if self._others is not None:
            self._choose_both(step)
        torch.amax(table, 0, out=highest)
        if self._is_smooth:
            _add_up(self._classes, self._means[step]).div_(len(self._classes))
        table.sub_(highest).exp_()
        _add_up(self._classes, sums)
        table.div_(sums)
        if self._is_smooth:
            table.sub_(self._spread)
        if self._others is None:
            table.scatter_add_(0, wanted, self._minus_rest)
        else:
            share = self._shares[step]
            table.scatter_add_(0, wanted, self._minus_rest * share)
            table.scatter_add_(0, self._others[step].unsqueeze(0), self._minus_rest * (1 - share))
        table.mul_(1 / self._shape[2])
        error.copy_(self._by_example)

    def _choose_both(self, step: int) -> None:
        """The output of a mixed target is the mean of both; rows that mix nothing keep theirs as it is."""
        assert self._others is not None
        share, chosen = self._shares[step], self._chosen[step, 0]
        other = self._table.gather(0, self._others[step].unsqueeze(0))[0]
        chosen.copy_(torch.where(share == 1, chosen, share * chosen + (1 - share) * other))

    def epoch(self, variance: Tensor) -> tuple[Tensor, Tensor]:
        chosen, sums = self._chosen.view(self._shape), self._sums.view(self._shape)
        highest = self._highest.view(self._shape)
        losses = _cross_entropy(chosen, highest, sums)
        if self._is_smooth:
            share = self._smoothing.to(torch.float64).view(1, -1, 1)
            spread = _cross_entropy(self._means.view(self._shape), highest, sums)
            losses.mul_(1 - share).add_(spread * share)
        return losses.mean(dim=2), _right(chosen, highest, sums, len(self._classes)).mean(dim=(0, 2))

    @staticmethod
    def measure(outputs: Tensor, targets: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        table = outputs.flatten(0, 1).t().contiguous()
        chosen = table.gather(0, targets.view(1, -1)).view(targets.shape)
        highest = table.amax(0)
        sums = _add_up(table.sub_(highest).exp_().unbind(0), torch.empty_like(highest)).view(targets.shape)
        highest = highest.view(targets.shape)
        losses = _cross_entropy(chosen, highest, sums).mean(1)
        return losses, _right(chosen, highest, sums, outputs.shape[2]).mean(1)


class SquaredError(Loss):
    """Mean squared error against numbers, (N·B,) or (N·B, width).

    The score is R², with `variance` (N,) of the targets: of all of them, each around the mean of its column.
    """

    def __init__(self, shape: Shape, device: torch.device, smoothing: Sequence[float]) -> None:
        self._scale = 2 / (shape.batch * shape.width)
        self._squares = torch.empty(shape.steps, shape.runs, shape.batch, shape.width, device=device)

    def gradient(self, step: int, outputs: Tensor, targets: Tensor, error: Tensor) -> None:
        torch.sub(outputs, targets.view(outputs.shape), out=error)
        torch.mul(error, error, out=self._squares[step])
        error.mul_(self._scale)

    def epoch(self, variance: Tensor) -> tuple[Tensor, Tensor]:
        losses = self._squares.flatten(2).to(torch.float64).mean(dim=2)
        return losses, 1 - mean_of_steps(losses) / variance

    @staticmethod
    def measure(outputs: Tensor, targets: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        difference = (outputs - targets.view(outputs.shape)).flatten(1)
        loss = difference.to(torch.float64).square_().mean(1)
        return loss, 1 - loss / variance


class BinaryCrossEntropy(Loss):
    """Cross-entropy of each label by itself, against zeros and ones (N·B, labels).

    The score is the share of labels that are right, each said to be there when its output is above zero.
    """

    def __init__(self, shape: Shape, device: torch.device, smoothing: Sequence[float]) -> None:
        self._scale = 1 / (shape.batch * shape.width)
        sides = (shape.steps, shape.runs, shape.batch, shape.width)
        self._outputs, self._targets = torch.empty(sides, device=device), torch.empty(sides, device=device)

    def gradient(self, step: int, outputs: Tensor, targets: Tensor, error: Tensor) -> None:
        wanted = targets.view(outputs.shape)
        self._outputs[step].copy_(outputs)
        self._targets[step].copy_(wanted)
        torch.sigmoid(outputs, out=error)
        error.sub_(wanted).mul_(self._scale)

    def epoch(self, variance: Tensor) -> tuple[Tensor, Tensor]:
        losses = _binary_cross_entropy(self._outputs, self._targets).flatten(2).mean(dim=2)
        right = (self._outputs > 0) == (self._targets > 0.5)
        return losses, right.to(torch.float64).mean(dim=(0, 2, 3))

    @staticmethod
    def measure(outputs: Tensor, targets: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        wanted = targets.view(outputs.shape)
        right = (outputs > 0) == (wanted > 0.5)
        losses = _binary_cross_entropy(outputs, wanted).flatten(1).mean(1)
        return losses, right.to(torch.float64).flatten(1).mean(1)


LOSSES: dict[Task, type[Loss]] = {
    "classification": CrossEntropy,
    "regression": SquaredError,
    "multilabel": BinaryCrossEntropy,
    "reconstruction": SquaredError,
}


def mean_of_steps(losses: Tensor) -> Tensor:
    """Mean of (steps, N) over the steps, (N,), step after step: torch.mean goes another way for N = 1."""
    return _add_up(losses.unbind(0), torch.empty_like(losses[0])).div_(len(losses))


def _cross_entropy(chosen: Tensor, highest: Tensor, sums: Tensor) -> Tensor:
    """-log softmax of the chosen outputs, given the highest output and the sum of exp(output - highest)."""
    return sums.to(torch.float64).log_() + (highest.to(torch.float64) - chosen)


def _right(chosen: Tensor, highest: Tensor, sums: Tensor, classes: int) -> Tensor:
    """1 where the output of the true class is the highest; the share of a guess where all are equal."""
    return (chosen >= highest).to(torch.float64).masked_fill_(sums == classes, 1 / classes)


def _binary_cross_entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    """-log of the probability of what is so, by label; outputs are log odds."""
    odds = outputs.to(torch.float64)
    return torch.clamp_min(odds, 0).sub_(odds * targets).add_(torch.log1p(torch.exp(-odds.abs())))


def _add_up(rows: Sequence[Tensor], total: Tensor) -> Tensor:
    """Sum of `rows` into `total`, one after the other: in torch.sum the order depends on a column's place."""
    total.copy_(rows[0])
    for row in rows[1:]:
        total.add_(row)
    return total
