"""Runs in any state, made by the queue's own functions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.trainer_service.samples import ESTIMATE, tree
from trainer_service import queue
from trainer_service.engine.results import RunResult
from trainer_service.models import Run


@pytest.fixture
def accept(db) -> Callable[..., Run]:
    """A run that waits."""

    def accept(seed: int = 0, owner=None) -> Run:
        return queue.enqueue(
            spec=tree(seed),
            owner=owner,
            estimate=ESTIMATE,
            time_limit_seconds=60.0,
            memory_limit_bytes=2**30,
        )

    return accept


@pytest.fixture
def end(accept, learner) -> Callable[..., Run]:
    """A run that a worker had and ended, with `failure` or well."""

    def end(failure=None, seed: int = 0) -> Run:
        accept(seed, learner)
        (run,) = queue.claim(worker="w", queues=["cpu"], limit=1)
        assert queue.finish(
            run_id=run.pk, execution=run.execution, result=RunResult(failure=failure), output_key=""
        )
        return Run.objects.get(pk=run.pk)

    return end


@pytest.fixture
def operator(db):
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user(
        "olga@example.org", "a long enough passphrase", name="Olga Operator", is_staff=True
    )
