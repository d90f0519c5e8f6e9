"""A figure's rows made ready for reading: cells of a table in a chosen order, and small bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .sentences import Record, number, tenths
from .statistics import ChartKind, Column, Figure

ORDERS = {
    "published": "as published",
    "-value": "largest first",
    "value": "smallest first",
    "label": "by name",
}
SMALL_ROWS = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `is_missing` for what the source does not state."""

    text: str
    is_number: bool
    is_missing: bool


@dataclass(frozen=True, slots=True)
class Table:
    """What the table of a figure shows."""

    columns: tuple[Column, ...]
    rows: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class SmallBar:
    """One line of a small multiple; `length` is 0-100 percent of the longest."""

    label: str
    shown: str
    length: float


def table(figure: Figure, order: str = "published") -> Table:
    """The figure's rows in one of ORDERS (anything else reads as published), less what headings say."""
    # The unit stands in the heading; years are the labels already, or nothing is known of them.
    hidden = {"unit", "year"} if figure.statistic.dimension == "Year" or not figure.years else {"unit"}
    columns = tuple(column for column in figure.statistic.columns if column.name not in hidden)
    rows = [[_cell(row, column) for column in columns] for row in _ordered(figure.rows, order)]
    return Table(columns, rows)


def small_bars(figure: Figure) -> list[SmallBar]:
    """The first rows of a figure of numbers, of counts over time the newest; none for listings."""
    if figure.statistic.chart is ChartKind.RANGES:
        return []
    rows = [row for row in _small_rows(figure) if row["value"] is not None]
    # Where every difference is nought there is no longest bar.
    longest = max((abs(_value(row)) for row in figure.rows if row["value"] is not None), default=0) or 1
    return [
        SmallBar(str(row["label"]), shown(figure, row), round(100 * abs(_value(row)) / longest, 1))
        for row in rows
    ]


def _small_rows(figure: Figure) -> Sequence[Record]:
    """One line over time ends with its newest periods; of several lines, each stands where it ended.

    An index is 100 there in every line: of it, the first line.
    """
    if not figure.measured or not all("period" in row for row in figure.rows):
        return figure.rows[:SMALL_ROWS]
    newest = max(str(row["period"]) for row in figure.rows)
    ends = [row for row in figure.rows if row["period"] == newest]
    if len({row["value"] for row in ends}) > 1:
        return ends[:SMALL_ROWS]
    return [row for row in figure.rows if row.get("line") == figure.rows[0].get("line")][-SMALL_ROWS:]


def shown(figure: Figure, row: Record) -> str:
    """A row's value as it is read: 42%, +70%, $95,000 or 324; what was counted has a tenth, if any."""
    value = row["value"]
    if value is None:
        return "–"
    if figure.statistic.chart is ChartKind.CHANGES:
        return f"{_value(row):+.1f}%" if figure.measured else f"{_value(row):+g}%"
    if figure.unit.startswith("percent"):
        return tenths(value) if figure.measured else f"{number(value)}%"
    if figure.measured and isinstance(value, float):
        return f"{value:,.1f}"
    return f"${number(value)}" if figure.unit.startswith("USD") else number(value)


def _ordered(rows: Sequence[Record], order: str) -> list[Record]:
    if order == "label":
        return sorted(rows, key=lambda row: str(row["label"]).casefold())
    if order in ("value", "-value"):
        return sorted(rows, key=_value, reverse=order == "-value")
    return list(rows)


def _cell(row: Record, column: Column) -> Cell:
    value = row[column.name]
    if value is None:
        return Cell("not stated", is_number=False, is_missing=True)
    is_text = isinstance(value, str) or column.name == "year"
    return Cell(str(value) if is_text else number(value), column.is_number, is_missing=False)


def _value(row: Record) -> float:
    value = row["value"]
    assert isinstance(value, int | float)
    return value
