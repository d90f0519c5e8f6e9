"""Counting a measure over a snapshot's postings, and keeping the answer.

Answers are kept by (measure, version, filters, snapshot): a snapshot never changes, so neither do they.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from .crowd import Crowded, room
from .keeping import kept
from .measures import MEASURES, Measure, Scene, Unavailable, get
from .models import Import, Origin, Snapshot
from .selection import EVERYTHING, Selection
from .sentences import Record
from .statistics import Figure, Measured

CACHE_SECONDS = 30 * 24 * 3600
# Pay of so many years is compared by the year.
YEARS = 3

NEEDS = {
    "usd": "pay that can be converted to US dollars a year",
    "has_words": "a text or tags",
    "year": "a date",
    "seniority": "level",
    "company_size": "company size",
    "remote": "whether it is remote",
}
COUNTED_IN = Origin.IMPORTED, Origin.GENERATED

# Rows, and the fields of a `Measured`: what the cache holds.
Counted = tuple[Sequence[Record], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Offer:
    """A measure as a snapshot gives it; `reason` says why it cannot, "" when it can."""

    measure: Measure
    reason: str = ""


def snapshots() -> list[Snapshot]:
    """The current snapshots that measures can be counted over, by origin and title."""
    return list(
        Snapshot.objects.filter(is_current=True, source__origin__in=COUNTED_IN, import_record__isnull=False)
        .select_related("source", "import_record")
        .order_by("source__origin", "source__title")
    )


def offers(snapshot: Snapshot) -> list[Offer]:
    """Every measure, with the reason where this snapshot does not have what it needs."""
    return [Offer(measure, _lacks(measure, snapshot)) for measure in MEASURES.values()]


def count(snapshot: Snapshot, name: str, selection: Selection = EVERYTHING) -> Figure:
    """A measure over a selection of a snapshot's postings; UnknownMeasure or Unavailable."""
    measure = get(name)
    if reason := _lacks(measure, snapshot) or _lacks_filter(snapshot, selection):
        raise Unavailable(reason)
    identity = json.dumps([measure.name, measure.version, selection.chosen, snapshot.sha256])
    key = f"market-{hashlib.sha256(identity.encode()).hexdigest()}"
    held = kept(key, CACHE_SECONDS, lambda: _counted(measure, snapshot, selection))
    return _figure(measure, snapshot, selection, held)


def count_ahead() -> int:
    """Count every unfiltered measure of every current snapshot that is not kept yet; how many there are.

    Whoever opens a new snapshot's overview then finds its twenty figures counted.
    """
    offered = [
        (snapshot, offer) for snapshot in snapshots() for offer in offers(snapshot) if not offer.reason
    ]
    for snapshot, offer in offered:
        with contextlib.suppress(Unavailable, Crowded):  # gone meanwhile, or readers come first
            count(snapshot, offer.measure.name)
    return len(offered)


def recount(figure: Figure) -> Figure:
    """The same figure counted again, whatever is kept; a published one as it is."""
    measure = figure.statistic
    if not isinstance(measure, Measure):
        return figure
    counted = _counted(measure, figure.snapshot, figure.selection)
    return _figure(measure, figure.snapshot, figure.selection, counted)


def _figure(measure: Measure, snapshot: Snapshot, selection: Selection, counted: Counted) -> Figure:
    rows, measured = counted
    return Figure(measure, snapshot, measure.unit, tuple(rows), selection, Measured(**measured))


def _counted(measure: Measure, snapshot: Snapshot, selection: Selection) -> Counted:
    # Ibis and DuckDB take a second and 120 MB; a figure that is kept needs neither.
    from . import backends  # noqa: PLC0415 - see above
    from .measures.queries import QUERIES  # noqa: PLC0415 - see above

    report = _report(snapshot)
    skill_ids = report.get("skill_ids", [])
    number = skill_ids.index(selection.skill) if selection.skill else None
    notes = []
    with room(), backends.opened(snapshot.sha256) as tables:
        chosen = replace(tables.selected(selection, number), is_yearly=_spans_years(report, selection))
        if measure.most and (size := chosen.units.count().to_pyarrow().as_py()) > measure.most:
            chosen = chosen.thinned(measure.most / size)
            notes.append(f"Counted over a sample of about {measure.most:,} of {size:,} postings.")
        counts = QUERIES[measure.name](chosen).to_pyarrow().to_pylist()
    scene = Scene(selection, skill_ids, data_to(report))
    finished = measure.finish(counts, scene, measure)
    measured = Measured(
        finished.n,
        len(finished.hidden),
        sum(finished.hidden),
        scene.data_to,
        notes=(*notes, *finished.notes),
    )
    return tuple(finished.rows), asdict(measured)


def data_to(report: Mapping[str, Any]) -> str:
    """The last day posted, or the last year where no month is stated, or ""."""
    last: str = report.get("last_date") or ""
    return last if report.get("units", {}).get("month") else last[:4]


def _spans_years(report: Mapping[str, Any], selection: Selection) -> bool:
    first, last = (report.get(end) or "" for end in ("first_date", "last_date"))
    return bool(first) and selection.year is None and int(last[:4]) - int(first[:4]) >= YEARS - 1


def _lacks(measure: Measure, snapshot: Snapshot) -> str:
    """Why a snapshot cannot give a measure; "" when it can."""
    report = _report(snapshot)
    if report["record_kind"] == "aggregate":
        return "This snapshot holds a series of measurements, so there are no postings to count."
    if "units" not in report:
        return "This snapshot was imported by an older version; import the file again to have its figures."
    missing = [NEEDS.get(name, name) for name in measure.needs if not report["units"].get(name)]
    return f"No posting of this snapshot states: {', '.join(missing)}." if missing else ""


def _lacks_filter(snapshot: Snapshot, selection: Selection) -> str:
    skill = selection.skill
    if skill and skill not in _report(snapshot).get("skill_ids", []):
        return f"skill={skill!r}: this snapshot was read before that skill was known; import the file again."
    return ""


def _report(snapshot: Snapshot) -> Mapping[str, Any]:
    record: Import = snapshot.import_record
    return record.report  # type: ignore[no-any-return]
