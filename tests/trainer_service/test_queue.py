"""The queue keeps its promises: nothing lost, nothing ended twice, everyone has a turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from tests.trainer_service.samples import mlp, tree
from trainer_service import failures, queue
from trainer_service.engine.results import Failure, RunResult
from trainer_service.models import Run, RunState
from trainer_service.models import RunResult as StoredResult
from trainer_service.signals import run_ended

pytestmark = pytest.mark.django_db
Enqueue = Callable[..., Run]


def claim(limit: int = 8, worker: str = "w1") -> list[Run]:
    return queue.claim(worker=worker, queues=["cpu"], limit=limit)


def finish(run: Run, result: RunResult | None = None, execution: int | None = None) -> bool:
    return queue.finish(
        run_id=run.pk,
        execution=execution or run.execution,
        result=result or RunResult(metrics={"held_out": {"accuracy": 0.9}}),
        output_key=f"runs/{run.pk}/{run.execution}",
    )


def expire(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def fresh(run: Run) -> Run:
    return Run.objects.get(pk=run.pk)


@pytest.fixture
def ended() -> Iterator[list[tuple[int, str, bool]]]:
    """What receivers of `run_ended` saw: run id, state, whether the result was there."""
    seen: list[tuple[int, str, bool]] = []

    def note(run: Run, **_: Any) -> None:
        seen.append((run.pk, run.state, StoredResult.objects.filter(run=run).exists()))

    run_ended.connect(note)
    yield seen
    run_ended.disconnect(note)


# Into the queue -----------------------------------------------------------------------------------------


def test_a_queued_run_keeps_the_canonical_spec_and_its_keys(enqueue: Enqueue) -> None:
    run = enqueue(mlp())
    assert run.state == RunState.QUEUED
    assert run.spec["model"] == {"family": "mlp", "hidden": [8], "activation": "relu"}
    assert run.stack_key and run.cache_key and run.spec_digest


def test_the_first_run_of_everyone_comes_before_the_second_of_anyone(enqueue: Enqueue) -> None:
    people = [get_user_model().objects.create_user(f"{name}@example.org") for name in ("ada", "bob")]
    first, second = enqueue(tree(1), people[0]), enqueue(tree(2), people[0])
    late = enqueue(tree(3), people[1])
    assert [claim(1)[0].pk for _ in range(3)] == [first.pk, late.pk, second.pk]


def test_an_equal_configuration_finds_the_earlier_run_until_it_fails(enqueue: Enqueue) -> None:
    run = enqueue(mlp(seed=3))
    assert queue.find_reusable(mlp(seed=3)) == run
    assert queue.find_reusable(mlp(seed=4)) is None
    (held,) = claim()
    finish(held, RunResult(failure=failures.TIME_LIMIT))
    assert queue.find_reusable(mlp(seed=3)) is None


def test_a_finished_run_is_reused_rather_than_a_waiting_one(enqueue: Enqueue) -> None:
    done, waiting = enqueue(tree(5)), enqueue(tree(5))
    finish(claim(1)[0])
    assert queue.find_reusable(tree(5)) == done != waiting


def test_a_run_that_is_being_cancelled_is_not_reused(enqueue: Enqueue) -> None:
    enqueue(tree(6))
    queue.request_cancel(claim()[0])
    assert queue.find_reusable(tree(6)) is None


# Claim --------------------------------------------------------------------------------------------------


def test_a_claim_gives_a_lease_by_the_clock_of_the_database(enqueue: Enqueue, settings: Any) -> None:
    settings.LEASE_SECONDS = 60
    enqueue()
    (run,) = claim()
    assert (run.state, run.execution, run.worker) == (RunState.RUNNING, 1, "w1")
    assert run.lease_until is not None
    assert 55 < (run.lease_until - timezone.now()).total_seconds() <= 61


def test_mates_of_a_stack_ride_along_up_to_the_limit(enqueue: Enqueue) -> None:
    runs = [enqueue(mlp(seed=seed)) for seed in range(5)]
    other = enqueue(mlp(epochs=3))
    assert [run.pk for run in claim(4)] == [run.pk for run in runs[:4]]
    assert [run.pk for run in claim(4)] == [runs[4].pk]
    assert [run.pk for run in claim(4)] == [other.pk]
    assert claim(4) == []


def test_runs_that_cannot_stack_are_claimed_one_by_one(enqueue: Enqueue) -> None:
    enqueue(tree(1))
    enqueue(tree(2))
    assert len(claim(8)) == 1


def test_a_worker_takes_nothing_from_a_queue_it_does_not_serve(enqueue: Enqueue) -> None:
    enqueue()
    assert queue.claim(worker="w1", queues=["gpu"], limit=8) == []


def test_a_run_that_was_lost_once_is_claimed_alone_and_never_as_a_mate(enqueue: Enqueue) -> None:
    poisoned, mate = enqueue(mlp(seed=1)), enqueue(mlp(seed=2))
    claim()
    queue.lose(tokens={poisoned.pk: 1}, failure=failures.CHILD_CRASHED)
    queue.hand_back(tokens={mate.pk: 1})
    assert [run.pk for run in claim()] == [poisoned.pk]
    assert [run.pk for run in claim()] == [mate.pk]


# Heartbeat and progress ---------------------------------------------------------------------------------


def test_a_heartbeat_renews_the_lease_and_names_stale_and_cancelled_runs(enqueue: Enqueue) -> None:
    for seed in range(3):
        enqueue(mlp(seed=seed))
    mine, gone, unwanted = claim()
    expire(mine)
    Run.objects.filter(pk=gone.pk).update(execution=2)
    queue.request_cancel(unwanted)
    beat = queue.heartbeat(tokens={run.pk: 1 for run in (mine, gone, unwanted)})
    assert beat == queue.Beat(stale=frozenset({gone.pk}), cancelled=frozenset({unwanted.pk}))
    assert queue.sweep().requeued == 0


def test_progress_of_many_runs_is_one_write_that_skips_stale_tokens(
    enqueue: Enqueue, django_assert_num_queries: Any
) -> None:
    for seed in range(2):
        enqueue(mlp(seed=seed))
    first, second = claim()
    point = [{"epoch": 1, "train_loss": 0.5, "validation_loss": None}]
    with django_assert_num_queries(1):
        queue.report_progress(points={(first.pk, 1): point, (second.pk, 7): point})
    assert fresh(first).progress == point
    assert fresh(second).progress == []


def test_progress_after_the_end_changes_nothing(enqueue: Enqueue) -> None:
    enqueue()
    (run,) = claim()
    finish(run)
    queue.report_progress(points={(run.pk, 1): [{"epoch": 9}]})
    assert fresh(run).progress == []


# The end ------------------------------------------------------------------------------------------------


def test_a_success_is_stored_and_announced_in_one_transaction(enqueue: Enqueue, ended: list[Any]) -> None:
    enqueue()
    (run,) = claim()
    assert finish(run)
    assert fresh(run).state == RunState.SUCCEEDED
    assert fresh(run).result.metrics == {"held_out": {"accuracy": 0.9}}
    assert "files" not in fresh(run).result.body
    assert ended == [(run.pk, RunState.SUCCEEDED, True)]


def test_a_stale_token_changes_nothing(enqueue: Enqueue, ended: list[Any]) -> None:
    enqueue()
    (frozen,) = claim()
    expire(frozen)
    queue.sweep()
    (alive,) = claim(worker="w2")
    assert alive.execution == 2
    assert not finish(frozen)
    assert fresh(alive).state == RunState.RUNNING
    assert finish(alive)
    assert not finish(alive), "a second end of the same execution"
    assert StoredResult.objects.filter(run=alive).count() == len(ended) == 1


@pytest.mark.parametrize(
    ("failure", "state"),
    [(failures.OUT_OF_MEMORY, RunState.FAILED), (failures.CANCELLED, RunState.CANCELLED)],
)
def test_a_failure_ends_the_run_without_a_result(
    enqueue: Enqueue, ended: list[Any], failure: Failure, state: RunState
) -> None:
    enqueue()
    (run,) = claim()
    assert finish(run, RunResult(failure=failure))
    assert fresh(run).state == state
    assert fresh(run).failure["next_step"]
    assert ended == [(run.pk, state, False)]


def test_a_grading_error_keeps_the_result_and_undoes_only_the_grade(enqueue: Enqueue) -> None:
    def grade_badly(run: Run, **_: Any) -> None:
        Run.objects.filter(pk=run.pk).update(worker="half a grade")
        raise ZeroDivisionError

    run_ended.connect(grade_badly)
    enqueue()
    (run,) = claim()
    try:
        assert finish(run)
    finally:
        run_ended.disconnect(grade_badly)
    assert fresh(run).state == RunState.SUCCEEDED
    assert fresh(run).worker == "w1"
    assert fresh(run).failure["code"] == "grading_failed"
    assert StoredResult.objects.filter(run=run).exists()


# Cancel -------------------------------------------------------------------------------------------------


def test_a_queued_run_is_cancelled_at_once(enqueue: Enqueue, ended: list[Any]) -> None:
    run = enqueue()
    assert queue.request_cancel(run)
    assert fresh(run).state == RunState.CANCELLED
    assert fresh(run).started_at is None
    assert ended == [(run.pk, RunState.CANCELLED, False)]
    assert claim() == []
    assert not queue.request_cancel(run)


def test_a_cancelled_run_whose_worker_dies_is_not_trained_again(enqueue: Enqueue) -> None:
    enqueue()
    (run,) = claim()
    queue.request_cancel(run)
    expire(run)
    assert queue.sweep().ended == 1
    assert fresh(run).state == RunState.CANCELLED


# Losses -------------------------------------------------------------------------------------------------


def test_the_third_lost_worker_ends_the_run_at_the_cost_of_the_platform(
    enqueue: Enqueue, ended: list[Any]
) -> None:
    enqueue()
    for _ in range(queue.MAX_LOSSES):
        (run,) = claim()
        expire(run)
        queue.sweep()
    assert fresh(run).state == RunState.FAILED
    assert (fresh(run).failure["code"], fresh(run).failure["owner"]) == ("worker_lost", "platform")
    assert ended == [(run.pk, RunState.FAILED, False)]


def test_what_a_dead_worker_held_is_queued_again_at_once_as_a_loss(enqueue: Enqueue) -> None:
    enqueue(tree(1)), enqueue(tree(2))
    (dead,) = claim(limit=1, worker="dead")
    (other,) = claim(limit=1, worker="alive")
    assert queue.lose_worker("dead") == 1
    assert (fresh(dead).state, fresh(dead).losses) == (RunState.QUEUED, 1)
    assert fresh(other).state == RunState.RUNNING
    assert not finish(dead)
    assert queue.lose_worker("dead") == 0


def test_handing_back_is_free_however_often(enqueue: Enqueue) -> None:
    run = enqueue()
    for execution in range(1, 6):
        assert claim()[0].execution == execution
        queue.hand_back(tokens={run.pk: execution})
    assert (fresh(run).state, fresh(run).losses) == (RunState.QUEUED, 0)


def test_a_stale_worker_cannot_hand_back_what_another_one_holds(enqueue: Enqueue) -> None:
    run = enqueue()
    claim()
    queue.hand_back(tokens={run.pk: 1})
    claim(worker="w2")
    queue.hand_back(tokens={run.pk: 1})
    queue.lose(tokens={run.pk: 1}, failure=failures.CHILD_CRASHED)
    assert (fresh(run).state, fresh(run).worker, fresh(run).losses) == (RunState.RUNNING, "w2", 0)


def test_sweeping_twice_does_what_sweeping_once_does(enqueue: Enqueue) -> None:
    enqueue()
    (run,) = claim()
    expire(run)
    assert queue.sweep() == queue.Swept(requeued=1)
    assert queue.sweep() == queue.Swept()
    assert fresh(run).losses == 1


def test_a_run_that_waits_too_long_is_rung_for_again_but_not_at_every_sweep(enqueue: Enqueue) -> None:
    run = enqueue()
    assert queue.sweep().rung == 0
    Run.objects.filter(pk=run.pk).update(queued_at=timezone.now() - timedelta(minutes=1))
    assert queue.sweep().rung == 1
    assert queue.sweep().rung == 0


def test_a_sweep_over_a_backlog_writes_to_one_run_of_each_queue(enqueue: Enqueue) -> None:
    for number in range(20):
        enqueue(tree(number))
    Run.objects.update(queued_at=timezone.now() - timedelta(minutes=1))
    assert queue.sweep().rung == 1
    assert Run.objects.exclude(rung_at=None).count() == 1
    claim(20)
    enqueue(tree(99))
    Run.objects.queued().update(queued_at=timezone.now() - timedelta(minutes=1))
    assert queue.sweep().rung == 1, "the one that noted it has gone"


def test_a_rolled_back_submission_leaves_no_run(enqueue: Enqueue) -> None:
    with transaction.atomic():
        enqueue()
        transaction.set_rollback(True)
    assert Run.objects.count() == 0
