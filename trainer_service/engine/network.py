"""The shape of a feed-forward network, and where each of its parameters lies in a flat row.

A row holds all parameters of one run: for each layer its weights (inputs x outputs) and then its biases.
Every width is padded with zeros to a multiple of 16 numbers, so that every matrix of every row starts on a
64-byte boundary: math libraries choose their kernels by alignment, and with it the last bit of a product
would depend on a run's place in the stack. Zeros stay zeros: no gradient reaches them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from trainer_service.engine.randomness import Stream, generator
from trainer_service.engine.spec import MLP, RunSpec
from trainer_service.engine.tasks import Task

ALIGNMENT = 16  # numbers of 4 bytes: 64 bytes


@dataclass(frozen=True, slots=True)
class Layer:
    """Views into N flat rows: `weight` (N, inputs, outputs) and `bias` (N, 1, outputs)."""

    weight: Tensor
    bias: Tensor


@dataclass(frozen=True, slots=True)
class Network:
    """Layer widths from features to outputs, the bend between layers, and the task that sets the loss."""

    sizes: tuple[int, ...]
    activation: Literal["relu", "tanh"]
    task: Task

    @classmethod
    def of(cls, spec: RunSpec) -> Network:
        """The network that `spec` describes; its model must be an MLP."""
        assert isinstance(spec.model, MLP)
        sizes = (spec.features, *spec.model.hidden, spec.dataset.outputs)
        return cls(sizes, spec.model.activation, spec.task)

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
        """The row a run starts from: uniform in ±1/sqrt(inputs), as torch's own linear layers."""
        row, random = torch.zeros(self.row_length), generator(seed, Stream.WEIGHTS)
        for layer in self.trimmed(row):
            bound = 1 / math.sqrt(layer.weight.shape[1])
            for part in (layer.weight, layer.bias):
                part.copy_(torch.rand(part.shape, generator=random).mul_(2 * bound).sub_(bound))
        return row

    def forward(self, row: Tensor, features: Tensor) -> list[Tensor]:
        """Outputs of every layer of one run for (n, features); the last are logits or values."""
        outputs: list[Tensor] = []
        signal = features
        for layer in self.trimmed(row):
            if outputs:
                signal = signal.relu() if self.activation == "relu" else signal.tanh()
                outputs[-1] = signal
            signal = torch.addmm(layer.bias[0], signal, layer.weight[0])
            outputs.append(signal)
        return outputs
