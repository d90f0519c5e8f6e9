"""The epochs of a stack: schedules, early stopping, divergence and cancelling, each row for itself.

A row that ends leaves the stack at the end of the epoch; the others go on with the very same numbers. A row
that resumes joins the stack at the epoch it had reached, whoever is there. A row's result is its last finite
weights or, with early stopping, its best by validation loss.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch
from torch import Tensor

from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.checkpoint import Checkpoint, fits
from trainer_service.engine.results import EpochPoint
from trainer_service.engine.schedules import factor
from trainer_service.engine.spec import Schedule
from trainer_service.engine.stack import Blocks, Measured, Recipe, Row, Stack, State

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a stack trains. `patience` is by row."""

    epochs: int
    schedule: Schedule
    patience: Sequence[int | None]

    def rate(self, epoch: int, curve: Sequence[EpochPoint] = ()) -> float:
        """Factor on the learning rate of a row in epoch `epoch` (from 0), after its `curve` so far."""
        return factor(self.schedule, epoch, self.epochs, curve)


@dataclass(slots=True)
class Trained:
    """One row's way through training. `weights` (row_length,) are those that count.

    `entry` is the state it brings into the stack. `resumed_at` counts the epochs and `resumed_examples` the
    examples that an earlier execution trained.
    """

    row: Row
    weights: Tensor
    entry: State | None = None
    patience: int | None = None
    curve: list[EpochPoint] = field(default_factory=list)
    signals: dict[str, Any] = field(default_factory=dict)
    examples: int = 0
    cancelled: bool = False
    ended: bool = False
    best_loss: float = math.inf
    resumed_at: int = 0
    resumed_examples: int = 0

    @classmethod
    def begin(cls, recipe: Recipe, row: Row, patience: int | None, device: torch.device) -> Trained:
        """A row before its first epoch."""
        # A row that starts badly is compared with weights that exist: those it started from.
        entry = State.initial(recipe, [row], device)
        return cls(row, entry.weights[0].clone(), entry, patience)

    def go_on(self, checkpoint: Checkpoint) -> None:
        """Take up where `checkpoint` was made."""
        device = self.weights.device
        self.weights = checkpoint.kept.to(device)
        learning = [part.to(device).unsqueeze(0) for part in checkpoint.learning]
        self.entry = State(learning[0], learning[1:], checkpoint.steps) if learning else None
        self.curve, self.signals = list(checkpoint.curve), dict(checkpoint.signals)
        self.examples = self.resumed_examples = checkpoint.examples
        self.ended, self.resumed_at = checkpoint.ended, checkpoint.epoch
        self.best_loss = math.inf if checkpoint.best_loss is None else checkpoint.best_loss

    def checkpoint(self, state: State | None) -> Checkpoint:
        """How far this row is; `state` is its own in the stack, None after it has left."""
        learning = [state.weights, *state.moments] if state else []
        return Checkpoint(
            kept=self.weights.cpu(),
            learning=[part[0].cpu() for part in learning],
            steps=state.steps if state else 0,
            ended=self.ended,
            examples=self.examples,
            best_loss=_finite(self.best_loss),
            curve=list(self.curve),
            signals=dict(self.signals),
        )

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
    device = data.features.device
    trained = [
        Trained.begin(recipe, row, patience, device)
        for row, patience in zip(rows, plan.patience, strict=True)
    ]
    for member, run in enumerate(trained):
        _resume(run, member, callbacks)
    course = _Course(recipe, data, trained)
    for epoch in range(plan.epochs):
        course.regroup(epoch, callbacks)
        if course.stack is None:
            continue
        rates = [plan.rate(epoch, trained[member].curve) for member in course.members]
        measured = course.stack.epoch(epoch, _with_ghosts(rates, len(course.stack.rows)))
        for position, member in enumerate(course.members):
            run = trained[member]
            run.examples += course.stack.examples_per_epoch
            point = run.after_epoch(epoch + 1, rates[position], measured, position)
            if not run.ended and run.is_better(point):
                run.weights.copy_(course.stack.weights[position])
            callbacks.on_epoch(member, point)
        if epoch + 1 < plan.epochs and callbacks.is_checkpoint_due():
            course.tell(callbacks)
    return trained


# Private functions --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Course:
    """Who trains now: `stack` holds the rows of `members`, in that order; None while nobody trains."""

    recipe: Recipe
    data: Blocks
    trained: list[Trained]
    stack: Stack | None = None
    members: list[int] = field(default_factory=list)

    def regroup(self, epoch: int, callbacks: Callbacks) -> None:
        """Before `epoch` (from 0): let rows go that have ended, and let in those that are this far."""
        for member in callbacks.dropped() & set(range(len(self.trained))):
            if not self.trained[member].ended:
                self.trained[member].cancelled = self.trained[member].ended = True
        staying = [p for p, member in enumerate(self.members) if not self.trained[member].ended]
        joining = [
            member
            for member, run in enumerate(self.trained)
            if run.entry is not None and not run.ended and len(run.curve) == epoch
        ]
        if not joining and len(staying) == len(self.members):
            return
        states = [self.stack.state.take(staying)] if self.stack and staying else []
        self.members = [self.members[position] for position in staying] + joining
        self.stack = self._build(states + [self._enter(member) for member in joining])

    def tell(self, callbacks: Callbacks) -> None:
        """How far the rows are: those that train, and those that have ended and wait for them."""
        assert self.stack is not None
        for position, member in enumerate(self.members):
            run = self.trained[member]
            state = None if run.ended else self.stack.state.take([position])
            callbacks.on_checkpoint(member, run.checkpoint(state))
        for member, run in enumerate(self.trained):
            if run.ended and not run.cancelled and member not in self.members:
                callbacks.on_checkpoint(member, run.checkpoint(None))

    def _enter(self, member: int) -> State:
        state, self.trained[member].entry = self.trained[member].entry, None
        assert state is not None
        return state

    @property
    def _least(self) -> int:
        return self.recipe.network.smallest(self.data.features.device)

    def _build(self, states: list[State]) -> Stack | None:
        if not states:
            return None
        positions = _with_ghosts(list(range(len(self.members))), self._least)
        rows = [self.trained[self.members[position]].row for position in positions]
        return Stack(self.recipe, rows, self.data, State.join(states).take(positions))


def _resume(run: Trained, member: int, callbacks: Callbacks) -> None:
    checkpoint = callbacks.resume(member)
    if checkpoint is None or run.entry is None:
        return
    if not fits(checkpoint, row_length=len(run.weights), moments=len(run.entry.moments)):
        return
    run.go_on(checkpoint)
    for point in run.curve:
        callbacks.on_epoch(member, point)


def _with_ghosts(rows: list[_T], smallest: int) -> list[_T]:
    """`rows`, the first one again where a stack would be too small: its doubles are never read."""
    return rows + rows[:1] * (smallest - len(rows))


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
