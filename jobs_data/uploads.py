"""Uploads: files that staff send to be imported, as rows that a worker of the queue `site` carries on.

            check again (staff)
        ┌──────────┴───────────┐
        ▼                      │
    received ─► checking ─► checked ─► confirmed ─► importing ─► imported
        │   ▲      │  │      (staff)       ▲           │  │
        │   └─lost─┘  └──► refused         └───lost────┘  └──► refused
        └─────► discarded (staff; also checked and refused, and what nobody decided on for a week)

Every change is one conditional update. The row is the truth and its database the only clock: a message only
says "look", and beat says so too. A worker's writes name its `execution`, so one whose lease ended changes
nothing. The import itself is named by its content: done twice, it is done once.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone

from . import doorbell, importing, store
from .models import Upload, UploadState

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

logger = logging.getLogger(__name__)

LEASE_SECONDS = 60.0
BEAT_SECONDS = 15.0
TELL_SECONDS = 1.0
MOST_LOSSES = 3
MOST_NAME_BYTES = 200
DECIDE_WITHIN = timedelta(days=7)
LOST = (
    "Reading this file broke off three times, so it is not tried again. The worker's log says why; a part of "
    "the file, or `trainyard jobs import` on the machine, shows where."
)


class LeaseLost(Exception):
    """Another worker has this upload now; whatever we find is not written."""


# A person's side ----------------------------------------------------------------------------------------


def receive(
    *, file: UploadedFile[Any], by: AbstractBaseUser, source: str = "", collected: int | None = None
) -> Upload:
    """Keep the file and ask for a worker to check it."""
    key = uuid.uuid4()
    name = _kept_name(file.name or "file")
    folder = _folder(key)
    folder.mkdir(parents=True)
    with (folder / name).open("wb") as kept:
        _copy(file, kept)
    upload = Upload.objects.create(
        key=key, sent_by_id=by.pk, name=name, size=file.size or 0, source=source, collected=collected
    )
    doorbell.ring()
    return upload


def check_again(upload: Upload, *, source: str, collected: int | None) -> bool:
    """Have a worker check the file again, perhaps as another source; False: it is not open to decision."""
    changed = _decide(upload, UploadState.RECEIVED, source=source, collected=collected, report={}, message="")
    if changed:
        doorbell.ring()
    return changed


def confirm(upload: Upload) -> bool:
    """Have a worker import a checked file; False: it is not checked, or no longer."""
    changed = Upload.objects.filter(pk=upload.pk, state=UploadState.CHECKED).update(
        state=UploadState.CONFIRMED, changed_at=Now(), losses=0
    )
    if changed:
        doorbell.ring()
    return bool(changed)


def discard(upload: Upload) -> bool:
    """Delete the file and import nothing; False: a worker has it, or it is imported."""
    is_changed = _decide(upload, UploadState.DISCARDED)
    if is_changed:
        _remove_file(upload)
    return is_changed


def _decide(upload: Upload, state: UploadState, **changes: Any) -> bool:
    open_ones = Upload.objects.open_to_decision().filter(pk=upload.pk)
    return bool(open_ones.update(state=state, changed_at=Now(), losses=0, **changes))


# A worker's side ----------------------------------------------------------------------------------------


def work() -> int:
    """Check and import what waits, one after the other; returns how many it took up."""
    sweep()
    taken = 0
    while upload := claim():
        taken += 1
        try:
            _carry_on(upload)
        finally:
            if _ours(upload).exists():
                # Something broke, and nobody need wait for the end of the lease.
                _lose(upload)
    return taken


@transaction.atomic
def claim() -> Upload | None:
    """The oldest waiting upload whose file is on this machine, leased; None while another is being read.

    One at a time: reading a large file takes a core and up to a gigabyte, and the queue has other work.
    """
    if Upload.objects.held().exists():
        return None
    for upload in Upload.objects.waiting():
        if not path_of(upload).exists():
            continue
        changed = Upload.objects.filter(pk=upload.pk, state=upload.state).update(
            state=Upload.objects.all().WORK[upload.state],
            execution=F("execution") + 1,
            lease_ends_at=_in_seconds(LEASE_SECONDS),
            changed_at=Now(),
            rows=0,
            fraction=None,
        )
        if changed:
            upload.refresh_from_db()
            return upload
    return None


def sweep() -> int:
    """Send uploads of dead workers back, and discard what nobody decided on; harmless at any time."""
    lost = list(Upload.objects.held().filter(lease_ends_at__lt=Now()))
    for upload in lost:
        _lose(upload)
    _discard_forgotten()
    return len(lost)


def _carry_on(upload: Upload) -> None:
    """Check or import one claimed upload, renewing its lease meanwhile."""
    is_dry = upload.state == UploadState.CHECKING
    request = importing.Request(
        path_of(upload), upload.source or None, upload.collected, is_dry, progress=_Progress(upload)
    )
    try:
        with _lease_kept(upload):
            outcome = importing.import_file(request)
    except importing.ImportRefused as refused:
        _finish(upload, state=UploadState.REFUSED, message=str(refused))
    except LeaseLost:
        logger.warning("upload %s: the lease ended, another worker goes on", upload.pk)
    else:
        if is_dry:
            _finish(upload, state=UploadState.CHECKED, report=outcome.report, message=_known(outcome))
        elif _finish(
            upload, state=UploadState.IMPORTED, report=outcome.report, snapshot_id=_snapshot_id(outcome)
        ):
            _remove_file(upload)


def _known(outcome: importing.Outcome) -> str:
    return "" if outcome.is_new else "This file is imported already: importing it again changes nothing."


def _snapshot_id(outcome: importing.Outcome) -> int:
    assert outcome.snapshot is not None, "an import that was not dry has a snapshot"
    return outcome.snapshot.pk


class _Progress:
    """Writes how far the reading is, once a second at most; LeaseLost when the lease is another's."""

    def __init__(self, upload: Upload) -> None:
        self._upload, self._told = upload, 0.0

    def __call__(self, rows: int, fraction: float | None) -> None:
        if time.monotonic() - self._told < TELL_SECONDS:
            return
        self._told = time.monotonic()
        if not _ours(self._upload).update(rows=rows, fraction=fraction):
            raise LeaseLost


