"""The shape of a feed-forward network, and where each of its parameters lies in a flat row.

A row holds all parameters of one run: for each layer its weights (inputs x outputs) and then its biases.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor

from trainer_service.engine.randomness import Stream, generator
from trainer_service.engine.spec import MLP, RunSpec


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
    task: Literal["classification", "regression"]

    @classmethod
    def of(cls, spec: RunSpec) -> Network:
        """The network that `spec` describes; its model must be an MLP."""
        assert isinstance(spec.model, MLP)
        sizes = (spec.dataset.features, *spec.model.hidden, spec.dataset.outputs)
        return cls(sizes, spec.model.activation, spec.task)

    @property
    def parameters(self) -> int:
        """Length of a row."""
        return sum((inputs + 1) * outputs for inputs, outputs in pairwise(self.sizes))

    @property
    def hidden(self) -> tuple[int, ...]:
        """Widths of the hidden layers."""
        return self.sizes[1:-1]

    def layers(self, rows: Tensor) -> list[Layer]:
        """`rows` (N, parameters), seen as layers; writing to a view writes to the rows."""
        views: list[Layer] = []
        start, count = 0, len(rows)
        for inputs, outputs in pairwise(self.sizes):
            end = start + inputs * outputs
            weight = rows[:, start:end].view(count, inputs, outputs)
            bias = rows[:, end : end + outputs].view(count, 1, outputs)
            views.append(Layer(weight, bias))
            start = end + outputs
        return views

    def initial(self, seed: int) -> Tensor:
        """The row a run starts from: uniform in ±1/sqrt(inputs), as torch's own linear layers."""
        row, random = torch.empty(1, self.parameters), generator(seed, Stream.WEIGHTS)
        for layer in self.layers(row):
            bound = 1 / math.sqrt(layer.weight.shape[1])
            for part in (layer.weight, layer.bias):
                part.copy_(torch.rand(part.shape, generator=random).mul_(2 * bound).sub_(bound))
        return row[0]

    def forward(self, row: Tensor, features: Tensor) -> list[Tensor]:
        """Outputs of every layer of one run, (n, width) each; the last are logits or values."""
        outputs: list[Tensor] = []
        signal = features
        for layer in self.layers(row.unsqueeze(0)):
            if outputs:
                signal = signal.relu() if self.activation == "relu" else signal.tanh()
                outputs[-1] = signal
            signal = torch.addmm(layer.bias[0], signal, layer.weight[0])
            outputs.append(signal)
        return outputs
