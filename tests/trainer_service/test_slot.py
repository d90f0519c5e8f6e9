"""A slot sees every claimed run to an honest end, whatever its training child does."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError

from tests.trainer_service import scripted_child as script
from tests.trainer_service.samples import mlp, tree
from trainer_service import outputs, queue, slot, trainer
from trainer_service.models import Run, RunState
from trainer_service.queue import Beat
from trainer_service.slot import Slot

pytestmark = pytest.mark.django_db
Enqueue = Callable[..., Run]


@pytest.fixture
def worker(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slot]:
    """A slot whose child is scripted, used from the test's own thread."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(slot, "DROP_SECONDS", 0.3)
    worker = Slot(number=0, worker="w1", queues=["cpu"], command=[sys.executable, script.__file__])
    assert worker.ensure_trainer()
    yield worker
    if worker._trainer:
        worker._trainer.stop()


def work(worker: Slot) -> None:
    """Claim and train until nothing waits."""
    while worker.ensure_trainer() and worker.work_once():
        pass


def ended(run: Run) -> tuple[str, str | None]:
    fresh = Run.objects.get(pk=run.pk)
    return fresh.state, fresh.failure and fresh.failure["code"]


def meanwhile(worker: Slot, mark: Callable[[list[int]], Beat], after: float = 0.3) -> threading.Thread:
    """Tell the job under way, as the pacemaker would, what a beat said about its runs."""

    def tell() -> None:
        while worker.job is None:
            time.sleep(0.01)
        time.sleep(after)
        worker.job.mark(mark(list(worker.job.tokens())))

    thread = threading.Thread(target=tell)
    thread.start()
    return thread


def test_a_run_succeeds_with_its_outputs_in_storage_and_nothing_left_behind(
    worker: Slot, enqueue: Enqueue, tmp_path: Path
) -> None:
    run = enqueue(tree())
    work(worker)
    assert ended(run) == (RunState.SUCCEEDED, None)
    run.refresh_from_db()
    assert run.result.output_key == f"runs/{run.pk}/1"
    with default_storage.open(f"{run.result.output_key}/predictions.safetensors") as stored:
        assert stored.read() == b"numbers"
    assert list((tmp_path / "outputs").iterdir()) == []


def test_mates_train_in_one_job(worker: Slot, enqueue: Enqueue) -> None:
    runs = [enqueue(mlp(seed=seed)) for seed in range(3)]
    assert worker.work_once()
    assert {ended(run) for run in runs} == {(RunState.SUCCEEDED, None)}


def test_a_child_that_dies_is_tried_three_times_and_then_the_platform_is_to_blame(
    worker: Slot, enqueue: Enqueue
) -> None:
    run, next_one = enqueue(tree(script.DIE)), enqueue(tree())
    work(worker)
    assert ended(run) == (RunState.FAILED, "child_crashed")
    assert Run.objects.get(pk=run.pk).execution == 3
    assert ended(next_one) == (RunState.SUCCEEDED, None)


def test_a_poisonous_run_does_not_take_its_mates_with_it(worker: Slot, enqueue: Enqueue) -> None:
    mates = [enqueue(mlp(seed=1)), enqueue(mlp(seed=2))]
    poisonous = enqueue(mlp(seed=script.DIE))
    work(worker)
    assert {ended(run) for run in mates} == {(RunState.SUCCEEDED, None)}
    assert ended(poisonous) == (RunState.FAILED, "child_crashed")


@pytest.mark.parametrize(
    ("seed", "code"),
    [
        (script.OOM_KILL, "out_of_memory"),
        (script.GARBAGE, "child_crashed"),
        (script.NAN, "child_crashed"),
        (script.ERROR, "engine_error"),
        (script.MISCOUNT, "engine_error"),
        (script.DEVICE, "device_failed"),
        (script.ALARM, "time_limit"),
    ],
)
def test_a_child_that_breaks_the_protocol_or_is_killed_fails_the_run_as_the_platforms(
    worker: Slot, enqueue: Enqueue, seed: int, code: str
) -> None:
    run = enqueue(tree(seed))
    work(worker)
    assert ended(run) == (RunState.FAILED, code)
    assert Run.objects.get(pk=run.pk).failure["owner"] == "platform"


