"""Specs of small agents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from trainer_service.engine.spec import RunSpec, parse

SMALL: dict[str, tuple[str, dict[str, Any]]] = {
    "bandit": ("bandit@1", {}),
    "q_learning": ("frozen_lake@1", {"learning_rate": 0.3}),
    "dqn": ("cartpole@1", {"hidden": [16], "memory": 600, "warm_up": 100, "target_every": 20}),
    "policy_gradient": ("cartpole@1", {"hidden": [8], "episodes_per_update": 2, "baseline": "value"}),
}


@pytest.fixture
def agent() -> Callable[..., RunSpec]:
    """Make the spec of a small agent of a family; `model` extends the model, other parts are as in a spec."""

    def make(family: str, *, dataset: str = "", model: dict[str, Any] | None = None, **parts: Any) -> RunSpec:
        usual, fields = SMALL[family]
        raw: dict[str, Any] = {
            "task": "control",
            "data": {"dataset": dataset or usual},
            "model": {"family": family, **fields, **(model or {})},
            "optimizer": {"kind": "adamw", "learning_rate": 0.003},
            **parts,
        }
        raw["training"] = {"epochs": 3, "batch_size": 16, **parts.get("training", {})}
        return parse(raw)

    return make
