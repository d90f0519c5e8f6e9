"""Django's default storage, with one kind of error: the only module that names files there.

Whatever stands behind it (a folder, a bucket), its failures are the platform's. Storage backends raise errors
of their own libraries, of which nothing else here knows.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage


class StorageError(Exception):
    """The storage did not do what it was asked to."""


def save(name: str, path: Path) -> None:
    """Copy the file `path` to storage as `name`, in place of what was there."""
    with _one_kind_of_error(f"{name} could not be stored"), path.open("rb") as content:
        default_storage.delete(name)  # else storage would choose another name
        default_storage.save(name, File(content))


def fetch(name: str, path: Path) -> None:
    """Copy `name` from storage to the file `path`."""
    with (
        _one_kind_of_error(f"{name} could not be fetched"),
        default_storage.open(name) as stored,
        path.open("wb") as file,
    ):
        shutil.copyfileobj(stored, file)


def delete(name: str) -> None:
    """Delete one file, if it is there."""
    with _one_kind_of_error(f"{name} could not be deleted"):
        default_storage.delete(name)


def delete_folder(name: str) -> None:
    """Delete the files right in the folder `name`, and the folder where storage has such a thing."""
    with _one_kind_of_error(f"{name} could not be deleted"):
        try:
            _, files = default_storage.listdir(name)
        except FileNotFoundError:
            return
        for file in files:
            default_storage.delete(f"{name}/{file}")
        default_storage.delete(name)


@contextmanager
def _one_kind_of_error(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the boundary: every backend has errors of its own
        raise StorageError(f"{what}: {type(error).__name__}: {error}") from error
