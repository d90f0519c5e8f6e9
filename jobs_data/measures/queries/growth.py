"""Pay over time, of all postings and of groups of equal position, level and country; shares of positions."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import ibis

from .counts import dated
from .pay import spread, with_companies
from .tables import Table, Tables

GROUP = ("position", "seniority", "country")
# Smaller groups say too little of a period to be compared with another.
LEAST = 10


def pay(tables: Tables) -> Table:
    """Pay of each period (the group's columns are null) and of each group in it (only a level may be)."""
    paid = dated(tables.units.filter(tables.units.usd.notnull()))
    if tables.is_yearly:
        paid = paid.mutate(period=paid.year.cast("string"))
    every = with_companies(paid, "period").mutate(**{name: ibis.null("string") for name in GROUP})
    stated = paid.filter(paid.position.notnull(), paid.country.notnull())
    groups = spread(stated, "period", *GROUP)
    groups = groups.mutate(largest=ibis.literal(0, "int64"))
    columns = ["period", *GROUP, "n", "low", "median", "high", "largest", "repeated"]
    groups = groups.filter(groups.n >= LEAST).select(*columns)
    return every.select(*columns).union(groups).order_by("period", *GROUP)


def positions(tables: Tables) -> Table:
    """How many postings of each period are for each position, of the period's `base`."""
    units = dated(tables.units.filter(tables.units.position.notnull()))
    counted = units.group_by(["period", "position"]).aggregate(n=units.count())
    base = units.group_by("period").aggregate(base=units.count())
    return counted.join(base, "period").order_by("period", "position")
