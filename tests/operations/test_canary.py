"""A canary goes the way of every run, and says how long it took."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from trainer_service import failures, queue
from trainer_service.engine.results import RunResult
from trainer_service.models import Run, RunState
from trainyard.operations import canary, tasks
from trainyard.operations.models import Canary

pytestmark = pytest.mark.django_db


def worker_ends_it(failure=None):
    """Stands in for a worker while the canary is waited for."""

    def act(seconds: float) -> None:
        for run in queue.claim(worker="w", queues=["cpu"], limit=1):
            queue.finish(
                run_id=run.pk, execution=run.execution, result=RunResult(failure=failure), output_key=""
            )

    return act


def test_a_canary_that_comes_back_tells_its_times() -> None:
    sent = canary.send()
    found = canary.wait(sent, sleep=worker_ends_it())
    assert found.is_well and "ended after" in found.detail
    sent = Canary.objects.get()
    assert 0 <= sent.seconds_to_start <= sent.seconds < 5
    assert sent.run.owner is None


def test_a_canary_that_fails_names_the_failure() -> None:
    found = canary.wait(canary.send(), sleep=worker_ends_it(failures.ENGINE_ERROR))
    assert not found.is_well and "engine_error" in found.detail


def test_a_canary_that_nobody_takes_is_cancelled_with_a_remedy() -> None:
    found = canary.wait(canary.send(), patience_seconds=0.2)
    assert not found.is_well and "queued" in found.detail and "worker" in found.remedy
    assert Run.objects.get().state == RunState.CANCELLED


def test_by_default_none_is_sent() -> None:
    tasks.send_canary()
    assert not Canary.objects.exists()


def test_two_beats_send_one(settings) -> None:
    settings.CANARY_SECONDS = 300
    tasks.send_canary()
    tasks.send_canary()
    assert Canary.objects.count() == 1


def test_no_second_canary_joins_one_that_waits(settings) -> None:
    settings.CANARY_SECONDS = 300
    tasks.send_canary()
    Canary.objects.update(sent_at=Now() - timedelta(hours=1))
    tasks.send_canary()
    assert Canary.objects.count() == 1
    Run.objects.update(state="cancelled")
    tasks.send_canary()
    assert Canary.objects.count() == 2


def test_operators_see_the_latest(signed_in, operator) -> None:
    canary.wait(canary.send(), sleep=worker_ends_it())
    text = signed_in(operator).get("/operations/").content.decode()
    assert (
        "Latest canaries" in text
        and "Of the latest 1, half were back within" in text
        and "None was sent" not in text
    )
