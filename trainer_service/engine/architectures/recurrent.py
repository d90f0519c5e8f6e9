"""Recurrent networks: plain, gated (GRU) and with long short-term memory (LSTM), for sequences and texts.

The formulas are those of torch.nn.RNN, GRU and LSTM; an LSTM's gates stand in another order here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from trainer_service.engine.architectures.cells import CELLS, Cell, Walk
from trainer_service.engine.architectures.traced import (
    Drop,
    Part,
    Parts,
    Stepwise,
    biases,
    embed,
    lift,
    steps_of,
    weights,
)
from trainer_service.engine.tasks import Task


@dataclass(frozen=True, slots=True)
class Recurrent(Stepwise):
    """Layers of one kind of cell, read out at the last step of a sequence or the last word of a text.

    `shape` is (steps, channels); with `words` (numbers of words, padding included) it is (tokens,), and each
    token becomes a vector as wide as a layer. `values` are what it gives for an example.
    """

    cell: Cell
    shape: tuple[int, ...]
    hidden: int
    layers: int
    values: int
    task: Task
    words: int = 0

    @property
    def dropped(self) -> tuple[int, ...]:
        """What a layer gives at every step but for the last layer, and what the read-out sees."""
        steps, _ = steps_of(self.shape)
        return (steps * self.hidden,) * (self.layers - 1) + (self.hidden,)

    @property
    def parts(self) -> Mapping[str, Part]:
        found: dict[str, Part] = {}
        if self.words:
            found["embedding"] = Part((self.words, self.hidden), 1.0)
        wide = CELLS[self.cell].gates * self.hidden
        for layer in range(self.layers):
            below = self.hidden if layer or self.words else steps_of(self.shape)[1]
            bound = self.hidden**-0.5
            found[f"input.{layer}"] = Part((below, wide), bound)
            found[f"hidden.{layer}"] = Part((self.hidden, wide), bound)
            found[f"bias.{layer}"] = Part((1, wide), bound)
            if self.cell == "gru":
                found[f"hidden_bias.{layer}"] = Part((1, self.hidden), bound)
        found["output.weight"] = weights(self.hidden, self.values)
        found["output.bias"] = biases(self.hidden, self.values)
        return found

    def compute(self, parts: Parts, features: Tensor, drop: Drop) -> Tensor:
        rows, batch = features.shape[:2]
        if self.words:
            tokens = features.long()
            signal = embed(tokens, parts["embedding"])
        else:
            signal = features.view(rows, batch, *steps_of(self.shape))
        signal = signal.permute(0, 2, 3, 1).contiguous()  # (N, T, width, B): each gate lies in one piece
        for layer in range(self.layers):
            own = [parts[name] for name in self._names(layer)]
            signal = Walk.apply(CELLS[self.cell], signal, *own)  # type: ignore[no-untyped-call]
            if layer < self.layers - 1:
                signal = drop(layer, signal)
        last = _at_last_word(signal, tokens) if self.words else signal[:, -1]
        read = drop(self.layers - 1, last.transpose(1, 2).contiguous())
        return lift(read, parts["output.weight"], parts["output.bias"])

    def _names(self, layer: int) -> list[str]:
        inner = [f"hidden_bias.{layer}"] if self.cell == "gru" else []
        return [f"input.{layer}", f"hidden.{layer}", f"bias.{layer}", *inner]


def _at_last_word(signal: Tensor, tokens: Tensor) -> Tensor:
    """The signal (N, T, width, B) at the last word of each text, (N, width, B); padding is the token 0."""
    last = (tokens != 0).sum(-1).sub_(1).clamp_min_(0)
    index = last[:, None, None, :].expand(-1, 1, signal.shape[2], -1)
    return signal.gather(1, index)[:, 0]
