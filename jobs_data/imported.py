"""What imported snapshots say, for their pages: where the rows came from, what became of them, and figures.

Imported data stands beside the published figures, on pages of its own, and is never mixed with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import store
from .cleaning import places, titles
from .models import Import, Origin, Snapshot

if TYPE_CHECKING:
    from .measures import Measure

MOST_ROWS = 40
TITLES = {
    "countries": "Postings by country",
    "openings": "Postings over time",
    "salaries": "Pay by position, level and country",
}
HEADERS = {
    "country": "Country",
    "n": "n",
    "share": "Share (%)",
    "period": "Month or year",
    "position": "Position",
    "seniority": "Level",
    "p10": "10 % are below",
    "low": "95 % from",
    "median": "Median",
    "high": "95 % to",
    "p90": "10 % are above",
}
WORDS = ("country", "period", "position", "seniority")


class NoFigures(LookupError):
    """The snapshot has no figures here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """A statistic ready to be shown: header cells and rows of text, and what is not shown."""

    title: str
    header: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[tuple[str, bool], ...], ...]
    n: int
    left_out: str


def current() -> list[Import]:
    """The imports that are current, by source."""
    return list(
        Import.objects.filter(snapshot__is_current=True, snapshot__source__origin=Origin.IMPORTED)
        .select_related("snapshot__source")
        .order_by("snapshot__source__title")
    )


def find(short_hash: str) -> Import:
    """The import whose snapshot's hash starts so, withdrawn or not; or Import.DoesNotExist."""
    return Import.objects.select_related("snapshot__source").get(snapshot__sha256__startswith=short_hash)


def tables(snapshot: Snapshot) -> list[Table]:
    """Every statistic of an imported snapshot of postings; NoFigures where there can be none."""
    if not (store.folder(snapshot.sha256) / "postings.parquet").exists():
        raise NoFigures("This snapshot holds a series of measurements, so there are no postings to count.")
    try:
        from . import measures  # noqa: PLC0415 - Ibis and DuckDB take a second; only these pages need them
    except ModuleNotFoundError as missing:
        raise NoFigures(f"Figures need {missing.name}: pip install 'ibis-framework[duckdb]'") from missing
    return [_table(measures.measure(snapshot.sha256, name)) for name in measures.MEASURES]


def _table(measure: Measure) -> Table:
    columns = list(measure.rows[0]) if measure.rows else []
    shown = measure.rows[-MOST_ROWS:] if measure.name == "openings" else measure.rows[:MOST_ROWS]
    notes = []
    if len(measure.rows) > len(shown):
        notes.append(f"{len(shown)} of {len(measure.rows)} rows are shown")
    if measure.hidden_cells:
        few = f"{measure.hidden_cells} groups of fewer than 10 postings are hidden"
        notes.append(f"{few} ({measure.hidden_n:,} in all)")
    return Table(
        TITLES[measure.name],
        tuple((HEADERS[column], column not in WORDS) for column in columns),
        tuple(
            tuple((_text(column, row[column]), column not in WORDS) for column in columns) for row in shown
        ),
        measure.n,
        "; ".join(notes),
    )


def _text(column: str, value: str | int | float | None) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, float):
        return f"{value:.1f}" if column == "share" else f"{value:,.0f}"
    if isinstance(value, int):
        return f"{value:,}"
    if column == "country":
        return places.names().get(value, value)
    return titles.positions()[value].title if column == "position" else value