def test_a_run_past_its_time_is_ended_and_its_child_replaced(worker: Slot, enqueue: Enqueue) -> None:
    run, next_one = enqueue(tree(script.HANG), time_limit_seconds=0.3), enqueue(tree())
    work(worker)
    assert ended(run) == (RunState.FAILED, "time_limit")
    assert ended(next_one) == (RunState.SUCCEEDED, None)


def test_a_run_over_its_memory_is_ended_before_it_hurts_others(worker: Slot, enqueue: Enqueue) -> None:
    run = enqueue(tree(script.HOG), memory_limit_bytes=50 * 1024**2)
    work(worker)
    assert ended(run) == (RunState.FAILED, "out_of_memory")
    failure = Run.objects.get(pk=run.pk).failure
    assert re.fullmatch(r"The run needs at least \d+ MB; its limit is 53 MB\.", failure["message"])
    assert "fewer levels" in failure["next_step"]


def test_a_device_that_failed_costs_its_child_and_the_next_run_gets_another(
    worker: Slot, enqueue: Enqueue
) -> None:
    enqueue(tree(script.DEVICE))
    next_one = enqueue(tree())
    before = worker._trainer and worker._trainer.pid
    work(worker)
    assert ended(next_one) == (RunState.SUCCEEDED, None)
    assert worker._trainer and worker._trainer.pid != before


def test_a_cancelled_single_run_ends_though_its_fit_does_not_listen(worker: Slot, enqueue: Enqueue) -> None:
    run = enqueue(tree(script.HANG))
    pid = worker._trainer.pid if worker._trainer else 0
    teller = meanwhile(worker, lambda held: Beat(cancelled=frozenset(held)))
    work(worker)
    teller.join()
    assert ended(run) == (RunState.CANCELLED, "cancelled")
    assert not psutil.pid_exists(pid)


def test_cancelling_one_row_of_a_stack_lets_its_mates_finish(worker: Slot, enqueue: Enqueue) -> None:
    runs = [enqueue(mlp(seed=1)), enqueue(mlp(seed=script.DROPPABLE))]
    trainer = worker._trainer
    teller = meanwhile(worker, lambda held: Beat(cancelled=frozenset(held[:1])))
    work(worker)
    teller.join()
    assert [ended(run)[0] for run in runs] == [RunState.CANCELLED, RunState.SUCCEEDED]
    assert worker._trainer is trainer, "the trainer stayed warm"


def test_a_stale_run_is_dropped_and_nothing_is_written_for_it(worker: Slot, enqueue: Enqueue) -> None:
    run = enqueue(tree(script.HANG))
    teller = meanwhile(worker, lambda held: Beat(stale=frozenset(held)))
    assert worker.work_once()
    teller.join()
    assert ended(run) == (RunState.RUNNING, None)


def test_stopping_hands_back_what_is_held_free_of_charge(worker: Slot, enqueue: Enqueue) -> None:
    run = enqueue(tree(script.HANG))
    threading.Timer(0.3, worker.ask_to_stop).start()
    worker.work_once()
    run.refresh_from_db()
    assert (run.state, run.losses, run.lease_until) == (RunState.QUEUED, 0, None)


