"""What a run will cost, before it is queued: parameters, memory, floating-point operations, seconds.

Seconds are those of a reference core, not of this machine: admission must not depend on who hosts the site.
Each family has a closed form whose coefficients were fitted to measured runs (`benchmarks/estimate.py` prints
how well they hold). Nothing here is allocated or looped over by a learner's numbers, and no numerical library
is loaded.
"""

from __future__ import annotations

from collections.abc import Callable

from trainer_service.engine.estimate import linear, networks, svm, trees
from trainer_service.engine.estimate.base import Estimate
from trainer_service.engine.spec import RunSpec

__all__ = ["Estimate", "estimate"]


def estimate(spec: RunSpec) -> Estimate:
    """Predict the cost of `spec` in microseconds of pure arithmetic, allocating nothing."""
    train, validation = spec.dataset.split(
        validation_fraction=spec.data.validation_fraction, train_fraction=spec.data.train_fraction
    )
    return _FAMILIES[spec.model.family](spec, train, validation)


# By family, given the rows it fits and the rows that validate
_FAMILIES: dict[str, Callable[[RunSpec, int, int], Estimate]] = {
    "linear_regression": linear.linear_regression,
    "logistic_regression": linear.logistic_regression,
    "decision_tree": trees.decision_tree,
    "random_forest": trees.random_forest,
    "svm": svm.svm,
    "mlp": networks.mlp,
}
