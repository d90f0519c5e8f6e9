"""Every Celery task of the site, run a second time, changes nothing more: a message may come twice."""

from __future__ import annotations

from typing import Any

import pytest
from celery import current_app
from django.apps import apps
from django.db import models

from courses.models import Submission
from tests.courses.samples import claim, train
from trainer_service.models import Run, RunState

ROOMS = ("trainer_service", "courses", "jobs_data", "trainyard")
CLOCKS = ("_at", "_until")  # when something was last looked at is no effect


def own_tasks() -> list[str]:
    """The tasks of our rooms, as registered."""
    current_app.loader.import_default_modules()
    return sorted(name for name in current_app.tasks if name.split(".")[0] in ROOMS)


def site() -> dict[str, list[dict[str, Any]]]:
    """Every row of what people and runs own, without clocks."""
    return {
        model._meta.label: [_row(found) for found in model._default_manager.order_by("pk")]
        for model in _owned()
    }


def _owned() -> list[type[models.Model]]:
    """The models of our rooms, but for what the operators' pages note about the site itself."""
    configs = [config for config in apps.get_app_configs() if config.name.split(".")[0] in ROOMS]
    return [model for config in configs if config.label != "operations" for model in config.get_models()]


def _row(found: models.Model) -> dict[str, Any]:
    fields = [field.attname for field in found._meta.concrete_fields]
    return {name: getattr(found, name) for name in fields if not name.endswith(CLOCKS)}


@pytest.fixture
def busy(submit: Any, settings: Any) -> list[Run]:
    """A queued run, a run whose worker is gone, and a graded one."""
    settings.LEASE_SECONDS = -1
    runs = []
    for number, learning_rate in enumerate((0.1, 0.2, 0.3)):
        submission: Submission = submit({"optimizer": {"learning_rate": learning_rate}}).submission
        runs.append(submission.run)
        if number == 0:
            train(submission.run)
        elif number == 1:
            claim(submission.run)
    return runs


def test_there_are_tasks_to_try() -> None:
    assert {"trainer_service.tasks.look", "trainer_service.tasks.sweep"} <= set(own_tasks())


@pytest.mark.parametrize("name", own_tasks())
def test_a_task_that_comes_twice_has_no_second_effect(name: str, busy: list[Run]) -> None:
    task = current_app.tasks[name]
    task.apply(throw=True)
    once = site()
    task.apply(throw=True)
    assert site() == once


def test_the_sweep_had_something_to_do(busy: list[Run]) -> None:
    current_app.tasks["trainer_service.tasks.sweep"].apply(throw=True)
    lost = busy[1]
    lost.refresh_from_db()
    assert (lost.state, lost.losses) == (RunState.QUEUED, 1)
