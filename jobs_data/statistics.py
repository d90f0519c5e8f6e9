"""The named statistics of the job market, and computing one from a snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Prefetch

from . import publications, sentences
from .models import SHORT_HASH, Listing, Observation, Origin, Snapshot, Source
from .sentences import Headline, Record
from .snapshots import LISTING_FIELDS, plain_number

NOT_STATED = "not stated by the source"


class ChartKind(StrEnum):
    """How a statistic is drawn."""

    BARS = "bars"
    LINE = "line"
    CHANGES = "changes"
    RANGES = "ranges"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a figure's table and exports; `is_number` aligns it right."""

    name: str
    title: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Statistic:
    """What a statistic is, whatever source it is computed from.

    `version` is part of every citation: it changes when the same snapshot would give other figures.
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


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic computed from one snapshot: rows in the source's order, with where they come from."""

    statistic: Statistic
    snapshot: Snapshot
    unit: str
    rows: tuple[Record, ...]

    @property
    def source(self) -> Source:
        """The publication or provider."""
        return self.snapshot.source

    @property
    def origin(self) -> str:
        """The label that keeps published, imported and generated figures apart."""
        return self.snapshot.source.get_origin_display()

    @property
    def headline(self) -> Headline:
        """What the figure says, in one sentence computed from its rows."""
        return sentences.headline(self.statistic.name, self.rows)

    @property
    def prose(self) -> publications.Prose:
        """Our explanation, reading help and caveats."""
        return publications.prose_by_statistic()[self.statistic.name]

    @property
    def years(self) -> tuple[int, ...]:
        """The years the rows name, in order; empty when the source names none."""
        return tuple(sorted({year for row in self.rows if isinstance(year := row.get("year"), int)}))

    @property
    def year_note(self) -> str:
        """The years in words."""
        if not self.years:
            return NOT_STATED
        first, last = self.years[0], self.years[-1]
        return f"{first}" if first == last else f"{first}-{last}, one for each row"

    @property
    def sample_size(self) -> int | None:
        """The number of postings behind all rows; None when any row does not state it."""
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
    """The snapshot whose hash starts so (twelve hex digits), withdrawn or not; or Snapshot.DoesNotExist."""
    return Snapshot.objects.select_related("source").get(sha256__startswith=short_hash[:SHORT_HASH])


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
