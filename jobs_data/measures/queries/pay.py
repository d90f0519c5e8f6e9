"""Pay of groups: quantiles that occur, by rank, so that every backend gives the same."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

from collections.abc import Callable

import ibis

from .counts import counted
from .tables import Table, Tables


def by(*dimensions: str) -> Callable[[Tables], Table]:
    """Pay of the groups of these columns, the largest first. Only a level may be unstated."""

    def query(tables: Tables) -> Table:
        units = tables.units
        needed = [name for name in dimensions if name != "seniority"] or dimensions
        stated = [units[name].notnull() for name in needed]
        return spread(units.filter(units.usd.notnull(), *stated), *dimensions)

    return query


def spread(units: Table, *dimensions: str) -> Table:
    """Of each group p10, median, p90, the median's interval, `n`, and how often one amount is `repeated`.

    The interval is that of order statistics: ranks n/2 -+ 0.98 root n (David and Nagaraja, Order Statistics,
    7.1), which needs no assumption on pay. Amounts repeat, so they are counted before they are ranked.
    """
    group = list(dimensions)
    held = units.group_by([*group, "usd"]).aggregate(k=units.count())
    upward = ibis.window(group_by=group, order_by=held.usd, preceding=None, following=0)
    ranked = held.mutate(rank=held.k.sum().over(upward), size=held.k.sum().over(ibis.window(group_by=group)))
    size = ranked.size.cast("float64")
    reach = size.sqrt() * 0.98
    ranks = {
        "p10": (size * 0.1).ceil(),
        "low": ibis.greatest((size / 2 - reach).floor(), ibis.literal(1.0)),
        "median": (size * 0.5).ceil(),
        "high": ibis.least((size / 2 + reach).ceil() + 1, size),
        "p90": (size * 0.9).ceil(),
    }
    values = {
        name: ranked.usd.min(where=ranked["rank"] >= rank.cast("int64")) for name, rank in ranks.items()
    }
    found = ranked.group_by(group).aggregate(**values, repeated=ranked.k.max())
    sizes = counted(units, *dimensions)
    # A level may be null, and nulls do not join: both sides carry a word in its place.
    keyed = [found.mutate(**_keys(found, group)), sizes.mutate(**_keys(sizes, group))]
    joined = keyed[0].join(keyed[1].drop(*group), [f"{name}_key" for name in group])
    return joined.drop(*(f"{name}_key" for name in group)).order_by(ibis.desc("n"), *group)


def _keys(table: Table, group: list[str]) -> dict[str, Table]:
    return {f"{name}_key": ibis.coalesce(table[name].cast("string"), "") for name in group}
