"""The named statistics of the job market, and computing one from a snapshot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Prefetch

from . import publications, sentences
from .models import SHORT_HASH, Listing, Observation, Origin, Snapshot, Source
from .selection import EVERYTHING, Selection
from .sentences import Headline, Record, Rows
from .snapshots import LISTING_FIELDS, plain_number

NOT_STATED = "not stated by the source"

# The beginning of a sha256, enough of it to name one snapshot.
HASH = re.compile(rf"[0-9a-f]{{{SHORT_HASH},64}}")


class ChartKind(StrEnum):
    """How a statistic is drawn."""

    BARS = "bars"
    LINE = "line"
    LINES = "lines"
    CHANGES = "changes"
    RANGES = "ranges"
    SPREADS = "spreads"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a figure's table and exports; `is_number` aligns it right."""

    name: str
    title: str
    is_number: bool = False


@dataclass(frozen=True)
class Statistic:
    """What a statistic is, whatever source it is computed from.

    `dimension` and `measure` say what labels and values are. `version` is part of every citation: it changes
    when the same snapshot would give other figures.
    """

    name: str
    title: str
    dimension: str
    measure: str
    chart: ChartKind = ChartKind.BARS
    version: int = 1

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of its rows, in the order of exports."""
        if self.name == "listings":
            numbers = ("salary_min", "salary_max")
            return tuple(Column(name, LISTING_TITLES[name], name in numbers) for name in LISTING_FIELDS)
        return (
            Column("label", self.dimension),
            Column("value", self.measure, is_number=True),
            Column("unit", "Unit"),
            Column("year", "Year", is_number=True),
            Column("sample_size", "n", is_number=True),
        )

    @property
    def prose(self) -> publications.Prose:
        """Our explanation, reading help and caveats."""
        return publications.prose_by_statistic()[self.name]

    def headline(self, rows: Rows) -> Headline:
        """What these rows say, in one sentence computed from them."""
        return sentences.headline(self.name, rows)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a figure that was counted rests on, besides its rows.

    `n` postings stand behind all rows; `hidden_cells` groups of fewer than ten postings, `hidden_n` together,
    are not shown. `data_to` is the last day posted (ISO), "" where the source states none. `notes` are
    sentences for the reader.
    """

    n: int
    hidden_cells: int = 0
    hidden_n: int = 0
    data_to: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic computed from one snapshot: rows in a stated order, with where they come from.

    Published figures come as their source printed them. Imported and generated ones are counted (`measured`)
    over the postings that a selection leaves.
    """

    statistic: Statistic
    snapshot: Snapshot
    unit: str
    rows: tuple[Record, ...]
    selection: Selection = EVERYTHING
    measured: Measured | None = None

    @property
    def source(self) -> Source:
        """The publication or provider."""
        return self.snapshot.source

    @property
    def origin(self) -> str:
        """The label that keeps published, imported and generated figures apart."""
        return self.snapshot.source.get_origin_display()

    def address(self, file_format: str) -> str:
        """The permanent address of its file, below the site's root."""
        filters = f"&{self.selection.query}" if self.selection.query else ""
        name = f"{self.statistic.name}.{file_format}?v={self.statistic.version}{filters}"
        return f"/jobs/figures/{self.snapshot.short_hash}/{name}"

    @property
    def headline(self) -> Headline:
        """What the figure says, in one sentence computed from its rows."""
        return self.statistic.headline(self.rows)

    @property
    def prose(self) -> publications.Prose:
        """Our explanation, reading help and caveats."""
        return self.statistic.prose

    @property
    def years(self) -> tuple[int, ...]:
        """The years that published rows name, in order; empty when the source names none."""
        return tuple(sorted({year for row in self.rows if isinstance(year := row.get("year"), int)}))

    @property
    def year_note(self) -> str:
        """The years in words."""
        if self.measured is not None:
            return f"data to {self.measured.data_to}" if self.measured.data_to else NOT_STATED
        if not self.years:
            return NOT_STATED
        first, last = self.years[0], self.years[-1]
        return f"{first}" if first == last else f"{first}-{last}, one for each row"

    @property
    def sample_size(self) -> int | None:
        """The number of postings behind all rows; None when any row does not state it."""
        if self.measured is not None:
            return self.measured.n
        sizes = [row.get("sample_size") for row in self.rows]
        known = [size for size in sizes if isinstance(size, int)]
        return sum(known) if len(known) == len(sizes) else None

    @property
    def sample_size_note(self) -> str:
        """The sample size in words."""
        return NOT_STATED if self.sample_size is None else f"n = {self.sample_size:,}"


