"""Architectures whose gradient is found by autograd, over the same flat rows as the one written by hand.

An architecture names its parts, each with a shape and what it starts from, and computes outputs for all rows
at once from views of the rows. The loss still writes its derivative by hand; autograd carries it from the
outputs to the parts.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod

import torch
from torch import Tensor

from trainer_service.engine.architectures.base import ALIGNMENT, Architecture, Memory, Program
from trainer_service.engine.kernels import multiply
from trainer_service.engine.randomness import Stream, generator

Parts = Mapping[str, Tensor]
Drop = Callable[[int, Tensor], Tensor]
_ROWS_AT_ONCE = 256  # examples whose outputs are found together where nothing is learned


@dataclass(frozen=True, slots=True)
class Part:
    """One tensor of parameters: uniform in ±`bound` at the start, or all of one `value` (bound 0)."""

    shape: tuple[int, ...]
    bound: float = 0.0
    value: float = 0.0

    @property
    def length(self) -> int:
        """Numbers that it takes in a row, with padding."""
        return -(-prod(self.shape) // ALIGNMENT) * ALIGNMENT


def weights(inputs: int, outputs: int) -> Part:
    """A matrix as torch's linear layers start it: uniform in ±1/sqrt(inputs)."""
    return Part((inputs, outputs), inputs**-0.5)


def biases(inputs: int, outputs: int) -> Part:
    """The biases that go with `weights`."""
    return Part((1, outputs), inputs**-0.5)


class Traced(Architecture):
    """A shape of network given by its parts and by what it computes from them."""

    @property
    @abstractmethod
    def parts(self) -> Mapping[str, Part]:
        """Parts by name, in the order in which they lie in a row and are drawn."""

    @abstractmethod
    def compute(self, parts: Parts, features: Tensor, drop: Drop) -> Tensor:
        """Outputs (N, B, outputs) for `features` (N, B, inputs); `parts` are (N, *shape).

        `drop(layer, signal)` switches off units of `signal` (N, B, …), of which one example has as many as
        `dropped[layer]` says.
        """

    @property
    def parameters(self) -> int:
        return sum(prod(part.shape) for part in self.parts.values())

    @property
    def row_length(self) -> int:
        return sum(part.length for part in self.parts.values())

    def pad(self, features: Tensor) -> Tensor:
        return features

    def place(self, memory: Memory) -> Program:
        return _TracedProgram(self, memory)

    def views(self, rows: Tensor) -> dict[str, Tensor]:
        """`rows` (N, row_length), seen as parts (N, *shape)."""
        found, start = {}, 0
        for name, part in self.parts.items():
            end = start + prod(part.shape)
            found[name] = rows[:, start:end].view(len(rows), *part.shape)
            start += part.length
        return found

    def initial(self, seed: int) -> Tensor:
        row, random = torch.zeros(self.row_length), generator(seed, Stream.WEIGHTS)
        for part, view in zip(self.parts.values(), self.views(row.unsqueeze(0)).values(), strict=True):
            if part.bound:
                drawn = torch.rand(part.shape, generator=random).mul_(2 * part.bound).sub_(part.bound)
                view[0].copy_(drawn)
            elif part.value:
                view.fill_(part.value)
        return row

    def answer(self, row: Tensor, features: Tensor) -> Tensor:
        parts = self.views(row.unsqueeze(0))
        with torch.no_grad():
            some = torch.split(features.unsqueeze(0), _ROWS_AT_ONCE, dim=1)
            return torch.cat([self.compute(parts, part, keep)[0] for part in some])

    def trace(self, row: Tensor, features: Tensor) -> Tensor:
        return self.compute(self.views(row.unsqueeze(0)), features.unsqueeze(0), keep)[0]

    def named(self, row: Tensor) -> dict[str, Tensor]:
        return {name: part[0] for name, part in self.views(row.unsqueeze(0)).items()}


def keep(layer: int, signal: Tensor) -> Tensor:
    """No dropout."""
    return signal


