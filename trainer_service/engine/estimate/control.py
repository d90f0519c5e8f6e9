"""Cost of agents: steps of the environment by family, each with its share of calls and products."""

from __future__ import annotations

from itertools import pairwise

from trainer_service.engine import spec as specs
from trainer_service.engine.control.worlds import (
    ARMS,
    NETWORK_STEPS,
    PULLS,
    SIZES,
    TABLE_STEPS,
    UPDATES,
    WATCHED,
    Size,
)
from trainer_service.engine.estimate.base import MEGABYTE, Estimate
from trainer_service.engine.spec import RunSpec

_RUNS = 2  # an agent and its ghost
_BASE = 10 * MEGABYTE  # what the first agents of a process load


def bandit(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Pulls of all problems at once, in training and then on the held-out ones."""
    pulls, problems = spec.training.epochs * PULLS, train + validation
    numbers = problems * ARMS * _RUNS
    return Estimate(
        parameters=ARMS,
        memory_bytes=_BASE + 40 * numbers + 100 * PULLS * problems,
        flops=8.0 * ARMS * problems * pulls,
        seconds=0.03 + pulls * (160e-6 + 9e-9 * numbers) + spec.training.epochs * 13e-6 * problems,
    )


def q_learning(spec: RunSpec, train: int, validation: int) -> Estimate:
    """A microsecond for a step, and the greedy episodes after each epoch."""
    size, epochs = SIZES[spec.data.dataset], spec.training.epochs
    return Estimate(
        parameters=size.observed * size.actions,
        memory_bytes=_BASE + 1600 * TABLE_STEPS,
        flops=10.0 * TABLE_STEPS * epochs,
        seconds=0.04 + epochs * _RUNS * (0.95e-6 * TABLE_STEPS + 0.06e-6 * WATCHED * size.limit),
    )


def dqn(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Steps, updates, and the greedy episodes after each epoch; all calls are shared by the stack."""
    model, size, epochs = spec.model, SIZES[spec.data.dataset], spec.training.epochs
    assert isinstance(model, specs.DQN)
    sizes = (size.observed, *model.hidden, size.actions)
    held, products, units = _widths(sizes)
    steps = epochs * NETWORK_STEPS
    updates = max(0, steps - model.warm_up) / model.update_every
    batch, forward = spec.training.batch_size, 3 if model.double else 2
    acting = steps * (75e-6 + 6e-6 * len(sizes))
    learning = updates * (
        90e-6
        + (forward + 2) * 6e-6 * len(sizes)
        + _RUNS * (1.5e-9 * held + (forward + 2) * batch * (1.2e-11 * products + 0.4e-9 * units))
    )
    return Estimate(
        parameters=sum((a + 1) * b for a, b in pairwise(sizes)),
        memory_bytes=_BASE + _RUNS * (64 * model.memory + 32 * held + 16 * batch * units),
        flops=2.0 * _products(sizes) * (steps + updates * batch * (forward + 2)),
        seconds=0.1 + acting + learning + _watching(sizes, size, epochs),
    )


def policy_gradient(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Whole episodes, which grow as the agent learns, and then once backwards through all of them."""
    model, size, epochs = spec.model, SIZES[spec.data.dataset], spec.training.epochs
    assert isinstance(model, specs.PolicyGradient)
    networks = 2 if model.baseline == "value" else 1
    sizes = (size.observed, *model.hidden, size.actions)
    held, products, units = _widths(sizes)
    steps = epochs * UPDATES * _played(epochs) * size.limit
    examples = steps * model.episodes_per_update
    playing = steps * (170e-6 + 12e-6 * len(sizes))
    learning = networks * _RUNS * examples * (0.12e-6 + 6e-11 * products + 2.5e-9 * units)
    judged = sum((a + 1) * b for a, b in pairwise((*sizes[:-1], 1))) if networks == 2 else 0
    return Estimate(
        parameters=sum((a + 1) * b for a, b in pairwise(sizes)) + judged,
        memory_bytes=_BASE
        + _RUNS * (64 * held + model.episodes_per_update * (size.limit * 40 * size.observed + 800 * units)),
        flops=2.0 * _products(sizes) * examples * (1 + 3 * networks),
        seconds=0.1 + playing + learning + _watching(sizes, size, epochs),
    )


def _watching(sizes: tuple[int, ...], size: Size, epochs: int) -> float:
    """Seconds of the validation episodes after each epoch."""
    units = sum(sizes[1:])
    steps = epochs * _played(epochs) * size.limit
    return steps * (60e-6 + 6e-6 * len(sizes) + _RUNS * WATCHED * 1e-9 * units)


def _played(epochs: int) -> float:
    """Part of the longest episode that agents come to on the way: the more, the longer they train."""
    return 0.08 + 0.72 * epochs / (epochs + 6)


def _widths(sizes: tuple[int, ...]) -> tuple[int, int, int]:
    """Numbers of a row, products of one example and units, with padding."""
    padded = [-(-size // 16) * 16 for size in sizes]
    held = sum((a + 1) * b for a, b in pairwise(padded))
    return held, sum(a * b for a, b in pairwise(padded)), sum(padded[1:])


def _products(sizes: tuple[int, ...]) -> int:
    return sum(a * b for a, b in pairwise(sizes))
