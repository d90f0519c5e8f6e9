"""What a shape of network is to the stacked trainer.

An `Architecture` says how the parameters of one run lie in a flat row and what a run starts from. Placed in
the memory of a stack it becomes a `Program`, which computes outputs and gradients of all rows at once. What
a row gets must not depend on its neighbours: a program multiplies matrices row by row (`kernels`), adds up
within a row only, and takes every random number from the row's own masks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer_service.engine.dropout import Masks
from trainer_service.engine.tasks import Task

ALIGNMENT = 16  # numbers of 4 bytes: 64 bytes


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of a stack: `weights` and `gradients` (N, P), `inputs` (N, B, features), dropout masks."""

    weights: Tensor
    gradients: Tensor
    inputs: Tensor
    masks: Masks | None


class Program(ABC):
    """An architecture at work in one stack.

    `outputs` (N, B, outputs) holds what `forward` gave; the loss writes its derivative into `error` of the
    same shape, and `backward` writes the gradient of every parameter. Neither allocates more than it must.
    """

    outputs: Tensor
    error: Tensor

    @abstractmethod
    def forward(self, step: int) -> None:
        """Outputs for the inputs that lie in memory, with the dropout of batch `step` of the epoch."""

    @abstractmethod
    def backward(self, step: int) -> None:
        """Gradients from `error`; `forward` of the same step was the last call."""

    @abstractmethod
    def predict(self, features: Tensor) -> Tensor:
        """Outputs for `features` (N, n, features) without dropout: (N, n, outputs)."""


class Architecture(ABC):
    """A shape of network.

    `bend` is the bend between the layers whose units `activations` shows.
    """

    bend: Literal["relu", "tanh"]
    task: Task

    @property
    @abstractmethod
    def parameters(self) -> int:
        """Learned numbers of one run, without padding."""

    @property
    @abstractmethod
    def row_length(self) -> int:
        """Numbers in a row, with padding; a multiple of `ALIGNMENT`."""

    @property
    @abstractmethod
    def inputs(self) -> int:
        """Numbers of one example as a program reads it, with padding."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Numbers that the network gives for one example."""

    @property
    @abstractmethod
    def dropped(self) -> tuple[int, ...]:
        """Units of each layer with dropout, as many as one example has there."""

    @abstractmethod
    def initial(self, seed: int) -> Tensor:
        """The row (row_length,) that a run starts from, a function of its seed alone."""

    def smallest(self, device: torch.device) -> int:
        """Rows that a stack needs at least: with fewer, the arithmetic of a row would be another.

        On the CPU a row is computed the same way alone; a GPU's library has another way for a batch of one.
        """
        return 1 if device.type == "cpu" else 2

    @abstractmethod
    def place(self, memory: Memory) -> Program:
        """The program that computes in `memory`."""

    @abstractmethod
    def answer(self, row: Tensor, features: Tensor) -> Tensor:
        """Outputs (n, outputs) of one run with `row` (row_length,) for `features` (n, inputs unpadded)."""

    @abstractmethod
    def trace(self, row: Tensor, features: Tensor) -> Tensor:
        """Outputs (n, outputs) as `answer`, so that autograd can follow them to `features`."""

    @abstractmethod
    def named(self, row: Tensor) -> dict[str, Tensor]:
        """The parameters of one `row` (row_length,) by name, without padding, as views."""

    def arrays(self, row: Tensor) -> dict[str, Tensor]:
        """The parameters of one run by name, without padding, each contiguous."""
        return {name: part.contiguous() for name, part in self.named(row).items()}

    def row(self, arrays: Mapping[str, NDArray[Any]]) -> Tensor:
        """The row (row_length,) whose `arrays` these are; `KeyError` names what is missing."""
        row = torch.zeros(self.row_length)
        for name, part in self.named(row).items():
            part.copy_(torch.from_numpy(arrays[name]))
        return row

    def activations(self, row: Tensor, features: Tensor) -> list[Tensor]:
        """What every hidden unit gives for `features`, (n, units) by layer, where units can die."""
        return []

    @abstractmethod
    def pad(self, features: Tensor) -> Tensor:
        """`features` (..., features) as a program reads them."""
