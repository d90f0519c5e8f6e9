"""Does this machine keep the promise that stacked results rest on? A second of training tells.

The promise is that a row's weights have the same bits alone, in a full stack, at any place, and after
neighbours have left. It depends on the math library's kernels, so each training process proves it at start.
"""

from __future__ import annotations

import torch

from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.optimizers import StepSizes
from trainer_service.engine.stack import Blocks, Recipe, Row, Stack

_ROWS, _EPOCHS = 8, 2


def is_composable(device: str = "cpu") -> bool:
    """Whether a row trained alone equals the same row in a stack, for a few shapes."""
    shapes = (((64, 64, 64, 10), 64), ((30, 128, 2), 32), ((13, 7, 17, 3), 8))
    return all(_agrees(sizes, batch, device) for sizes, batch in shapes)


def _agrees(sizes: tuple[int, ...], batch: int, device: str) -> bool:
    network = Network(sizes, "relu", "classification")
    recipe, data = Recipe(network, "adamw", batch), _noise(network, batch, device)
    rows = [Row(seed, StepSizes(0.003 * (seed + 1), 0.01), dropout=26 * (seed % 2)) for seed in range(_ROWS)]
    full = Stack(recipe, rows, data)
    full.epoch(0, 1.0)
    fewer = full.keep([6, 2, 5])
    fewer.epoch(1, 1.0)
    for place, member in enumerate((6, 2, 5)):
        alone = Stack(recipe, [rows[member]] * network.smallest(data.features.device), data)
        for epoch in range(_EPOCHS):
            alone.epoch(epoch, 1.0)
        if not torch.equal(alone.weights[0], fewer.weights[place]):
            return False
    return True


def _noise(network: Network, batch: int, device: str) -> Blocks:
    random = torch.Generator().manual_seed(1)
    inputs = network.pad(torch.randn(1, 4 * batch + 3, network.sizes[0], generator=random)).to(device)
    targets = torch.randint(network.sizes[-1], inputs.shape[:2], generator=random).to(device)
    one = torch.ones(1, dtype=torch.float64, device=device)
    return Blocks(inputs, targets, inputs, targets, one, one)
