"""A counted figure as a table: label, value with its interval, n, warnings, and whence the number comes.

Built from the columns that a measure declares, so that a new measure needs nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import whys
from .measures import LOW
from .presentation import Cell
from .selection import FIELDS, said
from .sentences import Record
from .statistics import Column, Figure

ORDERS = {
    "given": "as counted",
    "-value": "largest first",
    "value": "smallest first",
    "label": "by name",
    "-n": "most postings first",
}
MOST_ROWS = 40
INTERVAL = ("low", "high")


@dataclass(frozen=True, slots=True)
class Row:
    """One group: its name, its cells, its warnings, and the address that shows its postings."""

    label: str
    cells: list[Cell]
    notes: tuple[str, ...]
    is_low: bool
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """What the table shows: `total` rows there are, of which `rows` are shown."""

    label: str
    columns: list[Column]
    rows: list[Row]
    total: int


def table(figure: Figure, order: str = "given", most: int | None = MOST_ROWS) -> Table:
    """The figure's rows in one of ORDERS (anything else reads as given), at most `most` of them."""
    columns = _columns(figure)
    digits = {column.name: _digits(figure.rows, column.name) for column in columns}
    ordered = _ordered(figure.rows, order)
    rows = [_row(figure, row, columns, digits) for row in (ordered if most is None else ordered[:most])]
    return Table(figure.statistic.dimension, columns, rows, len(ordered))


def _columns(figure: Figure) -> list[Column]:
    """Those that say something of their own in at least one row; the interval is one column."""
    groups = {column.name for column in getattr(figure.statistic, "dimensions", ())}
    hidden = {"label", "note", "high", *groups}
    stated = {column.name for column in figure.statistic.columns if _is_stated(figure, column.name)}
    held = [one for one in figure.statistic.columns if one.name in stated - hidden]
    return [Column("low", "95 % interval", is_number=True) if one.name == "low" else one for one in held]


def _is_stated(figure: Figure, name: str) -> bool:
    return any(row.get(name) not in (None, "") for row in figure.rows)


def _row(figure: Figure, row: Record, columns: Sequence[Column], digits: Mapping[str, int]) -> Row:
    n = row["n"]
    notes = tuple(filter(None, str(row.get("note") or "").split("; ")))
    cells = [_cell(row, column, digits[column.name]) for column in columns]
    return Row(str(row["label"]), cells, notes, isinstance(n, int) and n < LOW, whys.address(figure, row))


def _cell(row: Record, column: Column, digits: int) -> Cell:
    value = row[column.name]
    if value is None:
        return Cell("–", column.is_number, is_missing=True)
    if column.name == "low" and row["high"] is not None:
        return Cell(f"{_said(value, digits)} to {_said(row['high'], digits)}", True, is_missing=False)
    text = said(column.name, value) if column.name in FIELDS else _said(value, digits)
    return Cell(text, column.is_number, is_missing=False)


def _said(value: str | int | float, digits: int) -> str:
    return value if isinstance(value, str) else f"{value:,.{digits}f}"


def _digits(rows: Sequence[Record], name: str) -> int:
    """How many decimals a column needs, so that its points stand below each other; 2 at most."""
    names = INTERVAL if name == "low" else (name,)
    floats = [value for row in rows for one in names if isinstance(value := row.get(one), float)]
    return max((len(f"{value:.2f}".rstrip("0").partition(".")[2]) for value in floats), default=0)


def _ordered(rows: Sequence[Record], order: str) -> list[Record]:
    name = order.removeprefix("-")
    if order not in ORDERS or order == "given":
        return list(rows)
    if name == "label":
        return sorted(rows, key=lambda row: str(row["label"]).casefold())
    return sorted(rows, key=lambda row: _sortable(row, name), reverse=order.startswith("-"))


def _sortable(row: Mapping[str, object], name: str) -> float:
    value = row[name]
    return float(value) if isinstance(value, int | float) else float("-inf")
