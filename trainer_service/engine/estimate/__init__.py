"""What a run will cost, before it is queued: parameters, memory, floating-point operations, seconds.

Seconds are those of a reference core, not of this machine: admission must not depend on who hosts the site.
Each family has a closed form whose coefficients were fitted to measured runs (`benchmarks/estimate.py` prints
how well they hold). Nothing here is allocated or looped over by a learner's numbers, and no numerical library
is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from trainer_service.engine.estimate import (
    control,
    deep,
    ensembles,
    generation,
    linear,
    neighbours,
    networks,
    svm,
    trees,
    unsupervised,
)
from trainer_service.engine.estimate.base import Cost, Estimate
from trainer_service.engine.estimate.explaining import explaining_seconds
from trainer_service.engine.estimate.preprocessing import preprocessing_seconds
from trainer_service.engine.estimate.table import FORMS
from trainer_service.engine.spec import RunSpec
from trainer_service.engine.trials import specs_of

__all__ = ["Estimate", "estimate"]

_REST = 0.012  # seconds that a network's run takes beside its fits

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
        "gan": generation.gan,
        "autoencoder": networks.autoencoder,
        "cnn": deep.convolutional,
        "rnn": deep.recurrent,
        "gru": deep.recurrent,
        "lstm": deep.recurrent,
        "transformer": deep.transformer,
    }
)


def estimate(spec: RunSpec) -> Estimate:
    """Predict the cost of `spec`, all its folds and trials, by pure arithmetic, allocating nothing."""
    trials = [_of_trial(trial) for trial in specs_of(spec)] or [_of_trial(spec)]
    return Estimate(
        parameters=max(trial.parameters for trial in trials),
        memory_bytes=max(trial.memory_bytes for trial in trials) * (1 if spec.is_single else 2),
        flops=sum(trial.flops for trial in trials),
        seconds=sum(trial.fits for trial in trials)
        + max(trial.rest for trial in trials)
        + _of_search(spec)
        + _of_deployment(spec)
        + explaining_seconds(spec),
    )


# Private functions --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Trial:
    """What all folds of a trial cost, and the `rest` that comes once for a run."""

    parameters: int
    memory_bytes: int
    flops: float
    fits: float
    rest: float


def _of_trial(spec: RunSpec) -> _Trial:
    if spec.streaming.is_on:
        return _of_stream(spec)
    if not spec.transfer.is_on:
        return _of_fit(spec, *spec.rows_of_a_fit)
    own, source = _of_fit(spec, *spec.rows_of_a_fit), spec.first_training()
    first = _of_fit(source, *source.rows_of_a_fit)
    again = spec.validation.fits
    return replace(own, flops=own.flops + again * first.flops, fits=own.fits + again * first.fits)


def _of_stream(spec: RunSpec) -> _Trial:
    """All fits that there can be: after the first block, and after each other if it may be trained again."""
    how, (block, _) = spec.streaming, spec.rows_of_a_fit
    after = range(how.blocks + 1) if how.retrain != "never" else range(1)
    goes_on = how.learn == "update"
    sizes = [block * (1 if goes_on else len(range(after.stop)[how.arrived(number)])) for number in after]
    fits = [_of_fit(spec, size, block) for size in sizes]
    return _Trial(
        parameters=max(fit.parameters for fit in fits),
        memory_bytes=max(fit.memory_bytes for fit in fits),
        flops=sum(fit.flops for fit in fits),
        fits=sum(fit.fits for fit in fits) + how.blocks * (4e-3 + 1e-4 * spec.dataset.features),
        rest=max(fit.rest for fit in fits),
    )


def _of_fit(spec: RunSpec, train: int, validation: int) -> _Trial:
    found = FORMS[spec.model.family](spec, train, validation)
    if isinstance(found, Cost):
        rest = found.rest(train, spec.dataset.held_out_rows)
        fit = found.fit + found.asked(validation) + preprocessing_seconds(spec, train)
    else:
        rest = min(_REST, found.seconds / 2)
        fit = found.seconds - rest + preprocessing_seconds(spec, train)
    widest = max(spec.dataset.features, spec.features)
    return _Trial(
        parameters=found.parameters,
        memory_bytes=found.memory_bytes + (24 * spec.dataset.rows * widest if spec.preprocessing else 0),
        flops=spec.validation.fits * found.flops,
        fits=spec.validation.fits * fit,
        rest=rest,
    )


def _of_search(spec: RunSpec) -> float:
    """Seconds to load Optuna and to let it think."""
    return 0.3 + 0.004 * spec.tuning.count if spec.tuning.kind == "bayesian" else 0.0


def _of_deployment(spec: RunSpec) -> float:
    """Seconds to measure a model in two forms."""
    return 0.0 if spec.deployment.quantization == "none" else 0.03
