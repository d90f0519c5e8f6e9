"""Feed-forward networks whose weights are whole numbers of 8 bits.

Weights have one scale for each unit, inputs one for each row, found when they come ("dynamic"). Products of
whole numbers are exact, so an answer depends neither on the machine nor on the rows beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer_service.engine.architectures.feed_forward import Network

_MOST = 127.0  # symmetric: -127 to 127, so that 0 stays 0


@dataclass(frozen=True, slots=True)
class QuantizedLayer:
    """`weight` (inputs, outputs) int8 in units of `scale` (outputs,); `bias` (outputs,)."""

    weight: Tensor
    scale: Tensor
    bias: Tensor

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor) -> QuantizedLayer:
        """Rounded from `weight` (inputs, outputs); what is not finite stays not finite, by its scale."""
        scale = weight.abs().amax(0) / _MOST
        return cls(_rounded(weight, scale), scale.contiguous(), bias.contiguous())

    def __call__(self, signal: Tensor) -> Tensor:
        """Outputs (n, outputs) for `signal` (n, inputs)."""
        step = signal.abs().amax(1, keepdim=True) / _MOST
        product = torch._int_mm(_rounded(signal, step), self.weight)
        return product * (step * self.scale) + self.bias


@dataclass(frozen=True, slots=True)
class QuantizedNetwork:
    """A `network`'s layers in 8 bits."""

    network: Network
    layers: tuple[QuantizedLayer, ...]

    @classmethod
    def of(cls, network: Network, row: Tensor) -> QuantizedNetwork:
        """The network with weights `row` (row_length,), rounded."""
        layers = [QuantizedLayer.of(layer.weight[0], layer.bias[0, 0]) for layer in network.trimmed(row)]
        return cls(network, tuple(layers))

    @classmethod
    def restored(cls, network: Network, arrays: Mapping[str, NDArray[Any]]) -> QuantizedNetwork:
        """The network whose `arrays` these are; `KeyError` names what is missing."""
        layers = [
            QuantizedLayer(
                *(torch.from_numpy(arrays[f"layer.{number}.{part}"]) for part in ("weight", "scale", "bias"))
            )
            for number in range(len(network.sizes) - 1)
        ]
        return cls(network, tuple(layers))

    def answer(self, features: Tensor) -> Tensor:
        """Outputs (n, outputs) for `features` (n, inputs)."""
        signal = features
        for number, layer in enumerate(self.layers):
            if number:
                signal = signal.relu() if self.network.bend == "relu" else signal.tanh()
            signal = layer(signal)
        return signal

    def arrays(self) -> dict[str, Tensor]:
        """Weights, scales and biases by name."""
        return {
            f"layer.{number}.{name}": part
            for number, layer in enumerate(self.layers)
            for name, part in (("weight", layer.weight), ("scale", layer.scale), ("bias", layer.bias))
        }


# Private functions --------------------------------------------------------------------------------------


def _rounded(values: Tensor, scale: Tensor) -> Tensor:
    """`values` in units of `scale`, rounded to whole numbers of 8 bits."""
    steps = torch.nan_to_num(values / scale, nan=0.0).round_()  # 0 / 0 where all of them are 0
    return steps.clamp_(-_MOST, _MOST).to(torch.int8).contiguous()
