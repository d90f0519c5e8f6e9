"""A counted figure as a table: label, value with its interval, n, warnings, and whence the number comes.

Built from the columns that a measure declares, so that a new measure needs nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import whys
from .comparing import Comparison, Pair
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


@dataclass(frozen=True, slots=True)
class OneRow:
    """A row by itself: its cells with their columns."""

    label: str
    stated: list[tuple[Column, Cell]]
    notes: tuple[str, ...]


def one_row(figure: Figure, row: Record) -> OneRow:
    """One row of a figure, as the table shows it."""
    columns = _columns(figure)
    digits = {column.name: _digits(figure.rows, column.name) for column in columns}
    found = _row(figure, row, columns, digits)
    stated = [pair for pair in zip(columns, found.cells, strict=True) if not pair[1].is_missing]
    return OneRow(found.label, stated, found.notes)


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A group on both sides: value, interval and n of each; the difference, its interval ("" for none)."""

    label: str
    sides: tuple[list[Cell], list[Cell]]
    difference: Cell
    interval: str
    is_clear: bool
    is_low: bool


def comparison(found: Comparison) -> list[ComparedRow]:
    """The groups of a comparison side by side."""
    rows = [row for figure in found.figures for row in figure.rows]
    digits = {name: _digits(rows, name) for name in ("value", "low")}
    return [_compared(pair, digits) for pair in found.rows]


def _compared(pair: Pair, digits: Mapping[str, int]) -> ComparedRow:
    sides = [_side(row, digits) for row in (pair.first, pair.second)]
    sizes = [row["n"] for row in (pair.first, pair.second) if row]
    return ComparedRow(
        pair.label,
        (sides[0], sides[1]),
        *_difference(pair, digits["value"]),
        pair.is_clear,
        any(isinstance(n, int) and n < LOW for n in sizes),
    )


def _side(row: Record | None, digits: Mapping[str, int]) -> list[Cell]:
    if row is None:
        return [Cell("under 10", True, is_missing=True), *[Cell("–", True, is_missing=True)] * 2]
    columns = (Column("value", ""), Column("low", ""), Column("n", ""))
    return [_cell(row, column, digits.get(column.name, 0)) for column in columns]


def _difference(pair: Pair, digits: int) -> tuple[Cell, str]:
    if pair.difference is None or pair.low is None or pair.high is None:
        return Cell("–", True, is_missing=True), ""
    interval = f"{pair.low:+,.{digits}f} to {pair.high:+,.{digits}f}"
    return Cell(f"{pair.difference:+,.{digits}f}", True, is_missing=False), interval


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
