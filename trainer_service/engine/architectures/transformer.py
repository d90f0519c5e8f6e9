"""Transformer encoders for sequences and texts: attention between steps, normalized before each block.

The formulas are those of torch.nn.TransformerEncoderLayer with `norm_first`; places are learned vectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

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

_PLACES = 0.02 * 3**0.5  # places start with a standard deviation of 0.02


@dataclass(frozen=True, slots=True)
class Transformer(Stepwise):
    """`layers` blocks of attention with `heads` and a network `feed_forward` wide; mean over steps, read out.

    `shape` is (steps, channels); with `words` (numbers of words, padding included) it is (tokens,). `values`
    are what it gives for an example.
    """

    shape: tuple[int, ...]
    width: int
    heads: int
    feed_forward: int
    layers: int
    values: int
    task: Task
    words: int = 0

    @property
    def dropped(self) -> tuple[int, ...]:
        """What attention and the inner network of each block add."""
        return (steps_of(self.shape)[0] * self.width,) * (2 * self.layers)

    @property
    def parts(self) -> Mapping[str, Part]:
        steps, channels = steps_of(self.shape)
        wide, inner = self.width, self.feed_forward
        found = {"places": Part((steps, wide), _PLACES)}
        if self.words:
            found["embedding"] = Part((self.words, wide), 1.0)
        else:
            found |= {"input.weight": weights(channels, wide), "input.bias": biases(channels, wide)}
        for layer in range(self.layers):
            found |= {f"{layer}.{name}": part for name, part in _block(wide, inner).items()}
        found |= _norm("norm", wide)
        found |= {"output.weight": weights(wide, self.values), "output.bias": biases(wide, self.values)}
        return found

    def compute(self, parts: Parts, features: Tensor, drop: Drop) -> Tensor:
        rows, batch = features.shape[:2]
        seen = None
        if self.words:
            tokens = features.long()
            seen = tokens != 0
            seen[..., 0] |= ~seen.any(-1)  # a text without words: its first padding stands for it
            signal = embed(tokens, parts["embedding"])
        else:
            signal = lift(
                features.view(rows, batch, *steps_of(self.shape)), parts["input.weight"], parts["input.bias"]
            )
        signal = signal + parts["places"].unsqueeze(1)
        for layer in range(self.layers):
            here = {name.partition(".")[2]: part for name, part in parts.items() if name[0] == str(layer)}
            signal = signal + drop(2 * layer, self._attend(here, normalize(signal, here, "norm1"), seen))
            inner = lift(normalize(signal, here, "norm2"), here["inner.weight"], here["inner.bias"]).relu()
            signal = signal + drop(2 * layer + 1, lift(inner, here["outer.weight"], here["outer.bias"]))
        signal = _mean(normalize(signal, parts, "norm"), seen)
        return lift(signal, parts["output.weight"], parts["output.bias"])

    def _attend(self, parts: Parts, signal: Tensor, seen: Tensor | None) -> Tensor:
        """Each step takes from all steps that are `seen` (N, B, T), by how well they match."""
        rows, batch, steps, wide = signal.shape
        asked = lift(signal, parts["ask.weight"], parts["ask.bias"])
        heads = asked.view(rows * batch, steps, 3, self.heads, wide // self.heads).permute(2, 0, 3, 1, 4)
        mask = None if seen is None else seen.view(rows * batch, 1, 1, steps)
        mixed = functional.scaled_dot_product_attention(heads[0], heads[1], heads[2], attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(rows, batch, steps, wide)
        return lift(mixed, parts["mix.weight"], parts["mix.bias"])


def normalize(signal: Tensor, parts: Parts, name: str) -> Tensor:
    """Layer normalization of `signal` (N, B, T, width) with each row's own scale and shift."""
    flat = functional.layer_norm(signal, signal.shape[-1:])
    scale, shift = (parts[f"{name}.{part}"].unsqueeze(1) for part in ("scale", "shift"))
    return torch.addcmul(shift, flat, scale)


def _mean(signal: Tensor, seen: Tensor | None) -> Tensor:
    if seen is None:
        return signal.mean(2)
    counted = seen.unsqueeze(-1).to(signal.dtype)
    return (signal * counted).sum(2) / counted.sum(2)


def _norm(name: str, wide: int) -> dict[str, Part]:
    return {f"{name}.scale": Part((1, wide), value=1.0), f"{name}.shift": Part((1, wide))}


def _block(wide: int, inner: int) -> dict[str, Part]:
    return {
        **_norm("norm1", wide),
        "ask.weight": Part((wide, 3 * wide), (6 / (4 * wide)) ** 0.5),
        "ask.bias": Part((1, 3 * wide)),
        "mix.weight": weights(wide, wide),
        "mix.bias": Part((1, wide)),
        **_norm("norm2", wide),
        "inner.weight": weights(wide, inner),
        "inner.bias": biases(wide, inner),
        "outer.weight": weights(inner, wide),
        "outer.bias": biases(inner, wide),
    }
