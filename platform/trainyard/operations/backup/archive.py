"""The tar file: `database`, `files/…`, `signing.pem`, and `manifest.json`: version, counts and hashes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from courses.certificates import keys
from trainyard import __version__
from trainyard.operations.backup import databases
from trainyard.operations.backup.problems import BackupError

FORMAT = 1
DATABASE, FILES, MANIFEST, SIGNING_KEY = "database", "files/", "manifest.json", "signing.pem"
CHUNK_BYTES = 1024**2


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: rows by table, and the SHA-256 of every member of the archive."""

    format: int
    version: str
    created_at: str
    vendor: str
    migrations: list[str]
    counts: dict[str, int]
    sha256: dict[str, str]

    @property
    def file_names(self) -> list[str]:
        """Names in storage."""
        return [name.removeprefix(FILES) for name in self.sha256 if name.startswith(FILES)]


def write(path: Path) -> Manifest:
    """Write a backup to `path`, complete or not at all, readable by its owner only.

    The database is copied first: files are written before the rows that name them, so none is missing.
    """
    if path.exists():
        raise BackupError(f"{path} exists already; name another file.")
    handle, partial = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.absolute().parent)
    try:
        with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
            manifest = _fill(archive, path.absolute().parent)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise
    return manifest


def _fill(archive: tarfile.TarFile, beside: Path) -> Manifest:
    hashes: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=beside) as folder:
        copy = Path(folder) / DATABASE
        counts = databases.dump(copy)
        with copy.open("rb") as file:
            hashes[DATABASE] = _add(archive, DATABASE, file, copy.stat().st_size)
    for name in stored_files():
        try:
            with default_storage.open(name) as file:
                hashes[FILES + name] = _add(archive, FILES + name, file, default_storage.size(name))
        except FileNotFoundError:
            continue  # an overtaken execution's files, removed meanwhile: no row names them
    if keys.path().exists():
        with keys.path().open("rb") as file:
            hashes[SIGNING_KEY] = _add(archive, SIGNING_KEY, file, keys.path().stat().st_size)
    manifest = Manifest(
        format=FORMAT,
        version=__version__,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        vendor=connection.vendor,
        migrations=sorted(".".join(key) for key in MigrationLoader(connection).applied_migrations),
        counts=counts,
        sha256=hashes,
    )
    body = json.dumps(asdict(manifest), indent=1).encode()
    _add(archive, MANIFEST, io.BytesIO(body), len(body))
    return manifest


def _add(archive: tarfile.TarFile, name: str, file: IO[bytes] | File[bytes], size: int) -> str:
    reader = _Hashing(file)
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    archive.addfile(member, reader)
    return reader.digest.hexdigest()


class _Hashing:
    """Hashes what is read through it."""

    def __init__(self, file: IO[bytes] | File[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        chunk = self._file.read(size)
        self.digest.update(chunk)
        return chunk


def stored_files(folder: str = "") -> Iterator[str]:
    """Every name in storage below `folder`."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in sorted(names))
    for name in sorted(folders):
        yield from stored_files(prefix + name)


def read(archive: tarfile.TarFile) -> Manifest:
    """The manifest, once every member was found to have its hash."""
    try:
        raw = json.load(_member(archive, MANIFEST))
        manifest = Manifest(**raw)
    except (KeyError, ValueError, TypeError) as error:
        raise BackupError(f"This is no backup of Trainyard: its {MANIFEST} is missing or damaged.") from error
    if manifest.format != FORMAT:
        raise BackupError(f"The backup has format {manifest.format}; this version reads format {FORMAT}.")
    for name, wanted in manifest.sha256.items():
        try:
            found = sha256(_member(archive, name))
        except KeyError:
            raise BackupError(f"The backup is damaged: {name} is missing.") from None
        if found != wanted:
            raise BackupError(f"The backup is damaged: {name} does not have its SHA-256.")
    return manifest


def extract_database(archive: tarfile.TarFile, path: Path) -> None:
    """Write the copy of the database to `path`."""
    with path.open("wb") as file:
        shutil.copyfileobj(_member(archive, DATABASE), file, CHUNK_BYTES)


def extract_files(archive: tarfile.TarFile, manifest: Manifest) -> None:
    """Put every stored file in its place, over one of the same name."""
    for name in manifest.file_names:
        if default_storage.exists(name):
            default_storage.delete(name)
        default_storage.save(name, File(_member(archive, FILES + name), name=name))


def extract_key(archive: tarfile.TarFile, manifest: Manifest) -> None:
    """Put the signing key in its place, unless this machine has one: of two keys the one here goes on."""
    if SIGNING_KEY in manifest.sha256:
        keys.put(_member(archive, SIGNING_KEY).read())


def sha256(file: IO[bytes] | File[bytes]) -> str:
    """The SHA-256 of all that is left in `file`, in hexadecimal."""
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(CHUNK_BYTES), b""):
        digest.update(chunk)
    return digest.hexdigest()


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    file = archive.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file
