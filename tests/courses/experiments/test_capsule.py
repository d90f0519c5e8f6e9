"""The capsule of a run: who may have it, and that it repeats the run elsewhere."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from courses.experiments import capsule
from courses.models import Submission
from tests.courses.samples import result, train
from trainer_service.engine import spec as engine_spec
from trainer_service.engine.processor import environment
from trainer_service.engine.train import train as train_engine

ROOT = Path(__file__).resolve().parents[3]


def test_a_run_can_be_taken_away_by_its_learner(submission: Submission, learner: Any, signed_in: Any) -> None:
    address = reverse("courses:capsule", args=[submission.pk])
    assert signed_in(learner).get(address).status_code == 200
    train(submission.run, result())
    answer = signed_in(learner).get(address)
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert [name.split("/")[1] for name in names] == [
        "README.md", "config.yaml", "spec.json", "result.json", "repeat.py",
    ]  # fmt: skip


def test_nobody_elses_run_can_be_taken_away(
    submission: Submission, stranger: Any, signed_in: Any, client: Any
) -> None:
    train(submission.run, result())
    address = reverse("courses:capsule", args=[submission.pk])
    assert signed_in(stranger).get(address).status_code == 404
    assert client.get(address).status_code == 302


@pytest.mark.slow
def test_the_script_in_it_repeats_the_run_bit_for_bit(submission: Submission, tmp_path: Path) -> None:
    spec = engine_spec.parse(submission.run.spec)
    with tempfile.TemporaryDirectory() as folder:
        (outcome,) = train_engine([spec], out_dirs=[Path(folder)])
    train(submission.run, outcome)
    found = Submission.objects.for_page().get(pk=submission.pk)
    with zipfile.ZipFile(io.BytesIO(capsule.archive(found))) as packed:
        packed.extractall(tmp_path)
    script = tmp_path / capsule.name_of(found) / "repeat.py"
    env = {**os.environ, **environment(), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, script], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "data: the same" in done.stdout
    assert "weights: bit for bit the same" in done.stdout
