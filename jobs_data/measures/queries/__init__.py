"""The Ibis expression of each measure, by its name. Loading this package loads Ibis (a second, 120 MB).

An expression gives one row of counts for each group, small enough to finish in Python. Every backend must
answer it alike: numerators are cast to float64, quantiles are values that occur, and ties are broken.
"""

from __future__ import annotations

from collections.abc import Callable

from . import counts, pay
from .tables import Table, Tables

QUERIES: dict[str, Callable[[Tables], Table]] = {
    "countries": counts.by("country"),
    "salaries": pay.by("position", "seniority", "country"),
    "openings": counts.by_period,
    "positions": counts.by("position"),
    "levels": counts.by("seniority"),
    "education": counts.by("education"),
    "industries": counts.by("industry"),
    "remote": counts.by("remote"),
    "company-sizes": counts.by("company_size"),
}

__all__ = ["QUERIES", "Table", "Tables"]
