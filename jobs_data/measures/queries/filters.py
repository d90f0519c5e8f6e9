"""How many postings each value of each filter leaves, in one pass over the tables."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

from collections.abc import Sequence

import ibis

from .tables import Table, Tables

COLUMNS = ("country", "position", "seniority", "year", "remote")


def choices(tables: Tables, floors: Sequence[int]) -> Table:
    """Rows of `field`, `value` (as text; a skill's number) and `n`, the largest first."""
    units = tables.units
    parts = [_counted(units.filter(units[name].notnull()), name, name) for name in COLUMNS]
    parts += [_floor(units, floor) for floor in floors]
    if tables.skills is not None:
        parts.append(_counted(tables.skills.semi_join(units, "row_no"), "skill", "skill"))
    return ibis.union(*parts).order_by("field", ibis.desc("n"), "value")


def _counted(table: Table, column: str, field: str) -> Table:
    counted = table.group_by(value=table[column].cast("string")).aggregate(n=table.count())
    return counted.select(field=ibis.literal(field), value="value", n="n")


def _floor(units: Table, floor: int) -> Table:
    counted = units.filter(units.usd >= floor).aggregate(n=lambda kept: kept.count())
    return counted.select(field=ibis.literal("pay_floor"), value=ibis.literal(str(floor)), n="n")
