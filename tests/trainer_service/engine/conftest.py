"""Specs and folders that the engine's tests share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.results import RunResult
from trainer_service.engine.spec import RunSpec, parse
from trainer_service.engine.train import train

Make = Callable[..., RunSpec]
Train = Callable[..., list[RunResult]]

DIGITS: dict[str, Any] = {
    "task": "classification",
    "data": {"dataset": "digits@1"},
    "preprocessing": [{"step": "standardize"}],
    "model": {"family": "mlp", "hidden": [16]},
    "training": {"epochs": 3, "batch_size": 64},
}


@pytest.fixture
def mlp() -> Make:
    """Make the spec of a small network on digits; keyword arguments replace or extend its parts."""

    def make(**parts: Any) -> RunSpec:
        raw = {**DIGITS, **parts}
        for name in ("model", "training"):
            raw[name] = {**DIGITS[name], **parts.get(name, {})}
        return parse(raw)

    return make


@pytest.fixture
def run(tmp_path: Path) -> Train:
    """Train specs as one stack, each with a folder of its own."""
    calls: list[int] = []

    def call(specs: Sequence[RunSpec], callbacks: Callbacks | None = None) -> list[RunResult]:
        calls.append(1)
        folders = [tmp_path / f"{len(calls)}-{number}" for number in range(len(specs))]
        for folder in folders:
            folder.mkdir()
        return train(specs, out_dirs=folders, callbacks=callbacks)

    return call
