"""Where the bulky parts of a result lie: a local folder while the run trains, then Django's default storage.

Folder and key carry the execution number: an overtaken execution never writes over what the run's row names.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

LEFTOVER_SECONDS = 24 * 3600


def folder(run_id: int, execution: int) -> Path:
    """Make and return the empty local folder of one execution; OSError when the disk does not allow it."""
    path = _root() / f"{run_id}-{execution}"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def store(run_id: int, execution: int, path: Path) -> str:
    """Copy the files in `path` to storage and return their key, "" for no files; OSError when it fails."""
    key = f"runs/{run_id}/{execution}"
    files = sorted(file for file in path.rglob("*") if file.is_file())
    for file in files:
        name = f"{key}/{file.relative_to(path).as_posix()}"
        default_storage.delete(name)  # else storage would choose another name
        with file.open("rb") as content:
            default_storage.save(name, File(content))
    return key if files else ""


def forget(key: str, path: Path) -> None:
    """Delete from storage what `store` put there from `path`: its run is another execution's now."""
    for file in path.rglob("*"):
        if key and file.is_file():
            default_storage.delete(f"{key}/{file.relative_to(path).as_posix()}")


def remove(path: Path) -> None:
    """Delete a local folder, if it is there."""
    shutil.rmtree(path, ignore_errors=True)


def remove_leftovers() -> None:
    """Delete local folders that a killed worker left behind more than a day ago."""
    for path in _root().glob("*-*"):
        if time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
            remove(path)


def _root() -> Path:
    return Path(settings.DATA_DIR) / "outputs"
