"""Statistics over imported postings: Ibis expressions, run by DuckDB over a snapshot's Parquet.

One posting counts once: two rows that are the ends of one range are one posting with the geometric mean of
both. Quantiles are values that occur (nearest rank), so that every backend gives the same. Nothing is shown
under ten postings. Rows whose place contradicts their country are left out wherever countries are told apart.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import ibis
from django.core.cache import cache

from . import store

LEAST = 10
# Raise it when the same snapshot would give other figures.
VERSION = 1
FILTERS = ("country", "position", "seniority")
NOT_PAY = ("pay_implausible", "location_conflict")
CACHE_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Measure:
    """A statistic's rows, how many postings they rest on, and how many were left out of small cells."""

    name: str
    rows: tuple[dict[str, Any], ...]
    n: int
    hidden_cells: int
    hidden_n: int


class UnknownMeasure(LookupError):
    """No statistic or filter has this name; the message lists those that exist."""


def measure(sha256: str, name: str, filters: Mapping[str, str] | None = None) -> Measure:
    """A statistic of one imported snapshot; kept by (statistic, filters, snapshot, version)."""
    chosen = {key: value for key, value in sorted((filters or {}).items()) if value}
    if name not in MEASURES or not set(chosen) <= set(FILTERS):
        raise UnknownMeasure(f"Statistics: {', '.join(MEASURES)}. Filters: {', '.join(FILTERS)}.")
    identity = json.dumps([name, VERSION, chosen, sha256])
    key = f"market-{hashlib.sha256(identity.encode()).hexdigest()}"
    held = cache.get(key)
    if held is None:
        held = asdict(_compute(sha256, name, chosen))
        cache.set(key, held, CACHE_SECONDS)
    return Measure(**held)


def _compute(sha256: str, name: str, filters: Mapping[str, str]) -> Measure:
    connection = ibis.duckdb.connect()
    try:
        postings = connection.read_parquet(store.folder(sha256) / "postings.parquet")
        for column, value in filters.items():
            postings = postings.filter(postings[column] == value)
        # At the edge: the result is small, and plain data is what pages, caches and exports need.
        rows = [_plain(row) for row in MEASURES[name](postings).to_pyarrow().to_pylist()]
    finally:
        connection.disconnect()
    shown = tuple(row for row in rows if row["n"] >= LEAST)
    hidden = [row["n"] for row in rows if row["n"] < LEAST]
    return Measure(name, shown, sum(row["n"] for row in shown), len(hidden), sum(hidden))


def by_country(postings: Any) -> Any:
    """Postings of each country with their share in percent of those with a country."""
    units = _units(postings.filter(~postings.flags.contains("location_conflict"), postings.country.notnull()))
    counted = units.group_by("country").aggregate(n=units.count())
    share = counted.n.cast("float64") * 100 / counted.n.sum().over(ibis.window()).cast("float64")
    return counted.mutate(share=share).order_by(ibis.desc("n"), "country")


def by_period(postings: Any) -> Any:
    """Postings by month, or by year where the source states no more."""
    dated = postings.filter(postings.posted_at.notnull())
    units = _units(dated)
    is_year = units.date_precision == "year"
    year = units.posted_at.year().cast("string")
    month = year + "-" + units.posted_at.month().cast("string").lpad(2, "0")
    return (
        units.mutate(period=ibis.ifelse(is_year, year, month))
        .group_by("period")
        .aggregate(n=lambda t: t.count())
        .order_by("period")
    )


def salaries(postings: Any) -> Any:
    """Pay in USD a year by position, level and country: p10, median with its 95 % interval, p90, and n.

    The interval is that of order statistics: ranks n/2 -+ 0.98 root n, which needs no assumption on pay.
    """
    cell = ["position", "seniority", "country"]
    usable = postings.filter(
        postings.usd_mid.notnull(),
        postings.country.notnull(),
        postings.position.notnull(),
        *(~postings.flags.contains(flag) for flag in NOT_PAY),
    )
    units = _units(usable)
    window = ibis.window(group_by=cell, order_by=[units.usd, units.unit])
    ranked = units.mutate(
        rank=ibis.row_number().over(window) + 1, size=units.count().over(ibis.window(group_by=cell))
    )
    size = ranked.size.cast("float64")
    reach = size.sqrt() * 0.98
    ranks = {
        "p10": (size * 0.1).ceil(),
        "low": ibis.greatest((size / 2 - reach).floor(), ibis.literal(1.0)),
        "median": (size * 0.5).ceil(),
        "high": ibis.least((size / 2 + reach).ceil() + 1, size),
        "p90": (size * 0.9).ceil(),
    }
    values = {key: ranked.usd.max(where=ranked.rank == rank.cast("int64")) for key, rank in ranks.items()}
    found = ranked.group_by(cell).aggregate(n=ranked.count(), **values)
    return found.order_by(ibis.desc("n"), *cell)


def _units(postings: Any) -> Any:
    """One row for each posting: range ends that stand in two rows are joined."""
    keyed = postings.mutate(unit=ibis.coalesce(postings.pair, postings.row_no))
    same = ["unit", "country", "position", "seniority", "posted_at", "date_precision"]
    joined = keyed.group_by(same).aggregate(least=keyed.usd_mid.min(), most=keyed.usd_mid.max())
    return joined.mutate(usd=(joined.least * joined.most).sqrt())


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 2) if isinstance(value, float) else value for key, value in row.items()}


MEASURES: dict[str, Callable[[Any], Any]] = {
    "countries": by_country,
    "openings": by_period,
    "salaries": salaries,
}
