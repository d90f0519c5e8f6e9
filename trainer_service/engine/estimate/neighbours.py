"""Cost of models that keep rows, or count them."""

from __future__ import annotations

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Estimate
from trainer_service.engine.spec import RunSpec


def k_nearest_neighbours(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Fitting is free; every row that is asked about is compared with every training row."""
    asked = train + validation + spec.dataset.held_out_rows
    compared = 2.0 * asked * train * spec.features
    return Estimate(
        parameters=train * (spec.features + 1),
        memory_bytes=4 * MEGABYTE + 16 * train * spec.features + 16 * train * 256,
        flops=compared,
        seconds=0.08 + 0.6e-9 * compared,
    )


def naive_bayes(spec: RunSpec, train: int, validation: int) -> Estimate:
    """One look at every number."""
    model, classes = spec.model, len(spec.dataset.classes)
    assert isinstance(model, specs.NaiveBayes)
    tables = 2 if model.distribution == "gaussian" else 1
    return Estimate(
        parameters=classes * (tables * spec.features + 1),
        memory_bytes=2 * MEGABYTE + 24 * train * spec.features,
        flops=4.0 * train * spec.features,
        seconds=0.03 + 10e-9 * train * spec.features,
    )
