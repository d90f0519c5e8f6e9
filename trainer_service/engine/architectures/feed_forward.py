"""Feed-forward networks: where each parameter lies in a flat row, and a step written by hand.

A row holds all parameters of one run: for each layer its weights (inputs x outputs) and then its biases.
Every width is padded with zeros to a multiple of 16 numbers, so that every matrix of every row starts on a
64-byte boundary: math libraries choose their kernels by alignment, and with it the last bit of a product
would depend on a run's place in the stack. Zeros stay zeros: no gradient reaches them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from trainer_service.engine.architectures.base import ALIGNMENT, Architecture, Memory, Program
from trainer_service.engine.kernels import multiply, product, tanh
from trainer_service.engine.randomness import Stream, generator
from trainer_service.engine.tasks import Task


@dataclass(frozen=True, slots=True)
class Layer:
    """Views into N flat rows: `weight` (N, inputs, outputs) and `bias` (N, 1, outputs)."""

    weight: Tensor
    bias: Tensor


@dataclass(frozen=True, slots=True)
class Network(Architecture):
    """Layer widths from features to outputs, the bend between layers, and the task that sets the loss.

    `start` names the rule by which weights are drawn at the beginning.
    """

    sizes: tuple[int, ...]
    bend: Literal["relu", "tanh"]
    task: Task
    start: Literal["scaled", "glorot", "he", "zero"] = "scaled"

    @property
    def parameters(self) -> int:
        """Learned numbers, without padding."""
        return sum((inputs + 1) * outputs for inputs, outputs in pairwise(self.sizes))

    @property
    def padded(self) -> tuple[int, ...]:
        """`sizes`, each rounded up to whole alignments."""
        return tuple(-(-size // ALIGNMENT) * ALIGNMENT for size in self.sizes)

    @property
    def row_length(self) -> int:
        """Numbers in a row, with padding."""
        return sum((inputs + 1) * outputs for inputs, outputs in pairwise(self.padded))

    def answer(self, row: Tensor, features: Tensor) -> Tensor:
        return self.forward(row, features)[-1]

    def trace(self, row: Tensor, features: Tensor) -> Tensor:
        return self.answer(row, features)

    def activations(self, row: Tensor, features: Tensor) -> list[Tensor]:
        return self.forward(row, features[:, : self.sizes[0]])[:-1]

    def named(self, row: Tensor) -> dict[str, Tensor]:
        found: dict[str, Tensor] = {}
        for number, layer in enumerate(self.trimmed(row)):
            found[f"layer.{number}.weight"] = layer.weight[0]
            found[f"layer.{number}.bias"] = layer.bias[0, 0]
        return found

    @property
    def inputs(self) -> int:
        return self.padded[0]

    @property
    def outputs(self) -> int:
        return self.sizes[-1]

    @property
    def dropped(self) -> tuple[int, ...]:
        return self.padded[1:-1]

    def place(self, memory: Memory) -> Program:
        return _FeedForward(self, memory)

    def pad(self, features: Tensor) -> Tensor:
        """`features` (..., features) with zero columns up to the padded width."""
        return functional.pad(features, (0, self.padded[0] - features.shape[-1]))

    def layers(self, rows: Tensor) -> list[Layer]:
        """`rows` (N, row_length), seen as padded layers; writing to a view writes to the rows."""
        views: list[Layer] = []
        start, count = 0, len(rows)
        for inputs, outputs in pairwise(self.padded):
            end = start + inputs * outputs
            weight = rows[:, start:end].view(count, inputs, outputs)
            bias = rows[:, end : end + outputs].view(count, 1, outputs)
            views.append(Layer(weight, bias))
            start = end + outputs
        return views

    def trimmed(self, row: Tensor) -> list[Layer]:
        """One `row` (row_length,), seen as layers without padding; N is 1 in these views."""
        return [
            Layer(layer.weight[:, :inputs, :outputs], layer.bias[:, :, :outputs])
            for layer, (inputs, outputs) in zip(
                self.layers(row.unsqueeze(0)), pairwise(self.sizes), strict=True
            )
        ]

    def initial(self, seed: int) -> Tensor:
        """The row a run starts from: uniform in ±1/sqrt(inputs), as torch's own linear layers, or by `start`.

        Glorot and he are torch's xavier_uniform_ and kaiming_uniform_ (for relu), with biases of zero.
        """
        row, random = torch.zeros(self.row_length), generator(seed, Stream.WEIGHTS)
        if self.start == "zero":
            return row
        for layer in self.trimmed(row):
            inputs, outputs = layer.weight.shape[1:]
            by_name = {"scaled": 1 / inputs, "glorot": 6 / (inputs + outputs), "he": 6 / inputs}
            bound = math.sqrt(by_name[self.start])
            for part in (layer.weight, layer.bias) if self.start == "scaled" else (layer.weight,):
                part.copy_(torch.rand(part.shape, generator=random).mul_(2 * bound).sub_(bound))
        return row

    def forward(self, row: Tensor, features: Tensor) -> list[Tensor]:
        """Outputs of every layer of one run for (n, features); the last are logits or values."""
        outputs: list[Tensor] = []
        signal = features
        for layer in self.trimmed(row):
            if outputs:
                signal = signal.relu() if self.bend == "relu" else signal.tanh()
                outputs[-1] = signal
            signal = torch.addmm(layer.bias[0], signal, layer.weight[0])
            outputs.append(signal)
        return outputs


# The program ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wired:
    """Where one layer of all rows computes: views and buffers made once, so that a step makes none.

    `outputs` is what it gives after the bend, `bent` what it gave before dropout, `error` the loss's
    derivative by its outputs. The calls multiply: `lift` inputs into outputs, `slope` the error into the
    gradient of the weights, `descend` the error into that of the layer below.
    """

    bias: Tensor
    bias_slope: Tensor
    outputs: Tensor
    bent: Tensor
    error: Tensor
    lift: Callable[[], object]
    slope: Callable[[], object]
    descend: Callable[[], object] | None


class _FeedForward(Program):
    """Forward and backward pass by hand: no step allocates."""

    def __init__(self, network: Network, memory: Memory) -> None:
        self._is_relu, self._masks = network.bend == "relu", memory.masks
        self._weights = network.layers(memory.weights)
        self._layers = self._wire(network, memory)
        last = self._layers[-1]
        self.outputs, self.error = last.outputs[..., : network.outputs], last.error[..., : network.outputs]

    def _wire(self, network: Network, memory: Memory) -> list[_Wired]:
        wired: list[_Wired] = []
        below, below_error = memory.inputs, None
        slopes = network.layers(memory.gradients)
        # relu's bend can be read off after dropout, tanh's cannot.
        keeps_bent = memory.masks is not None and not self._is_relu
        for layer, slope in zip(self._weights, slopes, strict=True):
            outputs = torch.empty(*below.shape[:2], layer.weight.shape[2], device=below.device)
            error = torch.zeros_like(outputs)
            wired.append(
                _Wired(
                    bias=layer.bias,
                    bias_slope=slope.bias,
                    outputs=outputs,
                    bent=torch.empty_like(outputs) if keeps_bent else outputs,
                    error=error,
                    lift=product(below, layer.weight, outputs),
                    slope=product(below.transpose(1, 2), error, slope.weight),
                    descend=None
                    if below_error is None
                    else product(error, layer.weight.transpose(1, 2), below_error),
                )
            )
            below, below_error = outputs, error
        return wired

    def forward(self, step: int) -> None:
        last = len(self._layers) - 1
        for number, layer in enumerate(self._layers):
            layer.lift()
            layer.outputs.add_(layer.bias)
            if number < last:
                self._bend(layer, number, step)

    def _bend(self, layer: _Wired, number: int, step: int) -> None:
        if self._is_relu:
            layer.outputs.relu_()
        else:
            tanh(layer.outputs, out=layer.outputs)
        if self._masks:
            if layer.bent is not layer.outputs:
                layer.bent.copy_(layer.outputs)
            layer.outputs.mul_(self._masks.of(number, step)).mul_(self._masks.boost)

    def backward(self, step: int) -> None:
        for number in range(len(self._layers) - 1, -1, -1):
            layer = self._layers[number]
            layer.slope()
            torch.sum(layer.error, 1, keepdim=True, out=layer.bias_slope)
            if layer.descend:
                layer.descend()
                self._unbend(self._layers[number - 1], number - 1, step)

    def _unbend(self, layer: _Wired, number: int, step: int) -> None:
        if self._is_relu:
            # A dropped unit shows as zero, so one gate serves both relu and dropout.
            torch.ops.aten.threshold_backward.grad_input(layer.error, layer.bent, 0, grad_input=layer.error)
        else:
            torch.ops.aten.tanh_backward.grad_input(layer.error, layer.bent, grad_input=layer.error)
        if self._masks:
            if layer.bent is not layer.outputs:
                layer.error.mul_(self._masks.of(number, step))
            layer.error.mul_(self._masks.boost)

    def predict(self, features: Tensor) -> Tensor:
        signal = features
        for number, layer in enumerate(self._weights):
            signal = multiply(signal, layer.weight).add_(layer.bias)
            if number < len(self._weights) - 1:
                signal = signal.relu_() if self._is_relu else tanh(signal, out=signal)
        return signal[..., : self.outputs.shape[-1]]
