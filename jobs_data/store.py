"""Where imported snapshots lie: `market/<sha256>/` in the data folder, made whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

STAGING_PREFIX = ".staging-"
ABANDONED_SECONDS = 24 * 3600
BLOCK = 1024 * 1024


def root() -> Path:
    """The folder of all snapshots."""
    folder = Path(settings.DATA_DIR) / "market"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def folder(sha256: str) -> Path:
    """The folder of one snapshot."""
    return root() / sha256


def uploads() -> Path:
    """The folder of files that wait to be imported, one folder for each."""
    folder = root() / ".uploads"
    folder.mkdir(exist_ok=True)
    return folder


@contextlib.contextmanager
def staging() -> Iterator[Path]:
    """A folder to build a snapshot in, on the same disk; what is left in it afterwards is removed."""
    _sweep()
    built = Path(tempfile.mkdtemp(prefix=STAGING_PREFIX, dir=root()))
    try:
        yield built
    finally:
        shutil.rmtree(built, ignore_errors=True)


@contextlib.contextmanager
def publishing() -> Iterator[None]:
    """Hold the lock under which folders get their names and rows; a killed holder lets go of it."""
    with (root() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def publish(built: Path, sha256: str) -> Path:
    """Move a finished folder to its name: one rename, so that no half of a snapshot can be seen."""
    target = folder(sha256)
    for path in built.iterdir():
        _flush(path)
    if target.exists():
        # Left by an import that died before its row was written: the same content, made again.
        shutil.rmtree(target)
    built.rename(target)
    _flush(root())
    return target


def remove(sha256: str) -> None:
    """Delete a snapshot's folder."""
    shutil.rmtree(folder(sha256), ignore_errors=True)


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def hashes(folder: Path) -> dict[str, str]:
    """The hash of each table in a snapshot's folder, by file name: what figures rest on."""
    return {path.name: sha256_of(path) for path in sorted(folder.glob("*.parquet"))}


def _flush(path: Path) -> None:
    """Ask the disk to have it before the rename says that it is there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep() -> None:
    """Remove staging folders that a killed import left a day ago or longer."""
    for left in root().glob(f"{STAGING_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
