"""Yearly exchange rates: a small table that ships, made from the European Central Bank's reference rates."""

from __future__ import annotations

import csv
import functools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

TABLE = Path(__file__).parent.parent / "reference" / "rates.csv"
SERIES = "ECB euro reference rates, mean of daily cross rates of the year"


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of `currency` for one US dollar in a year: the mean over `days` days up to `last_day`."""

    currency: str
    year: int
    per_usd: float
    days: int
    last_day: date


@functools.cache
def shipped() -> tuple[Rate, ...]:
    """Every rate of the table that ships, by currency and year; the dollar itself is not in it."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Rate(
                row["currency"],
                int(row["year"]),
                float(row["per_usd"]),
                int(row["days"]),
                date.fromisoformat(row["last_day"]),
            )
            for row in csv.DictReader(file)
        )


def derive(path: Path) -> Iterator[Rate]:
    """The same table out of the ECB's `eurofxref-hist.csv` (currency per euro, one line for each day)."""
    held: dict[tuple[str, int], list[tuple[date, float]]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day, dollars = date.fromisoformat(row["Date"]), float(row["USD"])
            held["EUR", day.year].append((day, 1 / dollars))
            for currency, cell in row.items():
                if currency not in ("Date", "USD", "") and cell not in ("N/A", "", None):
                    held[currency, day.year].append((day, float(cell) / dollars))
    for (currency, year), days in sorted(held.items()):
        mean = sum(value for _, value in days) / len(days)
        yield Rate(currency, year, float(f"{mean:.6g}"), len(days), max(day for day, _ in days))
