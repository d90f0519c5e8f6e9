"""What imported snapshots say, for their pages: where the rows came from, what became of them, and figures.

Imported data and generated demo data stand beside the published figures, each apart, and never mix.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import counting
from .models import Import, Origin, Snapshot
from .sentences import number
from .statistics import Figure, Measured

MOST_ROWS = 40


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


def current(origin: Origin = Origin.IMPORTED) -> list[Import]:
    """The imports of that origin which are current, by source."""
    return list(
        Import.objects.filter(snapshot__is_current=True, snapshot__source__origin=origin)
        .select_related("snapshot__source")
        .order_by("snapshot__source__title")
    )


def find(short_hash: str) -> Import:
    """The import whose snapshot's hash starts so, withdrawn or not; or Import.DoesNotExist."""
    return Import.objects.select_related("snapshot__source").get(snapshot__sha256__startswith=short_hash)


def tables(snapshot: Snapshot) -> list[Table]:
    """Every statistic that a snapshot of postings has; NoFigures where there can be none."""
    offered = counting.offers(snapshot)
    held = [offer.measure.name for offer in offered if not offer.reason]
    if not held:
        raise NoFigures(offered[0].reason)
    return [_table(counting.count(snapshot, name)) for name in held]


def _table(figure: Figure) -> Table:
    measured = figure.measured or Measured(0)
    columns = [column for column in figure.statistic.columns if column.name != "note"]
    columns = [column for column in columns if any(row[column.name] is not None for row in figure.rows)]
    shown = figure.rows[-MOST_ROWS:] if figure.statistic.name == "openings" else figure.rows[:MOST_ROWS]
    notes = []
    if len(figure.rows) > len(shown):
        notes.append(f"{len(shown)} of {len(figure.rows)} rows are shown")
    if measured.hidden_cells:
        few = f"{measured.hidden_cells} groups of fewer than 10 postings are hidden"
        notes.append(f"{few} ({measured.hidden_n:,} in all)")
    return Table(
        figure.statistic.title,
        tuple((column.title, column.is_number) for column in columns),
        tuple(tuple((_text(row[column.name]), column.is_number) for column in columns) for row in shown),
        measured.n,
        "; ".join(notes),
    )


def _text(value: str | int | float | None) -> str:
    if value is None:
        return "not stated"
    return value if isinstance(value, str) else number(value)
