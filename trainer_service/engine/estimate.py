"""What a run will cost, before it is queued: parameters, memory, floating-point operations, seconds.

Seconds are those of a reference core, not of this machine: admission must not depend on who hosts the site.
Each family has a closed form whose coefficients were fitted to measured runs (`benchmarks/estimate.py` prints
how well they hold). Nothing here is allocated or looped over by a learner's numbers, and no numerical library
is loaded.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise

from trainer_service.engine import spec as specs
from trainer_service.engine.spec import RunSpec

_MEGABYTE = 2**20
_STEPS_TO_CONVERGE = 100  # L-BFGS is seldom given more


@dataclass(frozen=True, slots=True)
class Estimate:
    """`parameters` learned numbers, `memory_bytes` at the peak above an idle worker, `flops`, `seconds`.

    Parameters are exact for networks and linear models, near the most possible for trees and support vectors.
    """

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
    return _FAMILIES[spec.model.family](spec, train, validation)


# Private functions: one for each family, given the rows it fits and the rows that validate ------------------


def _mlp(spec: RunSpec, train: int, validation: int) -> Estimate:
    """A network and its ghost: calls by step and layer, passes over weights and activations, products."""
    model, epochs = spec.model, spec.training.epochs
    assert isinstance(model, specs.MLP)
    sizes = (spec.dataset.features, *model.hidden, spec.dataset.outputs)
    padded = [-(-size // 16) * 16 for size in sizes]
    held = sum((a + 1) * b for a, b in pairwise(padded))
    products = sum(a * b for a, b in pairwise(padded))
    batch = min(spec.training.batch_size, train)
    steps = epochs * (train // batch)
    units = batch * sum(padded[1:])
    per_unit = 4.3e-9 if spec.regularization.dropout else 3.2e-9
    multiplied = 2.0 * (6 * products * batch * steps + 2 * products * validation * epochs)
    seconds = (
        0.015
        + 0.4e-3 * epochs
        + steps * (14e-6 + 24e-6 * len(sizes) + 2 * (1.4e-9 * held + per_unit * units))
        + 4.8e-12 * multiplied
        + 0.18e-6 * held
    )
    return Estimate(
        parameters=sum((a + 1) * b for a, b in pairwise(sizes)),
        memory_bytes=4 * _MEGABYTE + 2 * (28 * held + 12 * units + 8 * validation * max(padded)),
        flops=(6.0 * _products(sizes) - 2.0 * sizes[0] * sizes[1]) * batch * steps,
        seconds=seconds,
    )


def _products(sizes: tuple[int, ...]) -> int:
    return sum(a * b for a, b in pairwise(sizes))


def _linear_regression(spec: RunSpec, train: int, validation: int) -> Estimate:
    features = spec.dataset.features
    return Estimate(
        parameters=features + 1,
        memory_bytes=_MEGABYTE + 32 * train * features,
        flops=2.0 * train * features**2,
        seconds=0.013,
    )


def _logistic_regression(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Steps grow with the strength of the weights allowed (C), up to the limit of the spec."""
    model = spec.model
    assert isinstance(model, specs.LogisticRegression)
    features, classes = spec.dataset.features, len(spec.dataset.classes)
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
        memory_bytes=2 * _MEGABYTE + 32 * train * features,
        flops=4.0 * train * features * rows_of_weights * steps,
        seconds=seconds,
    )


def _decision_tree(spec: RunSpec, train: int, validation: int) -> Estimate:
    model = spec.model
    assert isinstance(model, specs.DecisionTree)
    leaves, depth = _grown(spec, train, model.min_samples_leaf, model.max_depth)
    compared = train * spec.dataset.features * depth
    return Estimate(
        parameters=2 * leaves - 1,
        memory_bytes=_MEGABYTE + 24 * train * spec.dataset.features + 200 * leaves,
        flops=compared,
        seconds=0.015 + 20e-9 * compared + 3e-6 * train,
    )


def _random_forest(spec: RunSpec, train: int, validation: int) -> Estimate:
    model = spec.model
    assert isinstance(model, specs.RandomForest)
    features, trees = spec.dataset.features, model.n_estimators
    tried = {"sqrt": math.sqrt(features), "log2": math.log2(features), "all": features}[model.max_features]
    # A bootstrap sample holds 63 % of the rows, some of them several times.
    leaves, depth = _grown(spec, round(0.63 * train), model.min_samples_leaf, model.max_depth)
    compared = trees * train * tried * depth
    return Estimate(
        parameters=trees * (2 * leaves - 1),
        memory_bytes=2 * _MEGABYTE + trees * (20_000 + 250 * leaves) + 24 * train * features,
        flops=compared,
        seconds=0.065 + trees * (3.5e-3 + 56e-9 * train * depth) + 8e-9 * compared,
    )


def _svm(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Every row may become a support vector; the kernel between all pairs is most of the work."""
    features, classes = spec.dataset.features, spec.dataset.outputs
    pairs = classes * (classes - 1) // 2 if classes > 1 else 1
    compared = 2.0 * train**2 * features
    return Estimate(
        parameters=train * (features + max(1, classes - 1)) + pairs,
        memory_bytes=2 * _MEGABYTE + 8 * train**2 + 24 * train * features,
        flops=compared,
        seconds=0.045 + 1.2e-9 * compared,
    )


def _grown(spec: RunSpec, train: int, smallest_leaf: int, max_depth: int | None) -> tuple[int, float]:
    """Leaves of a tree that grows as far as it may, and how deep its rows are on average."""
    # Rows of one class need no more questions; rows with numbers of their own end each in a leaf of its own.
    leaves = max(1, train // max(2 if spec.task == "classification" else 1, smallest_leaf))
    if max_depth is not None:
        leaves = min(leaves, 2**max_depth)
    return leaves, min(float(max_depth or 64), math.log2(leaves + 1) + 1)


_FAMILIES: dict[str, Callable[[RunSpec, int, int], Estimate]] = {
    "mlp": _mlp,
    "linear_regression": _linear_regression,
    "logistic_regression": _logistic_regression,
    "decision_tree": _decision_tree,
    "random_forest": _random_forest,
    "svm": _svm,
}
