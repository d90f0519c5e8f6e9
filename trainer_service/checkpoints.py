"""Checkpoints of running runs: from a trainer's folder to storage, and to the worker that goes on.

The key carries run, execution and epoch, and the run's row says which one counts; a checkpoint that the row
does not name is nobody's and goes when its run ends. Checkpoints are a kindness: whatever fails here costs
only time, so it is logged and the run goes on or starts again.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

from trainer_service import outputs, storage
from trainer_service.engine.results import checkpoint_name
from trainer_service.models import Run

logger = logging.getLogger(__name__)


def bring(run: Run, folder: Path) -> Path | None:
    """A local copy, in `folder`, of where `run` goes on; None: from its beginning."""
    if not run.checkpoint_key:
        return None
    path = outputs.resume_file(folder)
    try:
        storage.fetch(run.checkpoint_key, path)
    except storage.StorageError as error:
        logger.warning("run %s starts from its beginning: %s", run.pk, error)
        return None
    logger.info("run %s resumes after epoch %s", run.pk, run.checkpoint_epoch)
    return path


def keep(run: Run, epoch: int, folder: Path) -> bool:
    """Store the checkpoint that lies in `folder` and note it on the run; False: not stored, or overtaken.

    `run` is as claimed; on success it names the new checkpoint.
    """
    path = folder / checkpoint_name(epoch)
    if not path.exists():  # the trainer was faster than storage, and its next one is there
        return False
    key, before = f"{_folder(run.pk)}/{run.execution}-{epoch}.safetensors", run.checkpoint_key
    try:
        storage.save(key, path)
        if not _record(run, key, epoch):
            storage.delete(key)
            return False
        run.checkpoint_key, run.checkpoint_epoch = key, epoch
        if before and before != key:
            storage.delete(before)
    except storage.StorageError as error:
        logger.warning("run %s has no checkpoint of epoch %s: %s", run.pk, epoch, error)
        _drop_unnamed(run, key)
        return False
    return True


def forget(run_id: int) -> None:
    """Delete all checkpoints of a run that has ended."""
    try:
        storage.delete_folder(_folder(run_id))
    except storage.StorageError as error:
        logger.warning("the checkpoints of run %s stay in storage: %s", run_id, error)


def _drop_unnamed(run: Run, key: str) -> None:
    """Delete what a failed write may have left of a checkpoint that the row does not name."""
    if run.checkpoint_key != key:
        with suppress(storage.StorageError):
            storage.delete(key)


def _record(run: Run, key: str, epoch: int) -> bool:
    """Name the checkpoint on the run's row; False: the execution was overtaken, or the run has ended."""
    held = Run.objects.running().filter(pk=run.pk, execution=run.execution)
    return bool(held.update(checkpoint_key=key, checkpoint_epoch=epoch))


def _folder(run_id: int) -> str:
    return f"checkpoints/{run_id}"
