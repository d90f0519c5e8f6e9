"""Cost of networks that make examples."""

from __future__ import annotations

from itertools import pairwise

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Estimate
from trainer_service.engine.spec import RunSpec

_RUNS = 2  # a pair of networks and its ghost


def gan(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Steps of both networks: calls by layer, passes over weights and activations, products."""
    model, epochs, features = spec.model, spec.training.epochs, spec.dataset.features
    assert isinstance(model, specs.GAN)
    forger, judge = (model.latent, *model.hidden, features), (features, *model.hidden, 1)
    batch = min(model.batch_size, train)
    steps = epochs * (train // batch)
    products = sum(_padded_products(sizes) for sizes in (forger, judge))
    units = sum(-(-size // 16) * 16 for sizes in (forger, judge) for size in sizes)
    held = products + units
    calls = 600e-6 + 60e-6 * len(forger)
    seconds = (
        0.1
        + 6e-3 * epochs
        + steps * (calls + _RUNS * (6e-9 * held + batch * (1.5e-10 * products + 1.2e-8 * units)))
    )
    plain = sum(a * b for sizes in (forger, judge) for a, b in pairwise(sizes))
    return Estimate(
        parameters=sum((a + 1) * b for sizes in (forger, judge) for a, b in pairwise(sizes)),
        memory_bytes=10 * MEGABYTE + _RUNS * (32 * held + 24 * batch * units + 40 * train * features),
        flops=18.0 * plain * batch * steps,
        seconds=seconds,
    )


def _padded_products(sizes: tuple[int, ...]) -> int:
    padded = [-(-size // 16) * 16 for size in sizes]
    return sum(a * b for a, b in pairwise(padded))