@contextmanager
def _lease_kept(upload: Upload) -> Iterator[None]:
    """Renew the lease from a thread: shaping a large file says nothing for minutes."""
    is_over = threading.Event()

    def renew() -> None:
        while not is_over.wait(BEAT_SECONDS):
            _ours(upload).update(lease_ends_at=_in_seconds(LEASE_SECONDS))
        connection.close()

    thread = threading.Thread(target=renew, name=f"upload-{upload.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _finish(upload: Upload, **changes: Any) -> bool:
    return bool(_ours(upload).update(lease_ends_at=None, changed_at=Now(), **changes))


def _ours(upload: Upload) -> Any:
    """The row, if it is still this execution's."""
    return Upload.objects.held().filter(pk=upload.pk, execution=upload.execution)


def _lose(upload: Upload) -> None:
    """A worker died with it: back to where it came from, or refused after the third time."""
    before = {held: waiting for waiting, held in Upload.objects.all().WORK.items()}[upload.state]
    changes: dict[str, Any] = {"state": before}
    if upload.losses + 1 >= MOST_LOSSES:
        changes = {"state": UploadState.REFUSED, "message": LOST}
    if _finish(upload, losses=F("losses") + 1, **changes):
        logger.warning("upload %s lost its worker (loss %s)", upload.pk, upload.losses + 1)


def _discard_forgotten() -> None:
    """Files that nobody decided on in time, and folders whose row was never written."""
    before = timezone.now() - DECIDE_WITHIN
    for upload in Upload.objects.open_to_decision().filter(changed_at__lt=before):
        discard(upload)
    for folder in store.uploads().iterdir():
        is_old = folder.stat().st_mtime < before.timestamp()
        if is_old and not Upload.objects.filter(key=folder.name).exists():
            shutil.rmtree(folder, ignore_errors=True)


# Files --------------------------------------------------------------------------------------------------


def _kept_name(name: str) -> str:
    """A file's name as far as a file system takes it, its end first: that says what is in it."""
    return Path(name).name.encode()[-MOST_NAME_BYTES:].decode(errors="ignore")


def path_of(upload: Upload) -> Path:
    """Where the upload's file lies on this machine."""
    return _folder(upload.key) / upload.name


def _folder(key: uuid.UUID) -> Path:
    return store.uploads() / str(key)


def _remove_file(upload: Upload) -> None:
    shutil.rmtree(_folder(upload.key), ignore_errors=True)


def _copy(file: UploadedFile[Any], kept: IO[bytes]) -> None:
    for chunk in file.chunks(store.BLOCK):
        kept.write(chunk)


def _in_seconds(seconds: float) -> Combinable:
    """So many seconds from now, by the database's clock."""
    span = Value(timedelta(seconds=seconds), output_field=DurationField())
    return ExpressionWrapper(Now() + span, output_field=DateTimeField())
