"""The page of operations says what the tables say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from trainer_service import failures, queue
from trainer_service.models import Run, Worker, WorkerState
from trainyard.operations import conservation, overview

pytestmark = pytest.mark.django_db


def worker(
    name: str = "w1", *, seconds_ago: float = 1, state: str = WorkerState.WARM, queues=("cpu",)
) -> None:
    Worker.objects.create(
        name=name, host="h", pid=1, state=state, queues=list(queues), device="Test Device", trainers=3
    )
    Worker.objects.filter(name=name).update(last_seen_at=Now() - timedelta(seconds=seconds_ago))


def test_a_fresh_site_has_an_empty_cpu_queue() -> None:
    (line,) = overview.look().queues
    assert (line.name, line.waiting, line.running, line.oldest_seconds, line.waits) == (
        "cpu",
        0,
        0,
        None,
        None,
    )


def test_waiting_and_running_runs_are_counted_and_the_oldest_timed(accept) -> None:
    accept(1), accept(2), accept(3)
    queue.claim(worker="w1", queues=["cpu"], limit=1)
    Run.objects.queued().filter(pk=Run.objects.queued().first().pk).update(
        queued_at=Now() - timedelta(seconds=90)
    )
    (line,) = overview.look().queues
    assert (line.waiting, line.running) == (2, 1)
    assert 89 < line.oldest_seconds < 100


def test_runs_that_nobody_serves_are_called_stranded(accept) -> None:
    worker(queues=["cpu"])
    Run.objects.filter(pk=accept().pk).update(queue="gpu")
    lines = {line.name: line for line in overview.look().queues}
    assert lines["gpu"].is_stranded and not lines["cpu"].is_stranded


@pytest.mark.parametrize(
    ("state", "seconds_ago", "shown"),
    [
        (WorkerState.WARM, 1, "warm"),
        (WorkerState.WARM, 600, "silent"),
        (WorkerState.STARTING, 1, "starting"),
        (WorkerState.STOPPED, 600, "stopped"),
    ],
)
def test_a_worker_that_stopped_beating_is_silent_whatever_it_said_last(state, seconds_ago, shown) -> None:
    worker(state=state, seconds_ago=seconds_ago)
    (line,) = overview.look().workers
    assert line.state == shown
    assert seconds_ago - 1 < line.silent_seconds < seconds_ago + 10


def test_failures_of_the_last_day_are_counted_by_owner_and_code(end) -> None:
    end(failures.TIME_LIMIT), end(failures.TIME_LIMIT), end(failures.CANCELLED)
    old = end(failures.ENGINE_ERROR)
    Run.objects.filter(pk=old.pk).update(finished_at=Now() - timedelta(days=2))
    counted = [(line.owner, line.code, line.count) for line in overview.look().failures]
    assert counted == [("platform", "time_limit", 2), ("learner", "cancelled", 1)]


def test_losses_and_ended_leases_are_shown(accept) -> None:
    run = accept()
    for _ in range(2):
        (held,) = queue.claim(worker="w", queues=["cpu"], limit=1)
        queue.lose(tokens={held.pk: held.execution}, failure=failures.WORKER_LOST)
    queue.claim(worker="w", queues=["cpu"], limit=1)
    Run.objects.update(lease_until=Now() - timedelta(seconds=5))
    site = overview.look()
    assert (site.losses, site.past_lease, [lost.pk for lost in site.lost_runs]) == (2, 1, [run.pk])


def test_a_missing_or_late_check_is_said() -> None:
    assert overview.look().is_check_late
    check = conservation.check()
    assert not overview.look().is_check_late
    type(check).objects.update(checked_at=Now() - timedelta(minutes=10))
    assert overview.look().is_check_late


def test_the_number_of_queries_does_not_grow_with_runs(end, django_assert_max_num_queries) -> None:
    for seed in range(8):
        end(failures.TIME_LIMIT if seed % 2 else None, seed)
    with django_assert_max_num_queries(14):
        overview.look()


# The page -----------------------------------------------------------------------------------------------


def test_an_operator_sees_queues_workers_and_the_conservation(signed_in, operator, end) -> None:
    worker()
    end(failures.TIME_LIMIT)
    conservation.check()
    page = signed_in(operator).get("/operations/")
    text = page.content.decode()
    assert page.status_code == 200
    for words in ("Test Device", "time_limit", "the sum holds", "warm", "by the database’s clock"):
        assert words in text
    assert "Nobody trains" not in text


def test_without_workers_the_page_says_so_with_a_remedy(signed_in, operator) -> None:
    text = signed_in(operator).get("/operations/").content.decode()
    assert "Nobody trains" in text and "celery -A trainyard worker" in text


def test_a_vanished_run_is_told_loudly(signed_in, operator, accept) -> None:
    accept()
    conservation.check()
    Run.objects.all().delete()
    conservation.check()
    assert (
        "Accepted runs that vanished since the last check: 1"
        in signed_in(operator).get("/operations/").content.decode()
    )


def test_nobody_else_learns_that_there_is_such_a_page(client, signed_in, learner, instructor) -> None:
    assert client.get("/operations/").status_code == 404
    assert signed_in(learner).get("/operations/").status_code == 404
    assert signed_in(instructor).get("/operations/").status_code == 404


def test_only_operators_find_it_in_the_navigation(signed_in, operator, learner) -> None:
    assert 'href="/operations/"' in signed_in(operator).get("/").content.decode()
    assert 'href="/operations/"' not in signed_in(learner).get("/").content.decode()
