"""From a configuration to a grade with the real engine: references earn what they promise."""

from __future__ import annotations

from typing import Any

import pytest

from courses.models import Submission
from tests.courses.samples import claim
from trainer_service import queue
from trainer_service.engine import spec as engine_spec
from trainer_service.engine.train import train

ADDRESS = "/api/v1/exercises/little/{}/submissions/"


def train_really(submission: Submission, folder: Any) -> None:
    """Take the submission's run through the engine, as a worker does."""
    run = submission.run
    execution = claim(run)
    (result,) = train([engine_spec.parse(run.spec)], out_dirs=[folder])
    assert queue.finish(run_id=run.pk, execution=execution, result=result, output_key="")


@pytest.mark.parametrize("name", ["good", "baseline"])
def test_a_reference_configuration_earns_what_it_promises(api, exercise, learner, tmp_path, name) -> None:
    reference = next(each for each in exercise.parsed.references if each.name == name)
    posted = api(learner).post(ADDRESS.format("digits"), {"config": reference.config}, format="json")
    train_really(Submission.objects.get(pk=posted.json()["id"]), tmp_path)
    body = api(learner).get(posted.json()["url"]).json()
    assert body["state"] == "succeeded"
    assert body["grade"]["passed"] is reference.expect.passed
    assert reference.expect.points in (None, body["grade"]["points"])
    assert body["run"]["telemetry"]["parameters"] == body["run"]["estimate"]["parameters"]
    assert len(body["run"]["curve"]) == body["run"]["config"]["training"]["epochs"]


@pytest.mark.parametrize("family", ["decision_tree", "logistic_regression", "svm"])
def test_a_model_without_epochs_is_graded_by_the_same_way(api, course, learner, tmp_path, family) -> None:
    config = {"model": {"family": family}, "preprocessing": "standardize"}
    posted = api(learner).post(ADDRESS.format("tumours"), {"config": config}, format="json")
    train_really(Submission.objects.get(pk=posted.json()["id"]), tmp_path)
    body = api(learner).get(posted.json()["url"]).json()
    assert body["grade"]["criteria"][0]["value"] == body["run"]["metrics"]["held_out"]["accuracy"] > 0.8
    assert body["run"]["curve"] == []
