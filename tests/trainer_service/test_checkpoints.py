"""Checkpoints reach storage under a fence, a resumed run gets the newest, and none outlives its run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from tests.trainer_service import scripted_child as script
from tests.trainer_service.samples import tree
from trainer_service import checkpoints, failures, outputs, queue
from trainer_service.engine.results import checkpoint_name
from trainer_service.models import Run, RunState
from trainer_service.slot import Slot

pytestmark = pytest.mark.django_db(transaction=True)
Enqueue = Callable[..., Run]


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> Path:
    """Local folders and storage of this test's own."""
    settings.DATA_DIR = tmp_path / "worker"
    (tmp_path / "storage").mkdir()
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "storage")},
        },
    }
    return tmp_path


@pytest.fixture
def worker() -> Iterator[Slot]:
    """A slot whose child is scripted, used from the test's own thread."""
    worker = Slot(number=0, worker="w1", queues=["cpu"], command=[sys.executable, script.__file__])
    yield worker
    if worker._trainer:
        worker._trainer.stop()


def claimed(enqueue: Enqueue) -> Run:
    enqueue(tree())
    (run,) = queue.claim(worker="w1", queues=["cpu"], limit=1)
    return run


def keep(run: Run, epoch: int) -> bool:
    folder = outputs.folder(run.pk, run.execution)
    (folder / checkpoint_name(epoch)).write_text(f"{run.execution}-{epoch}")
    return checkpoints.keep(run, epoch, folder)


def stored(run: Run) -> list[str]:
    folder = Path(default_storage.location) / "checkpoints" / str(run.pk)
    return sorted(path.name for path in folder.glob("*"))


def test_only_the_latest_checkpoint_stays(enqueue: Enqueue) -> None:
    run = claimed(enqueue)
    assert keep(run, 3) and keep(run, 5)
    assert stored(run) == ["1-5.safetensors"]
    row = Run.objects.get(pk=run.pk)
    assert (row.checkpoint_key, row.checkpoint_epoch) == (f"checkpoints/{run.pk}/1-5.safetensors", 5)


def test_a_checkpoint_that_a_newer_one_has_replaced_is_passed_over(enqueue: Enqueue) -> None:
    run = claimed(enqueue)
    assert not checkpoints.keep(run, 3, outputs.folder(run.pk, run.execution))
    assert stored(run) == []


def test_a_stale_execution_never_replaces_the_checkpoint_of_a_newer_one(enqueue: Enqueue) -> None:
    stale = claimed(enqueue)
    keep(stale, 3)
    queue.lose(tokens={stale.pk: stale.execution}, failure=failures.WORKER_LOST)
    (live,) = queue.claim(worker="w2", queues=["cpu"], limit=1)
    assert keep(live, 4)
    assert not keep(stale, 90)
    assert Run.objects.get(pk=live.pk).checkpoint_epoch == 4
    assert stored(live) == ["2-4.safetensors"]


def test_the_next_execution_gets_a_copy_of_the_newest_checkpoint(enqueue: Enqueue) -> None:
    first = claimed(enqueue)
    keep(first, 3)
    queue.hand_back(tokens={first.pk: first.execution})
    (second,) = queue.claim(worker="w2", queues=["cpu"], limit=1)
    folder = outputs.folder(second.pk, second.execution)
    copy = checkpoints.bring(second, folder)
    assert copy and copy.read_text() == "1-3"
    outputs.remove(folder)
    assert not copy.exists()


def test_a_checkpoint_that_is_gone_means_starting_again(enqueue: Enqueue) -> None:
    run = claimed(enqueue)
    keep(run, 3)
    default_storage.delete(run.checkpoint_key)
    assert checkpoints.bring(run, outputs.folder(run.pk, 2)) is None


def test_a_storage_that_fails_costs_the_checkpoint_and_not_the_run(
    enqueue: Enqueue, settings: Any, folders: Path
) -> None:
    run = claimed(enqueue)
    (folders / "storage").rmdir()
    (folders / "storage").write_text("a file where a folder should be")
    assert not keep(run, 3)
    assert Run.objects.get(pk=run.pk).checkpoint_key == ""


@pytest.mark.parametrize("ends", ["finish", "cancel", "third loss"])
def test_however_a_run_ends_its_checkpoints_go(enqueue: Enqueue, ends: str) -> None:
    run = claimed(enqueue)
    keep(run, 3)
    if ends == "cancel":
        queue.hand_back(tokens={run.pk: run.execution})
        queue.request_cancel(run)
    elif ends == "finish":
        result = queue.RunResult(failure=failures.ENGINE_ERROR)
        queue.finish(run_id=run.pk, execution=run.execution, result=result, output_key="")
    else:
        Run.objects.filter(pk=run.pk).update(losses=2)
        queue.lose(tokens={run.pk: run.execution}, failure=failures.WORKER_LOST)
    assert Run.objects.get(pk=run.pk).is_terminal
    assert stored(run) == []
    assert Run.objects.get(pk=run.pk).checkpoint_key == ""


def test_a_run_whose_child_was_killed_goes_on_from_its_last_checkpoint(
    worker: Slot, enqueue: Enqueue
) -> None:
    run = enqueue(tree(script.CHECKPOINTS))
    while worker.ensure_trainer() and worker.work_once():
        pass
    run.refresh_from_db()
    assert (run.state, run.execution, run.losses) == (RunState.SUCCEEDED, 2, 1)
    with default_storage.open(f"{run.result.output_key}/epochs") as file:
        assert file.read() == b"4", "two epochs before the kill, two after it"
    assert not default_storage.exists(f"{run.result.output_key}/{checkpoint_name(4)}"), (
        "a checkpoint is no result"
    )
    assert stored(run) == []
    assert list((Path(default_storage.location).parent / "worker" / "outputs").iterdir()) == []
