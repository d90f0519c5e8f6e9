"""Metrics from stored predictions, worked out in a process of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from courses.regrade.predictions import Stored, rejudge
from trainer_service import storage
from trainer_service.engine import spec
from trainer_service.engine.data import load

SPEC = {"task": "classification", "data": {"dataset": "digits@1"}, "model": {"family": "decision_tree"}}


@pytest.fixture
def stored(tmp_path: Path, settings) -> Stored:
    """A run that errs on 36 held-out digits, with its file in storage."""
    settings.MEDIA_ROOT = tmp_path / "media"
    targets = load("digits@1").held_out.rows.targets.astype(int)
    said = np.where(np.arange(len(targets)) < 36, (targets + 1) % 10, targets)
    np.savez(tmp_path / "p.npz", value=said, scores=np.eye(10)[said])
    storage.save("runs/7/1/held_out_predictions.npz", tmp_path / "p.npz")
    return Stored(7, spec.parse(SPEC).model_dump(mode="json"), "runs/7/1")


@pytest.mark.slow
def test_they_are_those_of_the_stored_answers_and_lost_files_are_left_out(stored: Stored) -> None:
    found = rejudge([stored, Stored(8, stored.spec, "runs/8/1"), Stored(9, stored.spec, "")])
    rows = len(load("digits@1").held_out.rows)
    assert set(found.metrics) == {7}
    assert found.metrics[7]["accuracy"] == pytest.approx(1 - 36 / rows)
    assert found.arithmetic_class.startswith("engine ")


def test_nothing_asked_starts_nothing() -> None:
    assert rejudge([]).metrics == {}
