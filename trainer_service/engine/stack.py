"""The stacked trainer: N runs of one architecture as one tensor program.

Row i of every tensor is run i: parameters are one (N, P) buffer, and an architecture computes outputs and
gradients of all rows at once. Runs share the shapes and the number of steps; learning rate, momentum, weight
decay, dropout, seed and data are each row's own. All random numbers of a row come from its own seed
(`randomness`) and products are made row by row (`kernels`), so its arithmetic is the same alone and among any
neighbours, bit for bit. A GPU's libraries take another path for a batch of one, so there a row that is alone
gets a ghost beside it (`Architecture.smallest`).

Batches: an epoch deals the rows in a new order into full batches and leaves out the rest; with fewer rows
than one batch, all rows are one smaller batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from trainer_service.engine.architectures.base import Architecture, Memory
from trainer_service.engine.augmenting import Augmenter, Changes
from trainer_service.engine.dropout import Dropping, Masks
from trainer_service.engine.losses import LOSSES, CrossEntropy, Shape, mean_of_steps
from trainer_service.engine.optimizers import Rates, StepSizes, choose
from trainer_service.engine.penalties import Limits, Penalties
from trainer_service.engine.randomness import Stream, generator


@dataclass(frozen=True, slots=True)
class Row:
    """What may differ between the runs of a stack.

    `dropout` is in 1/256; `block` is a place in `Blocks`; `smoothing` is the share of a target (0..1) that is
    spread over all classes; `changes` are made to the row's own training examples when they are shown.
    """

    seed: int
    sizes: StepSizes
    dropout: int = 0
    block: int = 0
    limits: Limits = Limits()
    smoothing: float = 0.0
    changes: Changes = Changes()
    start: Tensor | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Blocks:
    """Training data of a stack: one block for each different split, all of the same shape.

    Features are (blocks, n, padded features), targets (blocks, n) or (blocks, n, values); validation
    likewise. Variances are of the targets of each block, (blocks,) float64.
    """

    features: Tensor
    targets: Tensor
    validation_features: Tensor
    validation_targets: Tensor
    variance: Tensor
    validation_variance: Tensor


@dataclass(frozen=True, slots=True)
class State:
    """All that a stack has learned: weights and optimizer memory, (N, P) each, after `steps` steps."""

    weights: Tensor
    moments: list[Tensor]
    steps: int = 0

    def take(self, positions: Sequence[int]) -> State:
        """The state of the rows at `positions`, copied; a position may stand twice."""
        index = torch.tensor(positions, device=self.weights.device)
        return State(self.weights[index], [moment[index] for moment in self.moments], self.steps)

    @classmethod
    def initial(cls, recipe: Recipe, rows: Sequence[Row], device: torch.device) -> State:
        """Rows before their first step: as they start, or each drawn from its seed."""
        drawn = [recipe.network.initial(row.seed) if row.start is None else row.start for row in rows]
        weights = torch.stack(drawn).to(device)
        return cls(weights, choose(recipe.optimizer, fused=recipe.fused).moments_like(weights))

    @classmethod
    def join(cls, states: Sequence[State]) -> State:
        """The rows of all `states`, which must have made the same steps, one after another."""
        moments = zip(*(state.moments for state in states), strict=True)
        weights = torch.cat([state.weights for state in states])
        return cls(weights, [torch.cat(parts) for parts in moments], states[0].steps)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What all runs of a stack share. `fused=None` takes the fused optimizer where torch has it; `image` is
    the (height, width, channels) of examples that are images. The first `frozen` numbers of a row stay.
    """

    network: Architecture
    optimizer: str
    batch_size: int
    fused: bool | None = None
    image: tuple[int, int, int] = (1, 1, 1)
    frozen: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """What an epoch showed, for each row (N,), as plain lists."""

    first_loss: list[float]
    largest_loss: list[float]
    train_loss: list[float]
    train_score: list[float]
    validation_loss: list[float]
    validation_score: list[float]
    gradient_norm: list[float]
    update_ratio: list[float]
    weight_norm: list[float]


