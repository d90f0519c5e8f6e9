"""The stacked trainer: N runs of one architecture as one tensor program.

Row i of every tensor is run i: parameters are one (N, P) buffer, layers are batched matrix products, the
backward pass is written by hand and no step allocates. Runs share the shapes and the number of steps;
learning rate, momentum, weight decay, dropout, seed and data are each row's own. All random numbers of a
row come from its own seed (`randomness`) and all its matrices are aligned (`network`), so its arithmetic is
the same alone and among any neighbours, bit for bit, as long as N > 1: libraries take another path for a
batch of one matrix, so N = 1 is refused.

Batches: an epoch deals the rows in a new order into full batches and leaves out the rest; with fewer rows
than one batch, all rows are one smaller batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer_service.engine.losses import LOSSES
from trainer_service.engine.network import Network
from trainer_service.engine.optimizers import StepSizes, choose
from trainer_service.engine.randomness import Stream, generator

SMALLEST = 2  # rows in a stack: one run and its ghost
_MASK_BYTES = 1 << 18  # dropout decisions drawn at a time, for each run and layer


@dataclass(frozen=True, slots=True)
class Row:
    """What may differ between the runs of a stack. `dropout` is in 1/256; `block` is a place in `Blocks`."""

    seed: int
    sizes: StepSizes
    dropout: int = 0
    block: int = 0


@dataclass(frozen=True, slots=True)
class Blocks:
    """Training data of a stack: one block for each different split, all of the same shape.

    Features are (blocks, n, padded features), targets (blocks, n); validation likewise. Variances are of the
    targets of each block, (blocks,) float64.
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
    def initial(cls, recipe: Recipe, seeds: Sequence[int], device: torch.device) -> State:
        """Rows that have not learned anything yet, each drawn from its seed."""
        weights = torch.stack([recipe.network.initial(seed) for seed in seeds]).to(device)
        return cls(weights, choose(recipe.optimizer, fused=recipe.fused).moments_like(weights))

    @classmethod
    def join(cls, states: Sequence[State]) -> State:
        """The rows of all `states`, which must have made the same steps, one after another."""
        moments = zip(*(state.moments for state in states), strict=True)
        weights = torch.cat([state.weights for state in states])
        return cls(weights, [torch.cat(parts) for parts in moments], states[0].steps)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What all runs of a stack share. `fused=None` takes the fused optimizer where torch has it."""

    network: Network
    optimizer: str
    batch_size: int
    fused: bool | None = None


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


@dataclass(frozen=True, slots=True)
class _Layer:
    """Where one layer of all rows computes: views and buffers made once, so that a step makes none.

    `_t` marks transposed views. `below` is what it reads, `outputs` what it gives after the bend, `bent`
    what it gave before dropout, `error` the loss's derivative by its outputs.
    """

    weight: Tensor
    weight_t: Tensor
    bias: Tensor
    weight_slope: Tensor
    bias_slope: Tensor
    product: Tensor
    below: Tensor
    below_t: Tensor
    outputs: Tensor
    bent: Tensor
    error: Tensor


class Stack:
    """N rows in training. Rows leave by `keep`, which builds the smaller stack."""

    def __init__(self, recipe: Recipe, rows: Sequence[Row], data: Blocks, state: State | None = None) -> None:
        if len(rows) < SMALLEST:
            raise ValueError(f"a stack has at least {SMALLEST} rows, got {len(rows)}: add a ghost row")
        self.recipe, self.rows, self.data = recipe, tuple(rows), data
        optimizer = choose(recipe.optimizer, fused=recipe.fused)
        if state is None:
            state = State.initial(recipe, [row.seed for row in rows], data.features.device)
        self._steps_done = state.steps
        self.weights, self._moments = state.weights, state.moments
        self._gradients = torch.zeros_like(self.weights)
        sizes = [row.sizes for row in rows]
        self._optimizer = optimizer(self.weights, self._gradients, sizes, self._moments)
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

    def epoch(self, epoch: int, rate: float) -> Measured:
        """Train epoch number `epoch` (from 0) with learning rates scaled by `rate`, then validate."""
        self._deal(epoch)
        for step in range(self._steps):
            if self._masks and step % self._mask_steps == 0:
                self._draw_masks(epoch, first=step == 0)
            self._forward(step)
            self._backward(step)
            if step == self._steps - 1:
                self._before.copy_(self.weights)
            self._steps_done += 1
            self._optimizer.step(self._steps_done, rate)
        return self._measure()

    # Memory ---------------------------------------------------------------------------------------------

    def _allocate(self) -> None:
        network, device = self.recipe.network, self.weights.device
        available, runs = self.data.features.shape[1], len(self.rows)
        self._batch = batch = min(self.recipe.batch_size, available)
        self._steps = available // batch
        self._examples, self._labels = self.data.features.flatten(0, 1), self.data.targets.flatten()
        self._order = torch.empty(self._steps, runs, batch, dtype=torch.long, device=device)
        self._inputs = torch.empty(runs * batch, network.padded[0], device=device)
        self._targets = torch.empty(runs * batch, dtype=self._labels.dtype, device=device)
        self._before = torch.empty_like(self.weights)
        self._allocate_dropout(runs, batch, device)
        self._layers = self._wire(self._inputs.view(runs, batch, -1))
        width, last = network.sizes[-1], self._layers[-1]
        self._outputs, self._output_errors = last.outputs[..., :width], last.error[..., :width]
        self._loss = LOSSES[network.task](self._steps, runs, batch, width, device)
        blocks = torch.tensor([row.block for row in self.rows], device=device)
        self._offsets = (blocks * available).unsqueeze(1)
        self._variance = self.data.variance[blocks]
        self._validation = self.data.validation_features[blocks]
        self._validation_targets = self.data.validation_targets[blocks]
        self._validation_variance = self.data.validation_variance[blocks]

    def _allocate_dropout(self, runs: int, batch: int, device: torch.device) -> None:
        self._masks: list[Tensor] = []
        self._dropping = [position for position, row in enumerate(self.rows) if row.dropout]
        if not self._dropping:
            return
        hidden = self.recipe.network.padded[1:-1]
        # The number of steps drawn at a time shapes the random stream, so no neighbour has a say in it.
        self._mask_steps = min(self._steps, max(1, _MASK_BYTES // (batch * max(hidden))))
        # Bytes and not booleans: torch multiplies by them four times as fast.
        shapes = [(self._mask_steps, runs, batch, width) for width in hidden]
        self._masks = [torch.ones(shape, dtype=torch.uint8, device=device) for shape in shapes]
        kept = [1 - row.dropout / 256 for row in self.rows]
        self._boost = torch.tensor([1 / share for share in kept], device=device).view(runs, 1, 1)

    def _wire(self, below: Tensor) -> list[_Layer]:
        """The layers in order, the first of which reads `below` (N, B, padded features)."""
        network, layers = self.recipe.network, []
        slopes = network.layers(self._gradients)
        for layer, slope in zip(network.layers(self.weights), slopes, strict=True):
            outputs = torch.empty(*below.shape[:2], layer.weight.shape[2], device=below.device)
            wired = _Layer(
                weight=layer.weight,
                weight_t=layer.weight.transpose(1, 2),
                bias=layer.bias,
                weight_slope=slope.weight,
                bias_slope=slope.bias,
                product=torch.empty(layer.weight.shape, device=below.device),
                below=below,
                below_t=below.transpose(1, 2),
                outputs=outputs,
                # relu's bend can be read off after dropout, tanh's cannot.
                bent=torch.empty_like(outputs) if self._masks and network.activation == "tanh" else outputs,
                error=torch.zeros_like(outputs),
            )
            layers.append(wired)
            below = outputs
        return layers

    # Random numbers -------------------------------------------------------------------------------------

    def _deal(self, epoch: int) -> None:
        """Each row's order of its examples, as places in the data of all blocks."""
        available, dealt = self.data.features.shape[1], self._steps * self._batch
        for position, row in enumerate(self.rows):
            order = torch.randperm(available, generator=generator(row.seed, Stream.ORDER, epoch))
            self._order[:, position] = order[:dealt].view(self._steps, self._batch)
        self._order += self._offsets

    def _draw_masks(self, epoch: int, *, first: bool) -> None:
        """Dropout decisions of the next steps: a random byte keeps its unit if it is at least `dropout`."""
        if first:
            self._bytes = [
                [
                    generator(self.rows[position].seed, Stream.DROPOUT + layer, epoch)
                    for layer in range(len(self._masks))
                ]
                for position in self._dropping
            ]
        for generators, position in zip(self._bytes, self._dropping, strict=True):
            for random, mask in zip(generators, self._masks, strict=True):
                steps, _, batch, width = mask.shape
                count = steps * batch * width
                words = torch.empty(-(-count // 8), dtype=torch.long).random_(
                    -(2**63), None, generator=random
                )
                drawn = words.view(torch.uint8)[:count].view(steps, batch, width)
                torch.ge(drawn.to(mask.device), self.rows[position].dropout, out=mask[:, position])

    # One step -------------------------------------------------------------------------------------------

    def _forward(self, step: int) -> None:
        order = self._order[step].view(-1)
        torch.index_select(self._examples, 0, order, out=self._inputs)
        torch.index_select(self._labels, 0, order, out=self._targets)
        for number, layer in enumerate(self._layers):
            torch.baddbmm(layer.bias, layer.below, layer.weight, out=layer.outputs)
            if number < len(self._layers) - 1:
                self._bend(layer, number, step)

    def _bend(self, layer: _Layer, number: int, step: int) -> None:
        if self.recipe.network.activation == "relu":
            layer.outputs.relu_()
        else:
            layer.outputs.tanh_()
        if self._masks:
            if layer.bent is not layer.outputs:
                layer.bent.copy_(layer.outputs)
            layer.outputs.mul_(self._masks[number][step % self._mask_steps]).mul_(self._boost)

    def _backward(self, step: int) -> None:
        self._loss.gradient(step, self._outputs, self._targets, self._output_errors)
        for number in range(len(self._layers) - 1, -1, -1):
            layer = self._layers[number]
            torch.bmm(layer.below_t, layer.error, out=layer.product)
            layer.weight_slope.copy_(layer.product)
            torch.sum(layer.error, 1, keepdim=True, out=layer.bias_slope)
            if number:
                torch.bmm(layer.error, layer.weight_t, out=self._layers[number - 1].error)
                self._unbend(self._layers[number - 1], number - 1, step)

    def _unbend(self, layer: _Layer, number: int, step: int) -> None:
        if self.recipe.network.activation == "relu":
            # A dropped unit shows as zero, so one gate serves both relu and dropout.
            torch.ops.aten.threshold_backward.grad_input(layer.error, layer.bent, 0, grad_input=layer.error)
        else:
            torch.ops.aten.tanh_backward.grad_input(layer.error, layer.bent, grad_input=layer.error)
        if self._masks:
            if layer.bent is not layer.outputs:
                layer.error.mul_(self._masks[number][step % self._mask_steps])
            layer.error.mul_(self._boost)

    # After an epoch -------------------------------------------------------------------------------------

    def _measure(self) -> Measured:
        losses, score = self._loss.epoch(self._variance)
        validation_loss, validation_score = self._loss.measure(
            self._predict(self._validation), self._validation_targets, self._validation_variance
        )
        weight_norm = self.weights.norm(dim=1)
        update_ratio = (self.weights - self._before).norm(dim=1) / weight_norm.clamp_min(1e-12)
        return Measured(
            first_loss=losses[0].tolist(),
            largest_loss=losses.amax(0).tolist(),
            train_loss=losses.mean(0).tolist(),
            train_score=score.tolist(),
            validation_loss=validation_loss.tolist(),
            validation_score=validation_score.tolist(),
            gradient_norm=self._gradients.norm(dim=1).tolist(),
            update_ratio=update_ratio.tolist(),
            weight_norm=weight_norm.tolist(),
        )

    def _predict(self, features: Tensor) -> Tensor:
        """Outputs for `features` (N, n, padded features), without dropout: (N, n, outputs)."""
        signal = features
        for number, layer in enumerate(self._layers):
            signal = torch.baddbmm(layer.bias, signal, layer.weight)
            if number < len(self._layers) - 1:
                signal = signal.relu_() if self.recipe.network.activation == "relu" else signal.tanh_()
        return signal[..., : self._outputs.shape[-1]]
