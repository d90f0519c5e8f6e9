"""Dropout decisions of a stack: each row's own, drawn from its seed for some steps at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer_service.engine.randomness import Stream, generator

_MASK_BYTES = 1 << 18  # decisions drawn at a time, for each run and layer


@dataclass(frozen=True, slots=True)
class Dropping:
    """What a row drops: `share` is in 1/256, the numbers come from `seed`."""

    seed: int
    share: int


class Masks:
    """Masks of N rows on batches of B examples; `widths` are the units of each layer with dropout.

    `boost` (N, 1, 1) is what the units that stay are multiplied by. A row that drops nothing has masks of
    ones and a boost of one, so it computes what it would compute without any.
    """

    def __init__(
        self, rows: Sequence[Dropping], widths: Sequence[int], steps: int, batch: int, device: torch.device
    ) -> None:
        self._rows = [(position, row) for position, row in enumerate(rows) if row.share]
        # The number of steps drawn at a time shapes the random stream, so no neighbour has a say in it.
        self._span = min(steps, max(1, _MASK_BYTES // (batch * max(widths))))
        # Bytes and not booleans: torch multiplies by them four times as fast.
        shapes = [(self._span, len(rows), batch, width) for width in widths]
        self._masks = [torch.ones(shape, dtype=torch.uint8, device=device) for shape in shapes]
        kept = [1 - row.share / 256 for row in rows]
        self.boost = torch.tensor([1 / share for share in kept], device=device).view(len(rows), 1, 1)
        self._random: list[list[torch.Generator]] = []

    def of(self, layer: int, step: int) -> Tensor:
        """Ones for the units of `layer` that stay in batch `step`, zeros for the others: (N, B, width)."""
        return self._masks[layer][step % self._span]

    def prepare(self, epoch: int, step: int) -> None:
        """To be called before every step: draws what the next steps need, when it is time."""
        if step == 0:
            layers = range(len(self._masks))
            self._random = [
                [generator(row.seed, Stream.DROPOUT + layer, epoch) for layer in layers]
                for _, row in self._rows
            ]
        if step % self._span == 0:
            self._draw()

    def _draw(self) -> None:
        """A random byte keeps its unit if it is at least the row's share."""
        for generators, (position, row) in zip(self._random, self._rows, strict=True):
            for random, mask in zip(generators, self._masks, strict=True):
                steps, _, batch, width = mask.shape
                count = steps * batch * width
                words = torch.empty(-(-count // 8), dtype=torch.long).random_(
                    -(2**63), None, generator=random
                )
                drawn = words.view(torch.uint8)[:count].view(steps, batch, width)
                torch.ge(drawn.to(mask.device), row.share, out=mask[:, position])
