"""Cost of models that keep rows, or count them."""

from __future__ import annotations

import math

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Cost
from trainer_service.engine.spec import RunSpec

_IN_A_TREE = 15  # features


def k_nearest_neighbours(spec: RunSpec, train: int, validation: int) -> Cost:
    """Fitting is free; every row that is asked about is compared with every training row."""
    model, features = spec.model, spec.features
    assert isinstance(model, specs.KNearestNeighbours)
    asked = train + validation + spec.dataset.held_out_rows
    # With few features scikit-learn keeps the rows in a tree, and a row meets few others.
    found = 0.27e-9 * train * features if features > _IN_A_TREE else 36e-9 * math.sqrt(train) * features
    answers = min(model.n_neighbors, train) * max(1, len(spec.dataset.classes))
    return Cost(
        parameters=train * (spec.features + 1),
        memory_bytes=4 * MEGABYTE + 16 * train * spec.features + 16 * train * 256,
        flops=2.0 * asked * train * features,
        fit=1e-3,
        call=5e-5,
        row=found + 0.11e-6 * answers,
        once=34e-3,
    )


def naive_bayes(spec: RunSpec, train: int, validation: int) -> Cost:
    """One look at every number."""
    model, classes = spec.model, len(spec.dataset.classes)
    assert isinstance(model, specs.NaiveBayes)
    tables = 2 if model.distribution == "gaussian" else 1
    return Cost(
        parameters=classes * (tables * spec.features + 1),
        memory_bytes=2 * MEGABYTE + 24 * train * spec.features,
        flops=4.0 * train * spec.features,
        fit=1e-3 + 5e-9 * train * spec.features,
        call=2.5e-4,
        once=1e-3,
    )
