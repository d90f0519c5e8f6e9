"""Where the bulky parts of a result lie: a local folder while the run trains, then Django's default storage.

Folder and key carry the execution number: an overtaken execution never writes over what the run's row names.
"""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from trainer_service import storage
from trainer_service.engine.results import CHECKPOINT

LEFTOVER_SECONDS = 24 * 3600


def folder(run_id: int, execution: int) -> Path:
    """Make and return the empty local folder of one execution; OSError when the disk does not allow it."""
    path = _root() / f"{run_id}-{execution}"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def resume_file(path: Path) -> Path:
    """Where the checkpoint lies from which the execution with folder `path` goes on: beside the folder."""
    return path.with_name(f"{path.name}.resume")


def store(run_id: int, execution: int, path: Path) -> str:
    """Copy the files in `path` to storage; return their key, "" for no files.

    StorageError when it fails; what was stored by then is deleted as far as the storage allows.
    """
    key = f"runs/{run_id}/{execution}"
    files = _results(path)
    try:
        for file in files:
            storage.save(f"{key}/{file.relative_to(path).as_posix()}", file)
    except storage.StorageError:
        with suppress(storage.StorageError):
            forget(key, path)
        raise
    return key if files else ""


def forget(key: str, path: Path) -> None:
    """Delete from storage what `store` put there from `path`: its run is another execution's now."""
    if key:
        for file in _results(path):
            storage.delete(f"{key}/{file.relative_to(path).as_posix()}")


def remove(path: Path) -> None:
    """Delete a local folder, if it is there, and the checkpoint that lay beside it."""
    shutil.rmtree(path, ignore_errors=True)
    resume_file(path).unlink(missing_ok=True)


def remove_leftovers() -> None:
    """Delete local folders that a killed worker left behind more than a day ago."""
    for path in _root().glob("*-*"):
        with suppress(FileNotFoundError):  # another worker cleans up too
            # Both times are this machine's own: its folder, its clock.
            if time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
                remove(path) if path.is_dir() else path.unlink()


def _results(path: Path) -> list[Path]:
    """What a run leaves; a checkpoint in the same folder is no result."""
    return sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith(CHECKPOINT))


def _root() -> Path:
    return Path(settings.DATA_DIR) / "outputs"