STATISTICS: dict[str, Statistic] = {
    one.name: one
    for one in (
        Statistic("countries", "Jobs by country", "Country", "Jobs (thousand)"),
        Statistic("frameworks", "Frameworks asked for", "Framework", "Share of postings (%)"),
        Statistic("salaries", "Average pay by position", "Position", "Average pay (USD a year)"),
        Statistic("openings-by-year", "Openings by year", "Year", "Openings (thousand)", ChartKind.LINE),
        Statistic("specializations", "Specializations", "Specialization", "Share of postings (%)"),
        Statistic("education", "Degrees asked for", "Degree", "Share of postings (%)"),
        Statistic("industries", "Industries", "Industry", "Share of postings (%)"),
        Statistic("trends", "Trends", "Trend", "Change (%)", ChartKind.CHANGES),
        Statistic("listings", "Six real listings", "Listing", "Pay as posted", ChartKind.RANGES),
    )
}
LISTING_TITLES = {
    "title": "Title",
    "company": "Company",
    "location": "Location",
    "employment": "Employment",
    "level": "Level",
    "salary": "Pay as posted",
    "salary_min": "Lowest pay",
    "salary_max": "Highest pay",
    "currency": "Currency",
}


class UnknownStatistic(LookupError):
    """No statistic has this name; the message lists those that exist."""


class NotLoaded(LookupError):
    """The statistic exists but no snapshot holds it; the message names the remedy."""


def get(name: str) -> Statistic:
    """The statistic of that name (`openings_by_year` is read as `openings-by-year`), or UnknownStatistic."""
    try:
        return STATISTICS[name.replace("_", "-")]
    except KeyError:
        raise UnknownStatistic(
            f"No statistic is called {name!r}. There are: {', '.join(STATISTICS)}."
        ) from None


def compute(name: str, snapshot: Snapshot | None = None) -> Figure:
    """The figure from the given snapshot, or the current published one; UnknownStatistic or NotLoaded."""
    statistic = get(name)
    for candidate in [snapshot] if snapshot else _current_snapshots():
        if figure := _figure(statistic, candidate):
            return figure
    where = f"snapshot {snapshot.short_hash}" if snapshot else "any current snapshot"
    raise NotLoaded(f"{statistic.name} is not in {where}. Load the figures with: trainyard jobs load")


def compute_all() -> list[Figure]:
    """Every statistic that a current published snapshot holds, in the order of STATISTICS; three queries."""
    snapshots = _current_snapshots()
    figures = [
        next(filter(None, (_figure(statistic, snapshot) for snapshot in snapshots)), None)
        for statistic in STATISTICS.values()
    ]
    return [figure for figure in figures if figure is not None]


def find_snapshot(short_hash: str) -> Snapshot:
    """The snapshot whose hash starts so (twelve hex digits or more), withdrawn or not; or DoesNotExist."""
    if not HASH.fullmatch(short_hash):
        raise Snapshot.DoesNotExist
    return Snapshot.objects.select_related("source").get(sha256__startswith=short_hash)


def headlines(limit: int = 3) -> list[Figure]:
    """The first figures for the home page: each has `.headline.sentence`, `.headline.value` and `.source`."""
    return compute_all()[:limit]


def _current_snapshots() -> list[Snapshot]:
    return list(
        Snapshot.objects.filter(is_current=True, source__origin=Origin.PUBLISHED)
        .select_related("source")
        .order_by("source__slug")
        .prefetch_related(
            Prefetch("observations", Observation.objects.order_by("position")),
            Prefetch("listings", Listing.objects.order_by("position")),
        )
    )


def _figure(statistic: Statistic, snapshot: Snapshot) -> Figure | None:
    """None when the snapshot does not hold the statistic."""
    if statistic.name == "listings":
        rows = tuple(_listing_record(one) for one in snapshot.listings.all())
        return Figure(statistic, snapshot, unit="currency as posted", rows=rows) if rows else None
    held = sorted(
        (one for one in snapshot.observations.all() if one.statistic == statistic.name),
        key=lambda one: one.position,
    )
    if not held:
        return None
    return Figure(
        statistic, snapshot, unit=held[0].unit, rows=tuple(_observation_record(one) for one in held)
    )


def _observation_record(one: Observation) -> Record:
    return {
        "label": one.label,
        "value": plain_number(one.value),
        "unit": one.unit,
        "year": one.year,
        "sample_size": one.sample_size,
    }


def _listing_record(one: Listing) -> Record:
    return {
        field: value if isinstance(value := getattr(one, field), str) else plain_number(float(value))
        for field in LISTING_FIELDS
    }
