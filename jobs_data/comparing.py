"""Two values of one filter side by side: the same measure twice, and where the two surely differ."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from . import counting
from .measures import Measure, Unavailable
from .models import Snapshot
from .selection import EVERYTHING, FIELDS, BadSelection, Problem, Selection, said
from .sentences import Record
from .statistics import Figure

COMPARED = ("country", "position", "year")


@dataclass(frozen=True, slots=True)
class Pair:
    """One group in both selections (None where a side has too few postings).

    `difference` is the second value less the first, with its 95 % interval.
    """

    label: str
    first: Record | None
    second: Record | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_clear(self) -> bool:
        """Whether chance alone would hardly make such a difference."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A measure over two values of `field` (in words: `labels`); rows stand in the first's order."""

    field: str
    labels: tuple[str, str]
    figures: tuple[Figure, Figure]
    rows: tuple[Pair, ...]


def compare(
    snapshot: Snapshot, name: str, field: str, values: tuple[str, str], selection: Selection = EVERYTHING
) -> Comparison:
    """Both figures, and their groups side by side; BadSelection, UnknownMeasure or Unavailable."""
    if field not in COMPARED:
        message = f"compare={field[:80]!r}: two countries, positions or years can be compared; use one of "
        raise BadSelection([Problem("compare", field[:80], message + ", ".join(COMPARED) + ".")])
    first, second = (counting.count(snapshot, name, selection.with_value(field, value)) for value in values)
    measure = first.statistic
    assert isinstance(measure, Measure)
    keys = [column.name for column in measure.dimensions if column.name != field]
    if not keys:
        raise Unavailable(
            f"{measure.title} cannot be compared by {FIELDS[field].title.lower()}: it is that itself."
        )
    return Comparison(
        field,
        (said(field, values[0]), said(field, values[1])),
        (first, second),
        tuple(_pairs(first, second, keys, field)),
    )


def _pairs(first: Figure, second: Figure, keys: list[str], field: str) -> list[Pair]:
    held = [{_key(row, keys, field): row for row in figure.rows} for figure in (first, second)]
    groups = list(dict.fromkeys([*held[0], *held[1]]))
    return [_pair(held[0].get(group), held[1].get(group), field) for group in groups]


def _key(row: Record, keys: list[str], field: str) -> tuple[str, ...]:
    """What makes two rows the same group: not the compared value, nor the year of a month where years are."""
    cells = {key: str(row[key]) for key in keys}
    if field == "year" and "period" in cells:
        cells["period"] = cells["period"][4:]
    return tuple(cells.values())


def _pair(first: Record | None, second: Record | None, field: str) -> Pair:
    label = _label(first or second or {}, field)
    difference = _difference(first, second) if first and second else None
    return Pair(label, first, second, *(difference or (None, None, None)))


def _label(row: Record, field: str) -> str:
    """The group's words without the compared value."""
    parts = str(row["label"]).split(" · ")
    compared = said(field, row[field]) if field in row else None
    left = [part for part in parts if part.casefold() != str(compared).casefold()]
    return " · ".join(left) or str(row["label"])


def _difference(first: Record, second: Record) -> tuple[float, float, float] | None:
    """The difference with an interval made of both (Newcombe 1998, Zou and Donner 2008), if they have one."""
    cells = [[row[name] for name in ("value", "low", "high")] for row in (first, second)]
    if any(not isinstance(cell, int | float) for row in cells for cell in row):
        return None
    (value, low, high), (other, other_low, other_high) = ([float(cell or 0) for cell in row] for row in cells)
    difference = other - value
    below = sqrt((other - other_low) ** 2 + (high - value) ** 2)
    above = sqrt((other_high - other) ** 2 + (value - low) ** 2)
    return round(difference, 2), round(difference - below, 2), round(difference + above, 2)
