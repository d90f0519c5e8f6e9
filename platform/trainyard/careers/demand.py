"""What the market says of some skills, here and now: demand, trend, pay, or that postings are too few."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs_data import choices, comparing, counting, figures
from jobs_data.crowd import Crowded
from jobs_data.keeping import kept
from jobs_data.measures import Unavailable
from jobs_data.models import Snapshot
from jobs_data.selection import Selection

from .vocabulary import name_of

VERSION = 1
TOO_FEW = "too few postings to say"


@dataclass(frozen=True, slots=True)
class Trend:
    """A skill's share in the last two years of a source, in percent, and the difference with its interval."""

    before: float
    after: float
    difference: float
    low: float
    high: float

    @property
    def word(self) -> str:
        """`rising` or `falling` where chance alone would hardly make such a difference, else `steady`."""
        return "rising" if self.low > 0 else "falling" if self.high < 0 else "steady"


@dataclass(frozen=True, slots=True)
class Premium:
    """What postings that name a skill pay more, in percent: as they stand, and among equal postings."""

    raw: float | None
    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Demand:
    """A skill here and now: percent of postings, with their number; None where they are too few."""

    skill: str
    share: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    trend: Trend | None = None
    premium: Premium | None = None

    @property
    def name(self) -> str:
        """The skill as it is written."""
        return name_of(self.skill)


@dataclass(frozen=True, slots=True)
class Panel:
    """Some skills over a selection of postings, `base` of which have words; addresses are permanent."""

    snapshot: Snapshot
    selection: Selection
    skills: Sequence[Demand]
    base: int
    years: tuple[str, str] | None
    addresses: Mapping[str, str]

    @property
    def words(self) -> str:
        """The postings it is about."""
        return self.selection.words or "all postings"


def panel(snapshot: Snapshot, selection: Selection, skills: Iterable[str]) -> Panel | None:
    """These skills over a selection; None where nothing of the source can be counted, or not just now."""
    try:
        table = of_all(snapshot, selection)
    except (Unavailable, Crowded):
        return None
    found = [_demand(skill, table["skills"].get(skill, {})) for skill in skills]
    return Panel(snapshot, selection, found, table["base"], table["years"], table["addresses"])


def of_all(snapshot: Snapshot, selection: Selection) -> dict[str, Any]:
    """Every skill of a selection with its share, trend and premium, as plain data that is kept."""
    identity = json.dumps([VERSION, snapshot.sha256, selection.chosen])
    key = f"careers-demand-{hashlib.sha256(identity.encode()).hexdigest()}"
    return kept(key, counting.CACHE_SECONDS, lambda: _table(snapshot, selection))


def _demand(skill: str, held: Mapping[str, Any]) -> Demand:
    trend, premium = held.get("trend"), held.get("premium")
    return Demand(
        skill,
        share=held.get("share"),
        low=held.get("low"),
        high=held.get("high"),
        n=held.get("n", 0),
        trend=Trend(**trend) if trend else None,
        premium=Premium(**premium) if premium else None,
    )


def _table(snapshot: Snapshot, selection: Selection) -> dict[str, Any]:
    skills = counting.count(snapshot, "skills", selection)
    found: dict[str, dict[str, Any]] = {
        str(row["skill"]): {"share": row["value"], "low": row["low"], "high": row["high"], "n": row["n"]}
        for row in skills.rows
    }
    addresses = {"skills": figures.address(skills, "json")}
    years = _last_years(snapshot) if selection.year is None else None
    if years and (trend := _or_none(lambda: comparing.compare(snapshot, "skills", "year", years, selection))):
        _add_trends(found, trend)
        addresses |= {
            f"skills {year}": one.address("json") for year, one in zip(years, trend.figures, strict=True)
        }
    if premiums := _or_none(lambda: counting.count(snapshot, "premiums", selection)):
        addresses["premiums"] = figures.address(premiums, "json")
        for row in premiums.rows:
            names = ("raw", "value", "low", "high", "n")
            found.setdefault(str(row["skill"]), {})["premium"] = {name: row[name] for name in names}
    base = next((row["base"] for row in skills.rows), 0)
    return {"skills": found, "base": base, "years": years, "addresses": addresses}


def _add_trends(found: dict[str, dict[str, Any]], trend: comparing.Comparison) -> None:
    for pair in trend.rows:
        if pair.first and pair.second and pair.difference is not None:
            found.setdefault(str(pair.second["skill"]), {})["trend"] = {
                "before": pair.first["value"],
                "after": pair.second["value"],
                "difference": pair.difference,
                "low": pair.low,
                "high": pair.high,
            }


def _last_years(snapshot: Snapshot) -> tuple[str, str] | None:
    """The last two years that leave enough postings, the earlier first."""
    offered = next(one.options for one in choices.choices(snapshot) if one.field == "year")
    years = sorted(one.value for one in offered)[-2:]
    return (years[0], years[1]) if len(years) == 2 else None


def _or_none(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Unavailable:
        return None
