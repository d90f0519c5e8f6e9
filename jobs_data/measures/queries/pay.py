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
        found = with_companies(units.filter(units.usd.notnull(), *stated), *dimensions)
        return found.order_by(ibis.desc("n"), *dimensions)

    return query


def with_companies(units: Table, *dimensions: str) -> Table:
    """The `spread` of each group with its `largest` company's postings."""
    group = list(dimensions)
    sizes = counted(units, *dimensions)
    # A level may be null, and nulls do not join: both sides carry a word in its place.
    keyed = [table.mutate(**_keys(table, group)) for table in (spread(units, *dimensions), sizes)]
    joined = keyed[0].join(keyed[1].drop(*group, "n"), [f"{name}_key" for name in group])
    return joined.drop(*(f"{name}_key" for name in group))


def spread(units: Table, *dimensions: str) -> Table:
    """Of each group `n`, p10, median, p90, the median's interval, and how often one amount is `repeated`.

    The interval is that of order statistics: ranks n/2 -+ 0.98 root n (David and Nagaraja, Order Statistics,
    7.1), which needs no assumption on pay. `repeated` is exact where it is more than a fifth of the group.
    A sorted list of each group gives all of it in one pass, several times faster than windows.
    """
    lists = units.group_by(list(dimensions)).aggregate(n=units.count(), amounts=units.usd.collect())
    held = lists.mutate(amounts=lists.amounts.sort())
    size = held.n.cast("float64")
    reach = size.sqrt() * 0.98
    ranks = {
        "p10": (size * 0.1).ceil(),
        "low": ibis.greatest((size / 2 - reach).floor(), ibis.literal(1.0)),
        "median": (size * 0.5).ceil(),
        "high": ibis.least((size / 2 + reach).ceil() + 1, size),
        "p90": (size * 0.9).ceil(),
    }
    values = {name: _at(held.amounts, rank) for name, rank in ranks.items()}
    return held.select(*dimensions, "n", **values, repeated=_repeated(held))


def _at(sorted_list: Table, rank: Table) -> Table:
    """The element of that rank, counted from 1; Spark wants an index of 32 bits."""
    return sorted_list[(rank - 1).cast("int32")]


def _repeated(held: Table) -> Table:
    """How often the commonest of the amounts at each fifth occurs: more of one would stand at one of them."""
    fifths = [_at(held.amounts, (held.n.cast("float64") * fifth / 5).ceil()) for fifth in range(1, 5)]
    times = [held.amounts.filter(lambda amount, one=one: amount == one).length() for one in fifths]
    return ibis.greatest(*times)


def _keys(table: Table, group: list[str]) -> dict[str, Table]:
    return {f"{name}_key": ibis.coalesce(table[name].cast("string"), "") for name in group}
