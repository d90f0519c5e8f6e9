"""What a run will cost, before it is queued: parameters, memory, floating-point operations, seconds.

Seconds are those of a reference core, not of this machine: admission must not depend on who hosts the
site. Coefficients were fitted to measured runs (`benchmarks/estimate.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise

from trainer_service.engine.spec import (
    MLP,
    SVM,
    DecisionTree,
    LinearRegression,
    LogisticRegression,
    RandomForest,
    RunSpec,
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """`parameters` learned numbers, `memory_bytes` at the peak above an idle worker, `flops`, `seconds`."""

    parameters: int
    memory_bytes: int
    flops: float
    seconds: float

    def as_dict(self) -> dict[str, float]:
        """As stored with a run and sent to clients."""
        return asdict(self)


def estimate(spec: RunSpec) -> Estimate:
    """Predict the cost of `spec` in microseconds of pure arithmetic, allocating nothing."""
    train, validation = spec.dataset.split(
        validation_fraction=spec.data.validation_fraction, train_fraction=spec.data.train_fraction
    )
    return _ESTIMATES[spec.model.family](spec, train, validation)


# Private functions: one for each family, given the rows it fits and the rows that validate ------------------

_OVERHEAD_SECONDS = 0.04  # loading, measuring, writing files
_OVERHEAD_BYTES = 4 * 2**20


def _mlp(spec: RunSpec, train: int, validation: int) -> Estimate:
    model, epochs = spec.model, spec.training.epochs
    assert isinstance(model, MLP)
    sizes = (spec.dataset.features, *model.hidden, spec.dataset.outputs)
    parameters = sum((a + 1) * b for a, b in pairwise(sizes))
    products = sum(a * b for a, b in pairwise(sizes))
    batch = min(spec.training.batch_size, train)
    steps = epochs * (train // batch)
    flops = float((6 * products - 2 * sizes[0] * sizes[1]) * batch * steps)
    activations = batch * sum(sizes[1:])
    validated = 2.0 * products * validation * epochs
    seconds = (
        _OVERHEAD_SECONDS
        + epochs * 600e-6
        + steps * (90e-6 + 45e-6 * len(sizes) + 2 * (1.5e-9 * parameters + 2.0e-9 * activations))
        + 2 * (flops + validated) / 40e9
    )
    memory = _OVERHEAD_BYTES + 2 * (28 * parameters + 12 * activations + 8 * validation * max(sizes))
    return Estimate(parameters, memory, flops, seconds)


def _linear(spec: RunSpec, train: int, validation: int) -> Estimate:
    assert isinstance(spec.model, LinearRegression)
    features = spec.dataset.features
    flops = 2.0 * train * features**2
    return Estimate(features + 1, _OVERHEAD_BYTES + 24 * train * features, flops, _OVERHEAD_SECONDS)


def _logistic(spec: RunSpec, train: int, validation: int) -> Estimate:
    model = spec.model
    assert isinstance(model, LogisticRegression)
    features, outputs = spec.dataset.features, len(spec.dataset.classes)
    rows_of_weights = 1 if outputs == 2 else outputs
    flops = 4.0 * train * features * rows_of_weights * model.max_iter
    seconds = _OVERHEAD_SECONDS + flops / 2e9
    return Estimate((features + 1) * rows_of_weights, _OVERHEAD_BYTES + 32 * train * features, flops, seconds)


def _tree(spec: RunSpec, train: int, validation: int) -> Estimate:
    model = spec.model
    assert isinstance(model, DecisionTree)
    nodes, depth = _grown(train, model.min_samples_leaf, model.max_depth)
    flops = float(train * spec.dataset.features) * depth
    return Estimate(nodes, _OVERHEAD_BYTES + 100 * nodes, flops, _OVERHEAD_SECONDS + flops * 5e-8)


def _forest(spec: RunSpec, train: int, validation: int) -> Estimate:
    model = spec.model
    assert isinstance(model, RandomForest)
    nodes, depth = _grown(train, model.min_samples_leaf, model.max_depth)
    features = spec.dataset.features
    tried = {"sqrt": math.sqrt(features), "log2": math.log2(features), "all": features}[model.max_features]
    flops = train * tried * depth * model.n_estimators
    seconds = _OVERHEAD_SECONDS + 2e-3 * model.n_estimators + flops * 5e-8
    return Estimate(
        nodes * model.n_estimators, _OVERHEAD_BYTES + 150 * nodes * model.n_estimators, flops, seconds
    )


def _svm(spec: RunSpec, train: int, validation: int) -> Estimate:
    assert isinstance(spec.model, SVM)
    features, outputs = spec.dataset.features, spec.dataset.outputs
    vectors = max(1, train // 2)
    parameters = vectors * (features + max(1, outputs - 1)) + outputs * (outputs - 1) // 2
    flops = 2.0 * train**2 * features
    seconds = _OVERHEAD_SECONDS + flops * 1e-9
    return Estimate(parameters, _OVERHEAD_BYTES + 8 * train**2, flops, seconds)


def _grown(train: int, smallest_leaf: int, max_depth: int | None) -> tuple[int, int]:
    """Nodes and depth of a tree that grows as far as it may."""
    leaves = max(1, train // max(4, 2 * smallest_leaf))
    depth = min(max_depth or 64, 2 * max(1, math.ceil(math.log2(leaves + 1))))
    leaves = min(leaves, 2**depth)
    return 2 * leaves - 1, depth


_ESTIMATES: dict[str, Callable[[RunSpec, int, int], Estimate]] = {
    "mlp": _mlp,
    "linear_regression": _linear,
    "logistic_regression": _logistic,
    "decision_tree": _tree,
    "random_forest": _forest,
    "svm": _svm,
}