class Stack:
    """N rows in training. Rows leave by `keep`, which builds the smaller stack."""

    def __init__(self, recipe: Recipe, rows: Sequence[Row], data: Blocks, state: State | None = None) -> None:
        least = recipe.network.smallest(data.features.device)
        if len(rows) < least:
            raise ValueError(f"a stack has at least {least} rows here, got {len(rows)}: add a ghost row")
        self.recipe, self.rows, self.data = recipe, tuple(rows), data
        optimizer = choose(recipe.optimizer, fused=recipe.fused)
        if state is None:
            state = State.initial(recipe, rows, data.features.device)
        self._steps_done = state.steps
        self.weights, self._moments = state.weights, state.moments
        self._gradients = torch.zeros_like(self.weights)
        self._frozen = self.weights[:, : recipe.frozen].clone()
        sizes = [row.sizes for row in rows]
        self._optimizer = optimizer(self.weights, self._gradients, sizes, self._moments)
        self._penalties = Penalties(self.weights, self._gradients, [row.limits for row in rows])
        self._allocate()

    @property
    def state(self) -> State:
        """Weights and optimizer memory, not copied."""
        return State(self.weights, self._moments, self._steps_done)

    @property
    def examples_per_epoch(self) -> int:
        """Examples that one row sees in an epoch."""
        return self._steps * self._batch

    def keep(self, positions: Sequence[int]) -> Stack:
        """A stack of the rows at `positions` only, in that order, that goes on where this one stands."""
        rows = [self.rows[position] for position in positions]
        return Stack(self.recipe, rows, self.data, self.state.take(positions))

    def epoch(self, epoch: int, rates: Rates) -> Measured:
        """Train epoch number `epoch` (from 0) with learning rates scaled by `rates`, then validate."""
        self._deal(epoch)
        with np.errstate(all="ignore"):  # a row that diverges is seen in its numbers
            for step in range(self._steps):
                self._step(epoch, step, rates)
            return self._measure()

    # Memory ---------------------------------------------------------------------------------------------

    def _allocate(self) -> None:
        architecture, device = self.recipe.network, self.weights.device
        available, runs = self.data.features.shape[1], len(self.rows)
        self._batch = batch = min(self.recipe.batch_size, available)
        self._steps = available // batch
        self._examples, self._labels = self.data.features.flatten(0, 1), self.data.targets.flatten(0, 1)
        self._order = torch.empty(self._steps, runs, batch, dtype=torch.long, device=device)
        self._inputs = torch.empty(runs * batch, architecture.inputs, device=device)
        dealt = (self._steps, runs * batch, *self._labels.shape[1:])
        self._targets = torch.empty(dealt, dtype=self._labels.dtype, device=device)
        self._before = torch.empty_like(self.weights)
        self._masks = self._make_masks()
        inputs = self._inputs.view(runs, batch, -1)
        self._program = architecture.place(Memory(self.weights, self._gradients, inputs, self._masks))
        loss = LOSSES[architecture.task]
        shape = Shape(self._steps, runs, batch, architecture.outputs)
        self._loss = loss(shape, device, [row.smoothing for row in self.rows])
        self._augmenter = self._make_augmenter()
        blocks = torch.tensor([row.block for row in self.rows], device=device)
        self._offsets = (blocks * available).unsqueeze(1)
        self._variance = self.data.variance[blocks]
        self._validation = self.data.validation_features[blocks]
        self._validation_targets = self.data.validation_targets[blocks]
        self._validation_variance = self.data.validation_variance[blocks]

    def _make_masks(self) -> Masks | None:
        widths = self.recipe.network.dropped
        if not widths or not any(row.dropout for row in self.rows):
            return None
        rows = [Dropping(row.seed, row.dropout) for row in self.rows]
        return Masks(rows, widths, self._steps, self._batch, self.weights.device)

    def _make_augmenter(self) -> Augmenter | None:
        mixes = isinstance(self._loss, CrossEntropy)  # only class targets can be mixed
        changes = [row.changes if mixes else replace(row.changes, mixup=0.0) for row in self.rows]
        if all(change == Changes() for change in changes):
            return None
        seeds = [row.seed for row in self.rows]
        pairs = list(zip(seeds, changes, strict=True))
        return Augmenter(pairs, self.recipe.image, self._steps, self._batch)

    # One step -------------------------------------------------------------------------------------------

    def _deal(self, epoch: int) -> None:
        """Each row's order of its examples, as places in the data of all blocks, and their targets."""
        available, dealt = self.data.features.shape[1], self._steps * self._batch
        for position, row in enumerate(self.rows):
            order = torch.randperm(available, generator=generator(row.seed, Stream.ORDER, epoch))
            self._order[:, position] = order[:dealt].view(self._steps, self._batch)
        self._order += self._offsets
        torch.index_select(self._labels, 0, self._order.view(-1), out=self._targets.flatten(0, 1))
        if self._augmenter:
            self._augmenter.begin(epoch)
            if self._augmenter.mixes and isinstance(self._loss, CrossEntropy):
                others = self._targets.view(self._steps, len(self.rows), self._batch).flip(2)
                self._loss.mix(others.flatten(1), self._augmenter.shares)

    def _step(self, epoch: int, step: int, rates: Rates) -> None:
        if self._masks:
            self._masks.prepare(epoch, step)
        torch.index_select(self._examples, 0, self._order[step].view(-1), out=self._inputs)
        if self._augmenter:
            self._augmenter.change(step, self._inputs.view(len(self.rows), self._batch, -1))
        self._program.forward(step)
        self._loss.gradient(step, self._program.outputs, self._targets[step], self._program.error)
        self._program.backward(step)
        if step == self._steps - 1:
            self._before.copy_(self.weights)
        self._steps_done += 1
        if self.recipe.frozen:
            self._gradients[:, : self.recipe.frozen].zero_()
        self._penalties.apply()
        self._optimizer.step(self._steps_done, rates)
        if self.recipe.frozen:  # weight decay would move them too
            self.weights[:, : self.recipe.frozen] = self._frozen

    # After an epoch -------------------------------------------------------------------------------------

    def _measure(self) -> Measured:
        losses, score = self._loss.epoch(self._variance)
        validation_loss, validation_score = self._loss.measure(
            self._program.predict(self._validation), self._validation_targets, self._validation_variance
        )
        weight_norm = self.weights.norm(dim=1)
        update_ratio = (self.weights - self._before).norm(dim=1) / weight_norm.clamp_min(1e-12)
        return Measured(
            first_loss=losses[0].tolist(),
            largest_loss=losses.amax(0).tolist(),
            train_loss=mean_of_steps(losses).tolist(),
            train_score=score.tolist(),
            validation_loss=validation_loss.tolist(),
            validation_score=validation_score.tolist(),
            gradient_norm=self._gradients.norm(dim=1).tolist(),
            update_ratio=update_ratio.tolist(),
            weight_norm=weight_norm.tolist(),
        )
