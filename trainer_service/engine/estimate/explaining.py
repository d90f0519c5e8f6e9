"""Cost of finding out what a model goes by."""

from __future__ import annotations

from trainer_service.engine.estimate.base import Cost
from trainer_service.engine.estimate.preprocessing import preprocessing_seconds
from trainer_service.engine.estimate.table import FORMS
from trainer_service.engine.spec import RunSpec

_PLACES = 20  # values of a feature in a curve
_STEPS = 65  # gradients of six images
_IMAGES = 6


def explaining_seconds(spec: RunSpec) -> float:
    """Seconds that `evaluation.explain` adds to a run."""
    asked = spec.evaluation
    if asked.explain == "none":
        return 0.0
    train, validation = spec.rows_of_a_fit
    found = FORMS[spec.model.family](spec, train, validation)
    if asked.explain == "pixels":
        assert not isinstance(found, Cost)
        return 0.02 + _STEPS * (1e-3 + 3 * _IMAGES * _per_row(found.flops, spec, train))
    calls = spec.dataset.features * asked.repeats + _PLACES * min(asked.top, spec.dataset.features) + 1
    if isinstance(found, Cost):
        one = found.asked(validation)
    else:
        one = 1e-4 + validation * _per_row(found.flops, spec, train)
    steps = preprocessing_seconds(spec, 0) * validation / spec.dataset.rows + 1e-4 * len(spec.preprocessing)
    return calls * (1.3 * one + steps + 8e-5)


# Private functions --------------------------------------------------------------------------------------


def _per_row(flops: float, spec: RunSpec, train: int) -> float:
    """Seconds of one row forward, from the operations of a training that shows each row in each epoch."""
    return 1.2e-11 * flops / (3.0 * train * spec.training.epochs) + 2e-7
