"""Small specs for the tests of the run life cycle."""

from __future__ import annotations

from typing import Any

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate import Estimate

ESTIMATE = Estimate(parameters=1, memory_bytes=1, flops=1.0, seconds=1.0)


def mlp(**training: Any) -> specs.RunSpec:
    """A small network on the digits; equal but for what `training` says."""
    return specs.parse(
        {
            "task": "classification",
            "data": {"dataset": "digits@1"},
            "model": {"family": "mlp", "hidden": [8]},
            "training": {"epochs": 2, **training},
        }
    )


def tree(seed: int = 0) -> specs.RunSpec:
    """A decision tree, which always trains alone."""
    return specs.parse(
        {
            "task": "classification",
            "data": {"dataset": "digits@1"},
            "model": {"family": "decision_tree"},
            "training": {"seed": seed},
        }
    )
