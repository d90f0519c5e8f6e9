"""Cost of models that are weighted sums."""

from __future__ import annotations

import math

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Estimate
from trainer_service.engine.spec import RunSpec

_STEPS_TO_CONVERGE = 100  # L-BFGS is seldom given more


def linear_regression(spec: RunSpec, train: int, validation: int) -> Estimate:
    features = spec.features
    return Estimate(
        parameters=features + 1,
        memory_bytes=MEGABYTE + 32 * train * features,
        flops=2.0 * train * features**2,
        seconds=0.013,
    )


def logistic_regression(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Steps grow with the strength of the weights allowed (C), up to the limit of the spec."""
    model = spec.model
    assert isinstance(model, specs.LogisticRegression)
    features, classes = spec.features, len(spec.dataset.classes)
    rows_of_weights = 1 if classes == 2 else classes
    freedom = 1e4 if model.penalty == "none" else model.C
    if model.penalty in {"l1", "elastic_net"}:
        steps = min(float(model.max_iter), 5 + 500 * math.sqrt(freedom))
        seconds = 0.02 + 2.5e-9 * train * (features + 8) * (rows_of_weights + 1) * steps
    else:
        steps = min(float(model.max_iter), 5 + 40 * freedom**0.25, 4 * _STEPS_TO_CONVERGE)
        seconds = 0.02 + 45e-6 * steps
    return Estimate(
        parameters=(features + 1) * rows_of_weights,
        memory_bytes=2 * MEGABYTE + 32 * train * features,
        flops=4.0 * train * features * rows_of_weights * steps,
        seconds=seconds,
    )


def perceptron(spec: RunSpec, train: int, validation: int) -> Estimate:
    """A pass over all rows for each class; it ends when passes no longer help, mostly after a dozen."""
    model = spec.model
    assert isinstance(model, specs.Perceptron)
    features, classes = spec.features, len(spec.dataset.classes)
    rows_of_weights = 1 if classes == 2 else classes
    touched = float(min(model.max_iter, 15)) * train * features * rows_of_weights
    return Estimate(
        parameters=(features + 1) * rows_of_weights,
        memory_bytes=2 * MEGABYTE + 24 * train * features,
        flops=4.0 * touched,
        seconds=0.02 + 3e-9 * touched,
    )
