"""All random numbers of a run: a function of its seed, a stream and an epoch, and of nothing else.

No generator's state outlives an epoch, so a run draws the same numbers alone, in any stack, at any place
in it, and after its neighbours have left.
"""

from __future__ import annotations

from enum import IntEnum

import torch

_MASK = (1 << 64) - 1


class Stream(IntEnum):
    """What the numbers are for; a dropout layer adds its own number to DROPOUT.

    STARTS: where episodes begin. ACTIONS: what agents try, and how their world turns out in training. REPLAY:
    what they remember. CHANCE: how the world turns out in an episode with a seed of its own.
    AUGMENTING: how training images are changed. MIXING: in which shares pairs of examples are mixed.
    SHUFFLES: how the column of a feature is shuffled to see what it is worth; a feature adds its number.
    LATENT: what a generator starts from while it learns. SAMPLES: what it starts from when it is asked.
    """

    WEIGHTS = 1
    ORDER = 2
    DROPOUT = 16
    STARTS = 256
    ACTIONS = 257
    REPLAY = 258
    CHANCE = 259
    LATENT = 260
    SAMPLES = 261
    AUGMENTING = 262
    MIXING = 263
    SHUFFLES = 65536


def generator(seed: int, stream: int, epoch: int = 0) -> torch.Generator:
    """A fresh CPU generator for one purpose; CPU also for GPU runs, so that both draw the same numbers."""
    mixed = _mix(_mix(_mix(seed) ^ stream) ^ epoch)
    return torch.Generator().manual_seed(mixed & 0x7FFF_FFFF)


def _mix(value: int) -> int:
    """splitmix64: neighbouring inputs give unrelated outputs (torch seeds its generator with 32 bits)."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)
