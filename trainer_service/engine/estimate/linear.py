"""Cost of models that are weighted sums."""

from __future__ import annotations

import math

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Cost
from trainer_service.engine.spec import RunSpec

_STEPS_TO_CONVERGE = 100  # L-BFGS is seldom given more
_PASSES = 10_000  # where coordinate descent stops at the latest; small penalties on many features come to it


def linear_regression(spec: RunSpec, train: int, validation: int) -> Cost:
    """A few matrix products, or passes over all features, the more the smaller a penalty with l1 is."""
    model, features = spec.model, spec.features
    assert isinstance(model, specs.LinearRegression)
    flops, seconds = 2.0 * train * features**2, 0.5e-9 * train * features**2
    if model.penalty in {"l1", "elastic_net"}:
        flops = 4.0 * train * features * min(float(_PASSES), 300 / model.alpha)
        seconds = 0.6e-10 * flops
    return Cost(
        parameters=features + 1,
        memory_bytes=MEGABYTE + 32 * train * features,
        flops=flops,
        fit=1e-3 + seconds,
        call=5e-5,
    )


def logistic_regression(spec: RunSpec, train: int, validation: int) -> Cost:
    """Steps grow with the strength of the weights allowed (C), up to the limit of the spec."""
    model = spec.model
    assert isinstance(model, specs.LogisticRegression)
    features, classes = spec.features, len(spec.dataset.classes)
    rows_of_weights = 1 if classes == 2 else classes
    freedom = 1e4 if model.penalty == "none" else model.C
    if model.penalty in {"l1", "elastic_net"}:
        steps = min(float(model.max_iter), 5 + 500 * math.sqrt(freedom))
        seconds = 0.7e-3 + 3.5e-9 * train * (features + 8) * (rows_of_weights + 1) * steps
    else:
        steps = min(float(model.max_iter), 5 + 40 * freedom**0.25, 4 * _STEPS_TO_CONVERGE)
        seconds = 0.7e-3 + 7.5e-6 * steps + 1e-10 * train * features * rows_of_weights * steps
    return Cost(
        parameters=(features + 1) * rows_of_weights,
        memory_bytes=2 * MEGABYTE + 32 * train * features,
        flops=4.0 * train * features * rows_of_weights * steps,
        fit=seconds,
        once=14e-3,
    )


def perceptron(spec: RunSpec, train: int, validation: int) -> Cost:
    """A pass over all rows for each class; it ends when passes no longer help, mostly after a dozen."""
    model = spec.model
    assert isinstance(model, specs.Perceptron)
    features, classes = spec.features, len(spec.dataset.classes)
    rows_of_weights = 1 if classes == 2 else classes
    touched = float(min(model.max_iter, 15)) * train * features * rows_of_weights
    return Cost(
        parameters=(features + 1) * rows_of_weights,
        memory_bytes=2 * MEGABYTE + 24 * train * features,
        flops=4.0 * touched,
        fit=1.4e-3 + 2e-9 * (touched + 20 * touched / max(features, 1)),
        once=20e-3,
    )
