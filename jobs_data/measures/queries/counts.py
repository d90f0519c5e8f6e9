"""How many postings each group has, and how many of them its largest company."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

from collections.abc import Callable

import ibis

from .tables import Table, Tables


def by(*dimensions: str) -> Callable[[Tables], Table]:
    """Counts of the groups of these columns, among postings that state all; the largest first."""

    def query(tables: Tables) -> Table:
        units = tables.units
        stated = units.filter(*(units[name].notnull() for name in dimensions))
        return counted(stated, *dimensions).order_by(ibis.desc("n"), *dimensions)

    return query


def by_period(tables: Tables) -> Table:
    """Counts by month, or by year where the source states no more."""
    units = tables.units.filter(tables.units.year.notnull())
    periods = units.mutate(period=ibis.coalesce(units.month, units.year.cast("string")))
    return counted(periods, "period").order_by("period")


def counted(units: Table, *dimensions: str) -> Table:
    """`n` of each group, `companies` and the `largest` company's count (0 where no company is stated)."""
    each = units.group_by([*dimensions, "company"]).aggregate(k=units.count())
    largest = ibis.coalesce(each.k.max(where=each.company.notnull()), 0)
    return each.group_by(list(dimensions)).aggregate(
        n=each.k.sum(), companies=each.company.count(), largest=largest
    )
