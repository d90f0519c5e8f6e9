"""Whatever kind of error a storage raises, the rest of the platform knows one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import Storage, default_storage

from trainer_service import outputs, storage


class BucketError(Exception):
    """An error that only this backend knows."""


class BrokenBucket(Storage):
    """A storage in a bad mood."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise BucketError("no such bucket")

    _open = _save = delete = exists = listdir = _refuse


@pytest.fixture
def broken(settings: Any) -> None:
    """The default storage is broken."""
    backend = f"{__name__}.{BrokenBucket.__name__}"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "weights").write_bytes(b"numbers")
    return tmp_path / "weights"


@pytest.mark.parametrize(
    "action",
    [
        lambda path: storage.save("a/b", path),
        lambda path: storage.fetch("a/b", path),
        lambda path: storage.delete("a/b"),
        lambda path: storage.delete_folder("a"),
        lambda path: outputs.store(1, 1, path.parent),
    ],
)
@pytest.mark.usefixtures("broken")
def test_every_error_of_a_backend_is_a_storage_error(action: Callable[[Path], Any], file: Path) -> None:
    with pytest.raises(storage.StorageError, match="BucketError"):
        action(file)


def test_what_is_saved_can_be_fetched_replaced_and_deleted(file: Path, tmp_path: Path) -> None:
    storage.save("t/1/weights", file)
    file.write_bytes(b"better numbers")
    storage.save("t/1/weights", file)
    storage.fetch("t/1/weights", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"better numbers"
    storage.delete_folder("t/1")
    assert not default_storage.exists("t/1/weights")
    storage.delete_folder("t/1")
    with pytest.raises(storage.StorageError):
        storage.fetch("t/1/weights", tmp_path / "copy")
