"""The supervisor keeps its threads working, or leaves so that nothing is held without a heartbeat."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from tests.trainer_service import scripted_child as script
from tests.trainer_service.samples import tree
from trainer_service import queue, worker
from trainer_service.models import Run, RunState, Worker, WorkerState
from trainer_service.slot import Slot
from trainer_service.worker import Supervisor

pytestmark = pytest.mark.django_db(transaction=True)
Enqueue = Callable[..., Run]


@pytest.fixture
def supervisor(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    """A supervisor of one scripted trainer, quick in everything; not started."""
    settings.DATA_DIR = tmp_path
    settings.TRAINERS = 1
    settings.LEASE_SECONDS = 2
    settings.HEARTBEAT_SECONDS = settings.SWEEP_SECONDS = settings.PULL_SECONDS = 0.1
    monkeypatch.setattr(worker, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(worker, "COMMAND", (sys.executable, script.__file__))
    supervisor = Supervisor(name="w1", queues=["cpu"])
    yield supervisor
    supervisor.stop()


def wait_until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20.0
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def has_ended(run: Run, state: RunState) -> Callable[[], bool]:
    return lambda: Run.objects.filter(pk=run.pk, state=state).exists()


def test_a_worker_reports_itself_warm_and_later_stopped(supervisor: Supervisor) -> None:
    supervisor.start()
    wait_until(lambda: Worker.objects.filter(name="w1", state=WorkerState.WARM, device="script").exists())
    row = Worker.objects.get()
    assert (row.queues, row.trainers, row.pid) == (["cpu"], 1, os.getpid())
    assert row.warm_at is not None
    supervisor.stop()
    assert Worker.objects.get().state == WorkerState.STOPPED


def test_live_curves_and_cancellations_pass_between_run_and_child(
    supervisor: Supervisor, enqueue: Enqueue
) -> None:
    run = enqueue(tree(script.HANG))
    supervisor.start()
    wait_until(lambda: Run.objects.get(pk=run.pk).progress)
    assert queue.request_cancel(run)
    wait_until(has_ended(run, RunState.CANCELLED))


def test_a_lease_is_renewed_for_as_long_as_the_run_takes(supervisor: Supervisor, enqueue: Enqueue) -> None:
    run = enqueue(tree(script.HANG), time_limit_seconds=4.0)
    supervisor.start()
    wait_until(has_ended(run, RunState.FAILED))
    run.refresh_from_db()
    assert (run.execution, run.losses, run.failure["code"]) == (1, 0, "time_limit")


def test_a_database_that_is_away_for_a_moment_stops_no_thread(
    supervisor: Supervisor, enqueue: Enqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, refusals = queue.finish, iter(range(2))

    def away_at_first(**arguments: Any) -> bool:
        if next(refusals, None) is not None:
            raise OperationalError("server closed the connection unexpectedly")
        return finish(**arguments)

    monkeypatch.setattr(queue, "finish", away_at_first)
    run = enqueue()
    supervisor.start()
    wait_until(has_ended(run, RunState.SUCCEEDED))
    assert Run.objects.get(pk=run.pk).execution == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_slot_that_dies_of_a_bug_is_replaced_and_its_run_comes_back(
    supervisor: Supervisor, enqueue: Enqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow, bugs = Slot._follow, iter(range(1))

    def buggy(self: Slot, *arguments: Any) -> None:
        if next(bugs, None) is not None:
            raise KeyError("a bug")
        follow(self, *arguments)

    monkeypatch.setattr(Slot, "_follow", buggy)
    run = enqueue()
    supervisor.start()
    wait_until(has_ended(run, RunState.SUCCEEDED))
    run.refresh_from_db()
    assert (run.execution, run.losses) == (2, 1)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_whose_pacemaker_dies_of_a_bug_leaves(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    signals: list[tuple[int, int]] = []
    monkeypatch.setattr(worker.os, "kill", lambda *sent: signals.append(sent))

    def buggy() -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(queue, "sweep", buggy)
    supervisor.start()
    wait_until(lambda: signals)
    assert signals == [(os.getpid(), signal.SIGTERM)]


def test_curves_that_cannot_be_stored_cost_no_lease(
    supervisor: Supervisor, enqueue: Enqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(queue, "report_progress", refuse)
    run = enqueue(tree(script.HANG))
    supervisor.start()
    wait_until(has_ended(run, RunState.RUNNING))
    time.sleep(3.0)  # the lease is 2 s
    run.refresh_from_db()
    assert (run.state, run.execution, run.losses) == (RunState.RUNNING, 1, 0)


def test_a_heartbeat_that_failed_is_tried_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    unstarted = Supervisor(name="w1", queues=["cpu"])
    beats: list[bool] = []

    def beat(**_: Any) -> queue.Beat:
        beats.append(len(beats) == 1)
        if len(beats) == 1:
            raise OperationalError("away for a moment")
        return queue.Beat()

    monkeypatch.setattr(queue, "heartbeat", beat)
    for _ in range(4):
        unstarted._survive_database(unstarted._attend_runs)
    assert beats == [False, True], "again after the failure, then not before it is due"


@pytest.mark.parametrize(
    ("queues", "device"), [(["gpu"], "cuda:0"), (["cpu"], "cpu"), (["cpu", "gpu"], "cpu")]
)
def test_the_trainers_of_a_gpu_share_its_memory(settings: Any, queues: list[str], device: str) -> None:
    settings.TRAINERS, settings.GPU_MEMORY_FRACTION = 2, 0.8
    command = worker._child_command(queues)
    assert command[command.index("--device") + 1] == device
    assert command[command.index("--gpu-memory-fraction") + 1] == "0.4"
