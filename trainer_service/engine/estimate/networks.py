"""Cost of neural networks."""

from __future__ import annotations

from itertools import pairwise

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Estimate
from trainer_service.engine.spec import RunSpec


def mlp(spec: RunSpec, train: int, validation: int) -> Estimate:
    model = spec.model
    assert isinstance(model, specs.MLP)
    return _feed_forward(spec, train, validation, (spec.features, *model.hidden, spec.dataset.outputs))


def autoencoder(spec: RunSpec, train: int, validation: int) -> Estimate:
    model = spec.model
    assert isinstance(model, specs.Autoencoder)
    half = (spec.features, *model.hidden)
    return _feed_forward(spec, train, validation, (*half, model.code, *reversed(half)))


def _feed_forward(spec: RunSpec, train: int, validation: int, sizes: tuple[int, ...]) -> Estimate:
    """Calls by step and layer, passes over weights and activations, products."""
    epochs = spec.training.epochs
    padded = [-(-size // 16) * 16 for size in sizes]
    held = sum((a + 1) * b for a, b in pairwise(padded))
    products = sum(a * b for a, b in pairwise(padded))
    batch = min(spec.training.batch_size, train)
    steps = epochs * (train // batch)
    units = batch * sum(padded[1:])
    changing = 60e-6 * bool(spec.regularization.mixup) + changing_seconds(spec, batch)
    per_unit = 4.3e-9 if spec.regularization.dropout else 3.2e-9
    multiplied = 6 * products * batch * steps + 2 * products * validation * epochs
    seconds = (
        0.015
        + 0.4e-3 * epochs
        + steps * (changing + 14e-6 + 16e-6 * len(sizes) + 1.4e-9 * held + per_unit * units)
        + 4.8e-12 * multiplied
        + 0.18e-6 * held
    )
    return Estimate(
        parameters=sum((a + 1) * b for a, b in pairwise(sizes)),
        memory_bytes=4 * MEGABYTE + 28 * held + 12 * units + 8 * validation * max(padded),
        flops=(6.0 * _products(sizes) - 2.0 * sizes[0] * sizes[1]) * batch * steps,
        seconds=seconds,
    )


def _products(sizes: tuple[int, ...]) -> int:
    return sum(a * b for a, b in pairwise(sizes))


def changing_seconds(spec: RunSpec, batch: int) -> float:
    """Seconds of a step to change its images."""
    how = spec.augmentation
    if not (how.shift or how.flip or how.noise):
        return 0.0
    return 120e-6 + batch * spec.dataset.features * (6e-9 + (8e-9 if how.noise else 0.0))