def test_a_late_result_of_a_frozen_worker_is_refused_and_its_files_removed(
    worker: Slot, enqueue: Enqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = enqueue(tree())
    store = outputs.store

    def overtaken(run_id: int, execution: int, path: Path) -> str:
        Run.objects.filter(pk=run_id).update(execution=execution + 1)
        return store(run_id, execution, path)

    monkeypatch.setattr(outputs, "store", overtaken)
    worker.work_once()
    assert ended(run) == (RunState.RUNNING, None)
    assert not default_storage.exists(f"runs/{run.pk}/1/predictions.safetensors")


def test_a_full_disk_ends_the_run_as_the_platforms_failure(
    worker: Slot, enqueue: Enqueue, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "file"
    settings.DATA_DIR.write_text("a file where a folder should be")
    run = enqueue(tree())
    work(worker)
    assert ended(run) == (RunState.FAILED, "storage_failed")


def test_a_trainer_that_cannot_start_takes_no_runs() -> None:
    broken = Slot(
        number=0, worker="w1", queues=["cpu"], command=[sys.executable, "-c", "raise SystemExit(3)"]
    )
    broken._pause = 0.01
    assert not broken.ensure_trainer()
    assert broken.profile is None


def test_progress_reaches_the_pacemaker_as_whole_curves(worker: Slot, enqueue: Enqueue) -> None:
    enqueue(tree(script.HANG), time_limit_seconds=1.0)
    seen: list[Any] = []

    def take() -> None:
        while worker.job is None or not (points := worker.job.take_points()):
            time.sleep(0.01)
        seen.append(points)

    thread = threading.Thread(target=take)
    thread.start()
    worker.work_once()
    thread.join()
    ((token, curve),) = seen[0].items()
    assert token[1] == 1
    assert curve == [{"epoch": 1, "train_loss": 0.5, "validation_loss": 0.6}]


def test_the_queue_and_the_child_are_apart(worker: Slot) -> None:
    """The child leads its own process group: a Ctrl-C in the terminal reaches the worker alone."""
    assert worker._trainer is not None
    assert os.getpgid(worker._trainer.pid) == worker._trainer.pid != os.getpgid(0)
    assert queue.claim(worker="w1", queues=["cpu"], limit=1) == []


def test_a_commit_whose_answer_was_lost_keeps_the_files_that_its_result_names(
    worker: Slot, enqueue: Enqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks after the commit: the second try finds the run ended, by nobody but itself."""
    run, real, tried = enqueue(tree()), queue.finish, []

    def finish(**end: Any) -> bool:
        is_ours = real(**end)
        tried.append(is_ours)
        if len(tried) == 1:
            raise OperationalError("server closed the connection unexpectedly")
        return is_ours

    monkeypatch.setattr(queue, "finish", finish)
    monkeypatch.setattr(slot.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(slot.connection, "close", lambda: None)  # it holds the transaction of this test
    assert worker.work_once()
    assert tried == [True, False]
    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert default_storage.exists(f"{run.result.output_key}/predictions.safetensors")


def test_what_earlier_jobs_left_in_memory_is_not_the_next_ones(
    worker: Slot, enqueue: Enqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = enqueue(tree(), memory_limit_bytes=100 * 2**20)
    assert worker._trainer
    held = worker._idle_memory + 400 * 2**20
    monkeypatch.setattr(worker._trainer, "memory_bytes", lambda: held)
    work(worker)
    assert ended(run) == (RunState.SUCCEEDED, None)


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux tells them")
def test_a_process_that_cannot_be_started_is_tried_again_later_and_leaks_nothing() -> None:
    worker = Slot(number=0, worker="w1", queues=["cpu"], command=["/no/such/program"])
    worker._stopping.wait = lambda timeout=None: False  # type: ignore[method-assign]
    before = open_files()
    assert [worker.ensure_trainer() for _ in range(3)] == [False] * 3
    assert worker._pause == 8.0
    assert open_files() == before


def test_a_line_without_end_does_not_fill_the_workers_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "LONGEST_LINE", 1000)
    endless = "import os, sys\nwhile True: os.write(int(sys.argv[2]), b'0' * 600)"
    child = trainer.Trainer([sys.executable, "-c", endless])
    assert child.receive(10.0) == {"kind": trainer.GARBLED}
    assert child.stop() != 0
