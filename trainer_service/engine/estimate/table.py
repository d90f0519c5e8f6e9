"""Which closed form belongs to which family."""

from __future__ import annotations

from collections.abc import Callable

from trainer_service.engine.estimate.base import Estimate
from trainer_service.engine.spec import RunSpec

# Given the rows it fits and the rows that validate
Form = Callable[[RunSpec, int, int], Estimate]
FORMS: dict[str, Form] = {}


def of_family(spec: RunSpec, train: int, validation: int) -> Estimate:
    """One fit of the spec's family to `train` rows."""
    return FORMS[spec.model.family](spec, train, validation)
