"""Many workers at once on PostgreSQL: row locks keep their promises."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.trainer_service.samples import mlp, tree
from trainer_service import queue
from trainer_service.engine.results import RunResult
from trainer_service.models import Run, RunState
from trainer_service.models import RunResult as StoredResult

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="threads need a database server: set DATABASE_URL to a PostgreSQL",
    ),
]
Enqueue = Callable[..., Run]


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Let `count` threads act at the same moment; return what each returned."""
    barrier = threading.Barrier(count)
    answers: list[Any] = [None] * count

    def one(number: int) -> None:
        barrier.wait()
        try:
            answers[number] = act(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def claim_all(number: int) -> list[tuple[int, int]]:
    tokens = []
    while runs := queue.claim(worker=f"w{number}", queues=["cpu"], limit=3):
        tokens += [(run.pk, run.execution) for run in runs]
    return tokens


def test_no_run_is_claimed_by_two_workers_and_none_is_left(enqueue: Enqueue) -> None:
    runs = [enqueue(mlp(seed=seed) if seed % 2 else tree(seed)) for seed in range(40)]
    tokens = [token for mine in at_once(8, claim_all) for token in mine]
    assert sorted(tokens) == [(run.pk, 1) for run in runs]


def test_only_one_of_many_equal_ends_counts(enqueue: Enqueue) -> None:
    run = enqueue()
    queue.claim(worker="w", queues=["cpu"], limit=1)

    def end(_: int) -> bool:
        return queue.finish(run_id=run.pk, execution=1, result=RunResult(), output_key="")

    assert sum(at_once(8, end)) == 1
    assert StoredResult.objects.filter(run=run).count() == 1


def test_two_sweepers_count_one_loss(enqueue: Enqueue, settings: Any) -> None:
    settings.LEASE_SECONDS = -1
    run = enqueue()
    queue.claim(worker="w", queues=["cpu"], limit=1)
    swept = at_once(6, lambda _: queue.sweep().requeued)
    run.refresh_from_db()
    assert (sum(swept), run.losses, run.state) == (1, 1, RunState.QUEUED)


def test_a_cancellation_and_a_claim_at_once_never_train_a_cancelled_run(enqueue: Enqueue) -> None:
    for _ in range(10):
        run = enqueue()

        def act(number: int, run: Run = run) -> Any:
            return queue.request_cancel(run) if number else claim_all(number)

        claimed, cancelled = at_once(2, act)
        run.refresh_from_db()
        assert cancelled
        assert bool(claimed) == (run.state == RunState.RUNNING)
        assert (run.state == RunState.CANCELLED) != (run.cancel_requested_at is not None)
        queue.hand_back(tokens=dict(claimed))
