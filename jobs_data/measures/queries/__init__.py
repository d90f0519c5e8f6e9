"""The Ibis expression of each measure, by its name. Loading this package loads Ibis (a second, 120 MB).

An expression gives one row of counts for each group, small enough to finish in Python. Every backend must
answer it alike: numerators are cast to float64, quantiles are values that occur, and ties are broken.
"""

from __future__ import annotations

from collections.abc import Callable

from . import counts, growth, pay, premiums, skills
from .tables import Table, Tables

QUERIES: dict[str, Callable[[Tables], Table]] = {
    "countries": counts.by("country"),
    "skills": skills.shares,
    "frameworks": skills.shares,
    "salaries": pay.by("position", "seniority", "country"),
    "pay-by-position": pay.by("position"),
    "pay-by-level": pay.by("seniority"),
    "pay-by-country": pay.by("country"),
    "openings": counts.by_period,
    "pay-growth": growth.pay,
    "skill-trends": skills.by_period,
    "position-trends": growth.positions,
    "skill-pairs": skills.pairs,
    "premiums": premiums.by_skill,
    "specializations": skills.specializations,
    "positions": counts.by("position"),
    "levels": counts.by("seniority"),
    "education": counts.by("education"),
    "industries": counts.by("industry"),
    "remote": counts.by("remote"),
    "company-sizes": counts.by("company_size"),
}

__all__ = ["QUERIES", "Table", "Tables"]
