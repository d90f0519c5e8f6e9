"""A snapshot's tables as Ibis expressions, narrowed to a selection."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ...selection import Selection

# Multiples of the golden section, modulo a prime: neighbours fall far apart, any stretch is covered evenly.
PRIME, GOLDEN = 2_147_483_647, 1_327_217_885
# Ibis ships no usable types for its tables and columns.
Table = Any


@dataclass(frozen=True, slots=True)
class Tables:
    """`units`: a row for each posting; `skills`, `specializations`: pairs with `row_no`.

    `is_yearly`: the units span years, so groups are compared by year; months would be too thin.
    """

    units: Table
    skills: Table = None
    specializations: Table = None
    is_yearly: bool = False

    def selected(self, selection: Selection, skill: int | None) -> Tables:
        """The same with only the units of a selection; `skill` is the number of its skill here."""
        units = self.units
        for name in ("country", "position", "seniority", "year", "remote"):
            if (value := getattr(selection, name)) is not None:
                units = units.filter(units[name] == value)
        if selection.pay_floor is not None:
            units = units.filter(units.usd >= selection.pay_floor)
        if skill is not None and self.skills is not None:
            units = units.semi_join(self.skills.filter(self.skills.skill == skill), "row_no")
        return replace(self, units=units)

    def thinned(self, share: float) -> Tables:
        """The same with about this share of the units, spread evenly over the file."""
        return replace(self, units=self.units.filter(spread_out(self.units) < int(share * PRIME)))


def spread_out(units: Table) -> Table:
    """A number for each unit, the same on every backend, whose order has nothing to do with the file's."""
    return units.row_no * GOLDEN % PRIME
