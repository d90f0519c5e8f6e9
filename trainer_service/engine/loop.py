"""The epochs of a stack: schedules, early stopping, divergence and cancelling, each row for itself.

A row that ends leaves the stack at the end of the epoch; the others go on with the very same numbers. A
row's result is its last finite weights or, with early stopping, its best by validation loss.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.results import EpochPoint
from trainer_service.engine.stack import SMALLEST, Blocks, Measured, Recipe, Row, Stack


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a stack trains. `patience` is by row."""

    epochs: int
    schedule: str
    patience: Sequence[int | None]

    def rate(self, epoch: int) -> float:
        """Factor on the learning rates in epoch `epoch` (from 0); cosine reaches zero at the very end."""
        return (1 + math.cos(math.pi * epoch / self.epochs)) / 2 if self.schedule == "cosine" else 1.0


@dataclass(slots=True)
class Trained:
    """One row's way through training. `weights` (row_length,) are those that count."""

    row: Row
    weights: Tensor
    patience: int | None = None
    curve: list[EpochPoint] = field(default_factory=list)
    signals: dict[str, Any] = field(default_factory=dict)
    examples: int = 0
    cancelled: bool = False
    ended: bool = False
    best_loss: float = math.inf

    def after_epoch(self, epoch: int, rate: float, measured: Measured, position: int) -> EpochPoint:
        """Note what epoch number `epoch` (from 1) showed for the row at `position`; return its point."""
        point = EpochPoint(
            epoch=epoch,
            train_loss=_finite(measured.train_loss[position]),
            validation_loss=_finite(measured.validation_loss[position]),
            train_score=_finite(measured.train_score[position]),
            validation_score=_finite(measured.validation_score[position]),
            learning_rate=self.row.sizes.learning_rate * rate,
        )
        self.curve.append(point)
        self._note_signals(measured, position)
        healthy = point.train_loss is not None and point.validation_loss is not None
        if not (healthy and math.isfinite(measured.weight_norm[position])):
            self.signals["diverged_at_epoch"] = epoch
            self.ended = True
        return point

    def is_better(self, point: EpochPoint) -> bool:
        """Whether the weights after `point` are the ones to keep, by the rule of this row."""
        assert point.validation_loss is not None
        improved = point.validation_loss < self.best_loss
        if improved:
            self.best_loss = point.validation_loss
            self.signals["best_epoch"] = point.epoch
        if self.patience is None:
            return True
        if point.epoch - self.signals["best_epoch"] >= self.patience:
            self.signals["stopped_at_epoch"] = point.epoch
            self.ended = True
        return improved

    def _note_signals(self, measured: Measured, position: int) -> None:
        self.signals.setdefault("first_loss", _finite(measured.first_loss[position]))
        largest = measured.largest_loss[position]
        if math.isfinite(largest):
            self.signals["largest_batch_loss"] = max(
                largest, self.signals.get("largest_batch_loss") or largest
            )
        for name, values in (
            ("gradient_norm", measured.gradient_norm),
            ("update_weight_ratio", measured.update_ratio),
        ):
            if math.isfinite(values[position]):
                self.signals[name] = values[position]


def train_stack(
    recipe: Recipe, rows: Sequence[Row], data: Blocks, plan: Plan, callbacks: Callbacks
) -> list[Trained]:
    """Train `rows` together for the plan's epochs; the result has the order of `rows`."""
    # A row that starts badly is compared with weights that exist: those it started from.
    members = list(range(len(rows)))
    stack = Stack(recipe, [rows[i] for i in _with_ghost(members)], data)
    trained = [
        Trained(row, stack.weights[i].clone(), patience)
        for i, (row, patience) in enumerate(zip(rows, plan.patience, strict=True))
    ]
    for epoch in range(plan.epochs):
        stack, members = _without_ended(stack, members, trained, callbacks)
        if not members:
            break
        measured = stack.epoch(epoch, plan.rate(epoch))
        for position, member in enumerate(members):
            run = trained[member]
            run.examples += stack.examples_per_epoch
            point = run.after_epoch(epoch + 1, plan.rate(epoch), measured, position)
            if not run.ended and run.is_better(point):
                run.weights.copy_(stack.weights[position])
            callbacks.on_epoch(member, point)
    return trained


# Private functions --------------------------------------------------------------------------------------


def _without_ended(
    stack: Stack, members: list[int], trained: list[Trained], callbacks: Callbacks
) -> tuple[Stack, list[int]]:
    """The stack of the rows that go on, and which runs they are; the same stack if nobody has left."""
    for member in callbacks.dropped() & set(members):
        trained[member].cancelled = trained[member].ended = True
    going_on = [position for position, member in enumerate(members) if not trained[member].ended]
    if len(going_on) == len(members) or not going_on:
        return stack, [members[position] for position in going_on]
    return stack.keep(_with_ghost(going_on)), [members[position] for position in going_on]


def _with_ghost(positions: list[int]) -> list[int]:
    """`positions`, with the first one twice where a stack would be too small: its double is never read."""
    return positions + positions[:1] * (SMALLEST - len(positions))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def dead_unit_share(activations: list[Tensor], activation: str) -> float:
    """Share of hidden units (0..1) that never react to any row: relu always off, or tanh always saturated."""
    stuck = total = 0
    for signal in activations:
        silent = signal <= 0 if activation == "relu" else signal.abs() > 0.999
        stuck += int(torch.all(silent, dim=0).sum())
        total += signal.shape[1]
    return stuck / total
