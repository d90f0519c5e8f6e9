"""Training examples that are changed at random each time they are shown: images moved, pairs mixed.

Each row changes its own examples by numbers of its own (seed, stream, epoch); rows that change nothing are
not touched. Validation and held-out rows never come here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from trainer_service.engine.randomness import Stream, generator


@dataclass(frozen=True, slots=True)
class Changes:
    """What a row does to its examples: `shift` in pixels either way, `flip` left and right half the time,
    `noise` in standard deviations added to each pixel, `mixup` the strength (alpha) of mixing pairs.
    """

    shift: int = 0
    flip: bool = False
    noise: float = 0.0
    mixup: float = 0.0

    @property
    def moves(self) -> bool:
        """Whether single images are changed."""
        return bool(self.shift or self.flip or self.noise)


class Augmenter:
    """Changes the inputs of a stack's batches in place; `shape` is (height, width, channels) of an image."""

    def __init__(
        self, rows: Sequence[tuple[int, Changes]], shape: tuple[int, ...], steps: int, batch: int
    ) -> None:
        self._moving = [(place, seed, row) for place, (seed, row) in enumerate(rows) if row.moves]
        self._mixing = [(place, seed, row) for place, (seed, row) in enumerate(rows) if row.mixup]
        self._shape, self._steps, self._batch = shape, steps, batch
        self._random: list[torch.Generator] = []
        self.shares = torch.ones(steps, len(rows), 1)

    @property
    def mixes(self) -> bool:
        """Whether any row mixes."""
        return bool(self._mixing)

    def begin(self, epoch: int) -> None:
        """Draw what epoch number `epoch` needs."""
        self._random = [generator(seed, Stream.AUGMENTING, epoch) for _, seed, _ in self._moving]
        for place, seed, row in self._mixing:
            # torch draws no such numbers from a generator; RandomState's stream is frozen by numpy.
            drawn = np.random.RandomState(generator(seed, Stream.MIXING, epoch).initial_seed())
            self.shares[:, place, 0] = torch.from_numpy(drawn.beta(row.mixup, row.mixup, self._steps))

    def change(self, step: int, inputs: Tensor) -> None:
        """Change the batch `step`: `inputs` (N, B, features), with padding behind the features."""
        for random, (place, _, row) in zip(self._random, self._moving, strict=True):
            self._move(inputs[place], row, random)
        for place, _, _ in self._mixing:
            share = float(self.shares[step, place, 0])
            inputs[place] = share * inputs[place] + (1 - share) * inputs[place].flip(0)

    def _move(self, inputs: Tensor, row: Changes, random: torch.Generator) -> None:
        """Move the images of one row; what comes in from outside repeats the edge."""
        height, width, channels = self._shape
        count = height * width * channels
        moves = torch.randint(-row.shift, row.shift + 1, (2, self._batch, 1), generator=random)
        turned = torch.rand(self._batch, 1, generator=random) < (0.5 if row.flip else 0.0)
        down = (torch.arange(height) - moves[0]).clamp_(0, height - 1).to(inputs.device)
        across = (torch.arange(width) - moves[1]).clamp_(0, width - 1)
        across = torch.where(turned, width - 1 - across, across).to(inputs.device)
        images = inputs[:, :count].reshape(self._batch, height, width, channels)
        which = torch.arange(self._batch, device=inputs.device).view(-1, 1, 1)
        moved = images[which, down.unsqueeze(2), across.unsqueeze(1)].reshape(self._batch, count)
        if row.noise:
            moved += row.noise * torch.randn(moved.shape, generator=random).to(inputs.device)
        inputs[:, :count] = moved
