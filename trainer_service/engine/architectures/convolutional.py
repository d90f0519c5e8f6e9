"""Convolutional networks for small images: plain stages, residual ones, depthwise-separable ones.

Their products already fill a core, so there is little to gain from a stack, and grouped convolutions give
other bits in other company. So a run of these trains alone: a stack of one row is all there ever is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from trainer_service.engine.architectures.traced import Drop, Part, Parts, Traced, biases, weights
from trainer_service.engine.tasks import Task

_GROUP = 8  # channels that are normalized together


@dataclass(frozen=True, slots=True)
class Convolutional(Traced):
    """Stages of convolutions with relu, each halved by max-pooling while both sides allow, then a read-out.

    `shape` is (channels, height, width); `values` are what it gives for an example.
    """

    shape: tuple[int, int, int]
    channels: tuple[int, ...]
    block: Literal["plain", "residual", "separable"]
    is_normalized: bool
    values: int
    task: Task

    def smallest(self, device: torch.device) -> int:
        return 1

    @property
    def outputs(self) -> int:
        return self.values

    @property
    def inputs(self) -> int:
        channels, height, width = self.shape
        return channels * height * width

    @property
    def dropped(self) -> tuple[int, ...]:
        """What the read-out sees."""
        return (self._seen,)

    @property
    def _sides(self) -> list[tuple[int, int]]:
        """Height and width before each stage and after the last."""
        sides = [self.shape[1:]]
        for _ in self.channels:
            height, width = sides[-1]
            sides.append((height // 2, width // 2) if min(height, width) > 1 else (height, width))
        return sides

    @property
    def _seen(self) -> int:
        height, width = self._sides[-1]
        return self.channels[-1] * height * width

    @property
    def parts(self) -> Mapping[str, Part]:
        found: dict[str, Part] = {}
        below = self.shape[0]
        for stage, wide in enumerate(self.channels):
            for name, part in self._stage(below, wide).items():
                found[f"{stage}.{name}"] = part
            below = wide
        found["output.weight"] = weights(self._seen, self.values)
        found["output.bias"] = biases(self._seen, self.values)
        return found

    def _stage(self, below: int, wide: int) -> dict[str, Part]:
        if self.block == "separable":
            found = _filters("depth", below, 1, 3) | _filters("point", wide, below, 1)
        else:
            found = _filters("first", wide, below, 3)
        if self.block == "residual":
            found |= _filters("second", wide, wide, 3)
            if below != wide:
                found |= _filters("around", wide, below, 1)
        if self.is_normalized:
            found |= {"scale": Part((wide,), value=1.0), "shift": Part((wide,))}
        return found

    def compute(self, parts: Parts, features: Tensor, drop: Drop) -> Tensor:
        batch = features.shape[1]
        signal = features[0].view(batch, *self.shape)
        for stage, (before, after) in enumerate(zip(self._sides, self._sides[1:], strict=False)):
            here = {
                name.partition(".")[2]: part[0]
                for name, part in parts.items()
                if name.startswith(f"{stage}.")
            }
            signal = self._through(here, signal)
            if after != before:
                signal = functional.max_pool2d(signal, 2)
        seen = drop(0, signal.reshape(1, batch, self._seen))
        read = functional.linear(seen[0], parts["output.weight"][0].t(), parts["output.bias"][0, 0])
        return read.unsqueeze(0)

    def _through(self, parts: Parts, signal: Tensor) -> Tensor:
        if self.block == "separable":
            deep = _filter(parts, "depth", signal, groups=signal.shape[1])
            return self._normalize(parts, _filter(parts, "point", deep)).relu()
        found = _filter(parts, "first", signal)
        if self.block == "plain":
            return self._normalize(parts, found).relu()
        found = self._normalize(parts, _filter(parts, "second", found.relu()))
        around = _filter(parts, "around", signal) if "around.weight" in parts else signal
        return (found + around).relu()

    def _normalize(self, parts: Parts, signal: Tensor) -> Tensor:
        if not self.is_normalized:
            return signal
        return functional.group_norm(signal, signal.shape[1] // _GROUP, parts["scale"], parts["shift"])


def _filters(name: str, wide: int, below: int, side: int) -> dict[str, Part]:
    """A convolution as torch starts it: uniform in ±1/sqrt(numbers that a filter reads)."""
    bound = (below * side * side) ** -0.5
    return {
        f"{name}.weight": Part((wide, below, side, side), bound),
        f"{name}.bias": Part((wide,), bound),
    }


def _filter(parts: Parts, name: str, signal: Tensor, groups: int = 1) -> Tensor:
    weight = parts[f"{name}.weight"]
    padding = weight.shape[-1] // 2
    return functional.conv2d(signal, weight, parts[f"{name}.bias"], padding=padding, groups=groups)