class _TracedProgram(Program):
    """Records what an architecture computes and lets autograd find the gradient."""

    def __init__(self, architecture: Traced, memory: Memory) -> None:
        self._architecture, self._memory = architecture, memory
        self._parts = {
            name: view.detach().requires_grad_() for name, view in architecture.views(memory.weights).items()
        }
        self._slopes = list(architecture.views(memory.gradients).values())
        shape = (*memory.inputs.shape[:2], architecture.outputs)
        self.outputs = torch.empty(shape, device=memory.weights.device)
        self.error = torch.zeros_like(self.outputs)
        self._recorded = self.outputs

    def forward(self, step: int) -> None:
        with torch.enable_grad():
            self._recorded = self._architecture.compute(self._parts, self._memory.inputs, self._drop(step))
        self.outputs.copy_(self._recorded.detach())

    def backward(self, step: int) -> None:
        slopes = torch.autograd.grad(self._recorded, list(self._parts.values()), self.error)
        for slope, found in zip(self._slopes, slopes, strict=True):
            slope.copy_(found)
        self._recorded = self.outputs  # lets go of the record

    def predict(self, features: Tensor) -> Tensor:
        with torch.no_grad():
            some = torch.split(features, _ROWS_AT_ONCE, dim=1)
            return torch.cat([self._architecture.compute(self._parts, part, keep) for part in some], dim=1)

    def _drop(self, step: int) -> Drop:
        masks = self._memory.masks
        if masks is None:
            return keep

        def drop(layer: int, signal: Tensor) -> Tensor:
            kept = masks.of(layer, step).view(signal.shape)
            return signal * kept * masks.boost.view(-1, *[1] * (signal.dim() - 1))

        return drop


# What architectures are built from ------------------------------------------------------------------------


class _Lift(torch.autograd.Function):
    """`signal` (N, M, inputs) times `weight` (N, inputs, outputs) plus `bias` (N, 1, outputs)."""

    @staticmethod
    def forward(ctx, signal: Tensor, weight: Tensor, bias: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        ctx.save_for_backward(signal, weight)
        return multiply(signal, weight).add_(bias)

    @staticmethod
    def backward(ctx, error: Tensor) -> tuple[Tensor | None, Tensor, Tensor]:  # type: ignore[no-untyped-def]
        signal, weight = ctx.saved_tensors
        error = error.contiguous()
        below = multiply(error, weight.transpose(1, 2)) if ctx.needs_input_grad[0] else None
        return below, multiply(signal.transpose(1, 2), error), error.sum(1, keepdim=True)


def lift(signal: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """A linear layer of every row: `signal` (N, …, inputs) to (N, …, outputs)."""
    flat = signal.reshape(len(signal), -1, signal.shape[-1])
    lifted: Tensor = _Lift.apply(flat, weight, bias)  # type: ignore[no-untyped-call]
    return lifted.view(*signal.shape[:-1], weight.shape[-1])


def embed(tokens: Tensor, table: Tensor) -> Tensor:
    """Vectors (N, B, T, width) of `tokens` (N, B, T), each row from its own `table` (N, words, width)."""
    rows, words, width = table.shape
    offsets = torch.arange(rows, device=tokens.device).view(-1, 1, 1) * words
    return torch.nn.functional.embedding(tokens + offsets, table.reshape(rows * words, width))


def is_text(shape: Sequence[int]) -> bool:
    """Whether examples of this shape are texts: (tokens,), not (steps, channels)."""
    return len(shape) == 1


class Stepwise(Traced):
    """Reads an example step by step: `shape` is (steps, channels), or (tokens,) where words become vectors.

    `values` are what it gives for an example.
    """

    shape: tuple[int, ...]
    values: int

    @property
    def outputs(self) -> int:
        return self.values

    @property
    def inputs(self) -> int:
        steps, channels = steps_of(self.shape)
        return steps * channels


@cache
def steps_of(shape: tuple[int, ...]) -> tuple[int, int]:
    """Steps and channels of an example: an image is read row by row."""
    return shape[0], prod(shape[1:])
