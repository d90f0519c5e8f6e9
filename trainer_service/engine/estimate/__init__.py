"""What a run will cost, before it is queued: parameters, memory, floating-point operations, seconds.

Seconds are those of a reference core, not of this machine: admission must not depend on who hosts the site.
Each family has a closed form whose coefficients were fitted to measured runs (`benchmarks/estimate.py` prints
how well they hold). Nothing here is allocated or looped over by a learner's numbers, and no numerical library
is loaded.
"""

from __future__ import annotations

from dataclasses import replace

from trainer_service.engine.estimate import (
    control,
    ensembles,
    linear,
    neighbours,
    networks,
    svm,
    trees,
    unsupervised,
)
from trainer_service.engine.estimate.base import Estimate
from trainer_service.engine.estimate.preprocessing import preprocessing_seconds
from trainer_service.engine.estimate.table import FORMS, of_family
from trainer_service.engine.spec import RunSpec
from trainer_service.engine.trials import specs_of

__all__ = ["Estimate", "estimate"]

FORMS.update(
    {
        "linear_regression": linear.linear_regression,
        "logistic_regression": linear.logistic_regression,
        "perceptron": linear.perceptron,
        "k_nearest_neighbours": neighbours.k_nearest_neighbours,
        "naive_bayes": neighbours.naive_bayes,
        "decision_tree": trees.decision_tree,
        "random_forest": trees.random_forest,
        "hist_gradient_boosting": trees.hist_gradient_boosting,
        "svm": svm.svm,
        "bagging": ensembles.bagging,
        "voting": ensembles.voting,
        "stacking": ensembles.stacking,
        "k_means": unsupervised.k_means,
        "gaussian_mixture": unsupervised.gaussian_mixture,
        "dbscan": unsupervised.dbscan,
        "pca": unsupervised.pca,
        "mlp": networks.mlp,
        "bandit": control.bandit,
        "q_learning": control.q_learning,
        "dqn": control.dqn,
        "policy_gradient": control.policy_gradient,
    }
)


def estimate(spec: RunSpec) -> Estimate:
    """Predict the cost of `spec` in microseconds of pure arithmetic, allocating nothing."""
    costs = [_of_trial(trial) for trial in specs_of(spec)] or [_of_trial(spec)]
    return Estimate(
        parameters=max(cost.parameters for cost in costs),
        memory_bytes=max(cost.memory_bytes for cost in costs) * (1 if spec.is_single else 2),
        flops=spec.validation.fits * sum(cost.flops for cost in costs),
        seconds=spec.validation.fits * sum(cost.seconds for cost in costs) + _of_search(spec),
    )


# Private functions --------------------------------------------------------------------------------------


def _of_search(spec: RunSpec) -> float:
    """Seconds to load Optuna and to let it think."""
    return 0.6 + 0.004 * spec.tuning.count if spec.tuning.kind == "bayesian" else 0.0


def _of_trial(spec: RunSpec) -> Estimate:
    """One fit of one trial."""
    train, validation = spec.rows_of_a_fit
    found = of_family(spec, train, validation)
    before = preprocessing_seconds(spec, train)
    widest = max(spec.dataset.features, spec.features)
    return replace(
        found,
        seconds=found.seconds + before,
        memory_bytes=found.memory_bytes + (24 * spec.dataset.rows * widest if spec.preprocessing else 0),
    )
