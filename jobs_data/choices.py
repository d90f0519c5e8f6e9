"""What each filter can be set to in a snapshot, with how many postings that leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import counting
from .cleaning import titles
from .keeping import kept
from .measures import LEAST
from .models import Snapshot
from .selection import FIELDS, said

FLOORS = (50_000, 75_000, 100_000, 125_000, 150_000, 200_000, 250_000)
# Raise it when the same snapshot would give other choices.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter as the address holds it, in words, and the postings it leaves."""

    value: str
    label: str
    n: int


@dataclass(frozen=True, slots=True)
class Choices:
    """The values of one filter that leave ten postings or more; none where no posting states it."""

    field: str
    title: str
    options: tuple[Choice, ...]


def choices(snapshot: Snapshot) -> list[Choices]:
    """Every filter with its choices: levels and years in their order, the others by postings."""
    key = f"market-choices-{VERSION}-{snapshot.sha256}"
    held = kept(key, counting.CACHE_SECONDS, lambda: _counted(snapshot))
    options: dict[str, list[Choice]] = {field: [] for field in FIELDS}
    for field, value, n in held:
        options[field].append(Choice(value, said(field, value), n))
    for field, order in ORDERS.items():
        options[field].sort(key=order)
    return [Choices(field, FIELDS[field].title, tuple(found)) for field, found in options.items()]


def _counted(snapshot: Snapshot) -> list[tuple[str, str, int]]:
    # Ibis and DuckDB take a second and 120 MB; choices that are kept need neither.
    from . import backends  # noqa: PLC0415 - see above
    from .measures.queries import filters  # noqa: PLC0415 - see above

    report: Mapping[str, Any] = snapshot.import_record.report
    skill_ids = report.get("skill_ids", [])
    with backends.opened(snapshot.sha256) as tables:
        rows = filters.choices(tables, FLOORS).to_pyarrow().to_pylist()
    named = [(row["field"], _value(row, skill_ids), int(row["n"])) for row in rows if row["n"] >= LEAST]
    return [one for one in named if one[0] != "year" or one[1].isdigit()]


def _value(row: Mapping[str, Any], skill_ids: list[str]) -> str:
    return skill_ids[int(row["value"])] if row["field"] == "skill" else str(row["value"])


ORDERS = {
    "seniority": lambda choice: titles.SENIORITIES.index(choice.value),
    "year": lambda choice: -int(choice.value),
    "pay_floor": lambda choice: int(choice.value),
}
