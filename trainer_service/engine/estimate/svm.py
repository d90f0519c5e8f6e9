"""Cost of support vector machines."""

from __future__ import annotations

from trainer_service.engine.estimate.base import MEGABYTE, Estimate
from trainer_service.engine.spec import RunSpec


def svm(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Every row may become a support vector; the kernel between all pairs is most of the work."""
    features, classes = spec.features, spec.dataset.outputs
    pairs = classes * (classes - 1) // 2 if classes > 1 else 1
    compared = 2.0 * train**2 * features
    return Estimate(
        parameters=train * (features + max(1, classes - 1)) + pairs,
        memory_bytes=2 * MEGABYTE + 8 * train**2 + 24 * train * features,
        flops=compared,
        seconds=0.045 + 1.2e-9 * compared,
    )
