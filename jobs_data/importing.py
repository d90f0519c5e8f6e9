"""Importing a file: one immutable, content-addressed snapshot with a report, or a refusal with its reason.

The folder is built aside, moved to its name in one rename, and only then gets its row: a crash leaves either
nothing or a whole snapshot. The libraries that read files are loaded when a file has to be read.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from . import descriptors, doorbell, store
from .cleaning import pay, rates
from .descriptors import Descriptor
from .models import Import, Origin, Snapshot, Source

if TYPE_CHECKING:
    from .reading import Limits

# Raise it when the same file would give other rows or tables.
RULES_VERSION = 5
PACKAGES = "duckdb pyarrow openpyxl defusedxml"


class ImportRefused(ValueError):
    """A file that is not imported; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What importing did. `snapshot` is None after a dry run; `is_new` is false when nothing changed."""

    snapshot: Snapshot | None
    is_new: bool
    report: dict[str, Any]


def _silent(rows: int, fraction: float | None) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to import and how: `source` names a descriptor, `collected` a year for rows that state none."""

    path: Path
    source: str | None = None
    collected: int | None = None
    dry_run: bool = False
    limits: Limits | None = None
    progress: Callable[[int, float | None], None] = _silent


def import_file(request: Request) -> Outcome:
    """Import a file, or find that it is imported already; ImportRefused says why it cannot be."""
    if not request.path.is_file():
        raise ImportRefused(f"{request.path} is not a file.")
    started = time.perf_counter()
    sha256 = store.sha256_of(request.path)
    if held := known(sha256, request.source, request.collected):
        if held.snapshot.withdrawn_at:
            raise ImportRefused(f"This file's snapshot was withdrawn: {held.snapshot.withdrawal_reason}")
        return Outcome(held.snapshot, False, held.report)
    with store.staging() as folder:
        descriptor, report = _built(folder, request, sha256)
        report["seconds"] = round(time.perf_counter() - started, 2)
        name = _name(descriptor, sha256, request.collected)
        report["snapshot"] = name
        report["difference"] = _difference(descriptor, folder)
        (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
        if request.dry_run:
            return Outcome(None, True, report)
        with store.publishing():
            return _keep(folder, descriptor, request, report)


def _built(folder: Path, request: Request, sha256: str) -> tuple[Descriptor, dict[str, Any]]:
    """The snapshot's tables and report, or ImportRefused."""
    # pyarrow, pandas and DuckDB take a second to load; a file that is known does not need them.
    try:
        from .reading import Refused  # noqa: PLC0415 - see above
    except ModuleNotFoundError as missing:
        raise ImportRefused(f"Importing files needs {missing.name}: pip install {PACKAGES}") from missing
    try:
        return _build(folder, request, sha256)
    except (Refused, descriptors.UnknownFormat) as refused:
        raise ImportRefused(str(refused)) from refused


def known(sha256: str, source: str | None = None, collected: int | None = None) -> Import | None:
    """The import of these bytes by the same rules, withdrawn or not; None if its tables are lost."""
    for held in Import.objects.filter(input_sha256=sha256).select_related("snapshot__source"):
        descriptor = descriptors.shipped().get(held.descriptor)
        if descriptor is None or source not in (None, descriptor.slug):
            continue
        if held.snapshot.sha256 != _name(descriptor, sha256, collected):
            continue
        if held.snapshot.withdrawn_at or store.folder(held.snapshot.sha256).exists():
            return held
    return None


def _name(descriptor: Descriptor, sha256: str, collected: int | None) -> str:
    """The snapshot's name: the same bytes read by the same rules are the same snapshot."""
    content = [descriptor.slug, sha256, descriptor.digest(), collected, RULES_VERSION]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _build(folder: Path, request: Request, sha256: str) -> tuple[Descriptor, dict[str, Any]]:
    """Every file of the snapshot but the report, and what the report says."""
    from . import bridging, intake, series, shaping, units  # noqa: PLC0415 - pyarrow and DuckDB, see above
    from .postings import words  # noqa: PLC0415 - DuckDB, see above
    from .reading import Refused, open_table  # noqa: PLC0415 - see above

    table = open_table(request.path, request.limits)
    descriptor = descriptors.choose(table.columns, request.source)
    mapped = descriptor.mapping(table.columns)
    taken = intake.take_in(table, folder, frozenset({mapped.get("text", "")}), request.progress)
    if not taken.rows:
        raise Refused("The file has a header and no rows that can be read.")
    shaper = (
        series.SeriesShaper(folder, descriptor, table.columns)
        if descriptor.series
        else shaping.Shaper(folder, descriptor, table, request.collected)
    )
    try:
        counts = shaper.shape()
        intake.write_quarantine(folder, shaper.quarantined())
    finally:
        shaper.close()
    if descriptor.series is None:
        counts |= bridging.write_skills(folder, mapped) | {"units": units.write(folder)}
        counts["search"] = words.write(folder, mapped, settings.SEARCH_ROWS)
    table.notes += counts.pop("conventions", [])
    counts["quarantine"] = {**taken.reasons, **counts["quarantine"]}
    report = {
        "file": {"name": request.path.name, "bytes": request.path.stat().st_size, "sha256": sha256},
        "format": table.format,
        "source": descriptor.slug,
        "record_kind": descriptor.record_kind,
        "columns": dict(mapped),
        "columns_only_kept_raw": [one for one in table.columns if one not in mapped.values()],
        "read": taken.rows + taken.rejected,
        "quarantined": sum(counts["quarantine"].values()),
        "redacted": taken.redacted,
        "notes": table.notes,
        "periods_per_year": pay.PERIODS_PER_YEAR,
        "fx_series": rates.SERIES,
        "known_defects": list(descriptor.known_defects),
    } | counts
    report["equal_rows"] = report["accepted"] - report["different_rows"]
    report["files"] = store.hashes(folder)
    _check_conservation(report)
    return descriptor, report


def _check_conservation(report: dict[str, Any]) -> None:
    """Nothing is dropped silently; a report that does not add up is a fault of ours and stops the import."""
    total = report["accepted"] + report["quarantined"] + report["merged"]
    if report["read"] != total:
        raise RuntimeError(f"{report['read']} rows were read, but {total} are accounted for")


def _difference(descriptor: Descriptor, folder: Path) -> dict[str, Any]:
    """How the new rows differ from the source's current snapshot; empty when there is none."""
    from . import differences  # noqa: PLC0415 - DuckDB, see above

    current = Snapshot.objects.filter(source__slug=descriptor.slug, is_current=True).first()
    if current is None or not store.folder(current.sha256).exists():
        return {}
    found = differences.compare(store.folder(current.sha256), folder)
    return {"from_snapshot": current.sha256} | found if found else {}


def _keep(folder: Path, descriptor: Descriptor, request: Request, report: dict[str, Any]) -> Outcome:
    """Move the folder to its name, then write its rows in one transaction."""
    held = Import.objects.filter(snapshot__sha256=report["snapshot"]).select_related("snapshot").first()
    store.publish(folder, report["snapshot"])
    if held is not None:
        # Its folder was lost, or another import was faster: the row stands.
        return Outcome(held.snapshot, False, held.report)
    with transaction.atomic():
        snapshot = _record(descriptor, request, report)
        doorbell.ring(doorbell.FIGURES)
    return Outcome(snapshot, True, report)


def _record(descriptor: Descriptor, request: Request, report: dict[str, Any]) -> Snapshot:
    source, _ = Source.objects.update_or_create(
        slug=descriptor.slug,
        defaults={
            "title": descriptor.title,
            "origin": Origin(descriptor.origin),
            "citation": descriptor.citation,
            "licence": descriptor.licence,
        },
    )
    source.snapshots.filter(is_current=True).update(is_current=False)
    snapshot = Snapshot.objects.create(
        source=source, sha256=report["snapshot"], rows=report["accepted"], is_current=True
    )
    Import.objects.create(
        snapshot=snapshot,
        input_name=request.path.name[:255],
        input_sha256=report["file"]["sha256"],
        descriptor=descriptor.slug,
        report=report,
        **{name: report[name] for name in ("read", "accepted", "quarantined", "merged")},
    )
    return snapshot
