"""Making a file of all that the site knows of a person: a ZIP of JSON, one file for each kind of row."""

from __future__ import annotations

import json
import tempfile
import zipfile
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from jobs_data import doorbell

from .models import Export, ExportState
from .registry import ABOUT, HOLDINGS, Holding

if TYPE_CHECKING:
    from trainyard.accounts.models import User

TASK = "trainyard.privacy.tasks.work_on_exports"
KEPT_DAYS = 7
LEASE = timedelta(minutes=15)
MOST_TRIES = 3
CHUNK = 200
PERSON_HIDDEN = ("password",)


def ask(user: User) -> Export:
    """The export that is under way for the person, or a new one."""
    moving = Export.objects.filter(user=user, state__in=(ExportState.WAITING, ExportState.WORKING))
    if earlier := moving.first():
        return earlier
    try:
        with transaction.atomic():
            made = Export.objects.create(user=user)
    except IntegrityError:  # asked twice at once
        return moving.get()
    doorbell.ring(TASK)
    return made


def work() -> int:
    """Make the exports that wait, send back those of dead workers, delete old ones; how many were made."""
    sweep()
    made = 0
    while export := _claim():
        _make(export)
        made += 1
    return made


def sweep() -> None:
    """Send exports of dead workers back, or give up after the third; delete files whose time is over."""
    lost = Export.objects.filter(state=ExportState.WORKING, lease_ends_at__lt=timezone.now())
    lost.filter(execution__gte=MOST_TRIES).update(state=ExportState.FAILED, lease_ends_at=None)
    lost.update(state=ExportState.WAITING, lease_ends_at=None)
    for export in Export.objects.filter(state=ExportState.READY, expires_at__lt=timezone.now()):
        default_storage.delete(export.file_name)
        Export.objects.filter(pk=export.pk, state=ExportState.READY).update(state=ExportState.EXPIRED)


def _claim() -> Export | None:
    for export in Export.objects.filter(state=ExportState.WAITING).order_by("asked_at"):
        waiting = Export.objects.filter(pk=export.pk, state=ExportState.WAITING)
        lease = timezone.now() + LEASE
        if waiting.update(state=ExportState.WORKING, execution=F("execution") + 1, lease_ends_at=lease):
            export.refresh_from_db()
            return export
    return None


def _make(export: Export) -> None:
    with tempfile.TemporaryFile() as file:
        write(export.user, file)
        size = file.tell()
        file.seek(0)
        name = default_storage.save(export.file_name, File(file))
    ours = Export.objects.filter(pk=export.pk, state=ExportState.WORKING, execution=export.execution)
    expires = timezone.now() + timedelta(days=KEPT_DAYS)
    changes: dict[str, Any] = {"state": ExportState.READY, "size": size, "expires_at": expires}
    if name != export.file_name or not ours.update(lease_ends_at=None, **changes):
        default_storage.delete(name)  # another worker has it, or the person is gone


def write(user: User, file: IO[bytes]) -> None:
    """Write the person's data to `file` as a ZIP; a README in it says what is where."""
    told = [f"The data of {user.email} at this site, as of {timezone.now():%Y-%m-%d %H:%M} UTC.", ""]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("person.json", json.dumps(_person(user), cls=DjangoJSONEncoder, indent=1))
        told.append("person.json: your account")
        for holding in (*HOLDINGS, *ABOUT):
            if holding.title:
                name = file_name(holding)
                count = _write_rows(archive, name, holding, user)
                told.append(f"{name}: {holding.title} ({count})")
        archive.writestr("README.txt", "\n".join(told) + "\n")


def file_name(holding: Holding) -> str:
    """The file that holds these rows."""
    return f"{holding.model.replace('.', '-')}-{holding.column.replace('__', '-')}.json".lower()


def _person(user: User) -> dict[str, Any]:
    fields = type(user)._meta.concrete_fields
    return {field.name: getattr(user, field.attname) for field in fields if field.name not in PERSON_HIDDEN}


def _write_rows(archive: zipfile.ZipFile, name: str, holding: Holding, user: User) -> int:
    """Write rows as they come: a person may have thousands, each with a curve."""
    count = 0
    with archive.open(name, "w") as out:
        out.write(b"[")
        for row in holding.values(user).iterator(chunk_size=CHUNK):
            out.write((b",\n" if count else b"\n") + json.dumps(row, cls=DjangoJSONEncoder).encode())
            count += 1
        out.write(b"\n]\n")
    return count
