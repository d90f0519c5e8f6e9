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
    return counted(dated(tables.units), "period").order_by("period")


def dated(units: Table, *, required: bool = True) -> Table:
    """The units with their `period`; those without a date are left out, or have "" if it is not required."""
    period = ibis.coalesce(units.month, units.year.cast("string"), "")
    with_period = units.mutate(period=period)
    return with_period.filter(with_period.year.notnull()) if required else with_period


def counted(units: Table, *dimensions: str) -> Table:
    """`n` of each group, `companies` and the `largest` company's count (0 where no company is stated)."""
    each = units.group_by([*dimensions, "company"]).aggregate(k=units.count())
    largest = ibis.coalesce(each.k.max(where=each.company.notnull()), 0)
    return each.group_by(list(dimensions)).aggregate(
        n=each.k.sum(), companies=each.company.count(), largest=largest
    )
