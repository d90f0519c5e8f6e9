"""Cost of support vector machines."""

from __future__ import annotations

import math

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Cost
from trainer_service.engine.spec import RunSpec


def svm(spec: RunSpec, train: int, validation: int) -> Cost:
    """Every row may become a support vector; the kernel between all pairs is most of the work."""
    model = spec.model
    assert isinstance(model, specs.SVM)
    features, classes = spec.features, spec.dataset.outputs
    pairs = classes * (classes - 1) // 2 if classes > 1 else 1
    compared = 2.0 * train**2 * features
    return Cost(
        parameters=train * (features + max(1, classes - 1)) + pairs,
        memory_bytes=2 * MEGABYTE + 8 * train**2 + 24 * train * features,
        flops=compared,
        fit=0.53e-9 * train**2 * (features + 8) * (1 + 0.28 * math.sqrt(model.C)),
        call=3e-4,
        row=(8e-9 + (0.4e-9 if model.kernel == "rbf" else 0.15e-9) * (features + 8)) * train,
    )
