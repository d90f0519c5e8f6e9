"""Restore: refuse what would lose something, put everything back, and prove that it is back."""

from __future__ import annotations

import json
import tarfile
import tempfile
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import F

from courses import grading
from courses.models import GradeEvent, GradeKind
from trainer_service.engine import spec as specs
from trainyard.operations import health
from trainyard.operations.backup import archive, databases
from trainyard.operations.backup.archive import Manifest
from trainyard.operations.backup.problems import BackupError
from trainyard.operations.health import Finding


def restore(path: Path, *, force: bool = False) -> Manifest:
    """Put database and files of the backup at `path` in place of what is there.

    Raises `BackupError`, with nothing changed, for a damaged backup, one of another kind of database or of a
    newer version, for a site at work, and, without `force`, for a database with people or runs in it.
    """
    try:
        opened = tarfile.open(path)  # noqa: SIM115 - closed by the `with` below
    except (OSError, tarfile.TarError) as error:
        raise BackupError(f"{path} cannot be read as a backup: {error}") from error
    with opened as backup:
        manifest = archive.read(backup)
        _refuse_unfit(manifest)
        _refuse_loss(force=force)
        with tempfile.TemporaryDirectory(prefix="trainyard-restore-") as folder:
            copy = Path(folder) / archive.DATABASE
            archive.extract_database(backup, copy)
            databases.load(copy)
        archive.extract_files(backup, manifest)
        archive.extract_key(backup, manifest)
    return manifest


def _refuse_unfit(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise BackupError(
            f"The backup is of {manifest.vendor}, but DATABASE_URL names {connection.vendor}; "
            "name a database of the same kind."
        )
    known = {".".join(key) for key in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    if unknown := sorted(set(manifest.migrations) - known):
        raise BackupError(
            f"The backup was made by version {manifest.version} and has {len(unknown)} migrations that this "
            f"version does not know, such as {unknown[0]}; install that version or a newer one."
        )


def _refuse_loss(*, force: bool) -> None:
    if databases.is_empty():
        return
    if not force:
        raise BackupError(
            "The database has people or runs in it. Name an empty one by DATABASE_URL or TRAINYARD_DATA_DIR, "
            "or replace this one by --force."
        )
    if health.workers().is_well:
        raise BackupError("A worker is at work on this database; stop the site first.")


# Proof --------------------------------------------------------------------------------------------------


def verify(manifest: Manifest) -> list[Finding]:
    """Compare rows and files with the manifest, and grade one stored run again."""
    return [_counts(manifest), _files(manifest), regrade_one()]


def _counts(manifest: Manifest) -> Finding:
    found = databases.count()
    tables = sorted(manifest.counts.keys() | found.keys())
    wrong = [
        f"{table}: {manifest.counts.get(table, 0)} in the backup, {found.get(table, 0)} here"
        for table in tables
        if manifest.counts.get(table, 0) != found.get(table, 0)
    ]
    remedy = "Was the site running meanwhile? Stop it and restore again."
    detail = "; ".join(wrong) or f"{sum(found.values())} rows in {len(manifest.counts)} tables"
    return Finding("rows", not wrong, detail, remedy)


def _files(manifest: Manifest) -> Finding:
    wrong = [name for name in manifest.file_names if not _is_intact(name, manifest)]
    detail = f"{len(wrong)} of {len(manifest.file_names)} differ, such as {wrong[0]}" if wrong else ""
    return Finding(
        "files", not wrong, detail or f"{len(manifest.file_names)} with their SHA-256", "Restore again."
    )


def _is_intact(name: str, manifest: Manifest) -> bool:
    if not default_storage.exists(name):
        return False
    with default_storage.open(name) as file:
        return archive.sha256(file) == manifest.sha256[archive.FILES + name]


def regrade_one() -> Finding:
    """Grade the latest automatically graded run again, by the same rubric, from its stored result."""
    same_rubric = GradeEvent.objects.filter(
        kind=GradeKind.AUTOMATIC, exercise_digest=F("submission__exercise__digest")
    )
    event = same_rubric.select_related("submission__exercise", "submission__run__result").last()
    if event is None:
        return Finding("grade", True, "no graded run to grade again")
    run, definition = event.submission.run, event.submission.exercise.parsed
    verdict = grading.grade(
        definition.rubric, run.result.body, rows=grading.rows_by_part(specs.parse(run.spec))
    )
    before = (event.points, event.max_points, event.passed, event.criteria)
    criteria = json.loads(json.dumps(verdict.criteria_as_dicts()))
    is_same = before == (verdict.points, verdict.max_points, verdict.passed, criteria)
    detail = f"run {run.pk}: {verdict.points:g} of {verdict.max_points:g} points, {event.points:g} before"
    return Finding("grade", is_same, detail, "The stored result or the rubric is not what it was: keep both.")
