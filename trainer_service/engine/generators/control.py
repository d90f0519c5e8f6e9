"""Where the episodes of environments begin, and the seeds of their chance."""

from __future__ import annotations

import numpy as np

from trainer_service.engine.control.worlds import ARMS, GRIDS
from trainer_service.engine.generators.base import Generator, Made

ROWS, PROBLEMS = 400, 500
_SEEDS = 2**31 - 1


def cartpole(random: np.random.RandomState) -> Made:
    """All four numbers of the state uniform in ±0.05, as in Gymnasium."""
    return Made(random.uniform(-0.05, 0.05, (ROWS, 4)).round(6), np.zeros(ROWS))


def grid(name: str) -> Generator:
    """Episodes of a grid world: they begin in its start cell, each with chance of its own."""

    def episodes(random: np.random.RandomState) -> Made:
        starts = np.full(ROWS, float(GRIDS[name].start))
        return Made(np.column_stack([starts, random.randint(_SEEDS, size=ROWS)]), np.zeros(ROWS))

    return episodes


def bandit(random: np.random.RandomState) -> Made:
    """Problems: the mean pay of each arm is normal (mean 0, standard deviation 1)."""
    means = random.normal(size=(PROBLEMS, ARMS)).round(4)
    seeds = random.randint(_SEEDS, size=PROBLEMS)
    return Made(np.column_stack([means, seeds]), np.zeros(PROBLEMS))


CONTROL: dict[str, Generator] = {
    "cartpole@1": cartpole,
    **{name: grid(name) for name in GRIDS},
    "bandit@1": bandit,
}
