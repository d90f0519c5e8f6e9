"""Consumer prices by country and year: a small table that ships, to compare pay of different years."""

from __future__ import annotations

import csv
import functools
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

TABLE = Path(__file__).parent.parent / "reference" / "inflation.csv"
SERIES = "World Bank, inflation of consumer prices (FP.CPI.TOTL.ZG)"


@functools.cache
def _inflation() -> Mapping[str, Mapping[int, float]]:
    found: dict[str, dict[int, float]] = defaultdict(dict)
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["country"]][int(row["year"])] = float(row["percent"])
    return found


def factor(country: str, year: int, base: int) -> float | None:
    """What prices of `base` are to those of `year`, 1.08 after a year of 8 %; None where unknown."""
    if year > base:
        inverse = factor(country, base, year)
        return None if inverse is None else 1 / inverse
    rates = _inflation().get(country, {})
    product = 1.0
    for one in range(year + 1, base + 1):
        if one not in rates:
            return None
        product *= 1 + rates[one] / 100
    return product
