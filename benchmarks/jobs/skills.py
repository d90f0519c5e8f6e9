"""Shares of skills from integer pairs and from lists of words; every chart, cold with filters and warm."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
from django.core.cache import cache

from jobs_data import counting
from jobs_data.measures import Unavailable, get
from jobs_data.models import Snapshot
from jobs_data.selection import EVERYTHING, Selection
from jobs_data.skills import extract

from .generate import SKILLS, TITLES

SELECTIONS = (
    EVERYTHING,
    Selection(country="US"),
    Selection(position="data-engineer", year=2023),
    Selection(skill="python", remote="remote"),
    Selection(country="GB", seniority="senior", pay_floor=100_000),
)
WARM_REQUESTS = 20


def shares(snapshot: Snapshot) -> Callable[[], dict[str, int]]:
    """Postings of each skill by our measure, counted anew."""

    def ask() -> dict[str, int]:
        rows, _ = counting._counted(get("skills"), snapshot, EVERYTHING)
        return {row["skill"]: row["n"] for row in rows}

    return ask


def differences(ours: Mapping[str, int], theirs: Mapping[str, int]) -> list[str]:
    """Tags counted differently, but for skills that titles name too: the lists of words know no titles."""
    in_titles = {match.skill_id for title in TITLES for match in extract(title)}
    found = {tag: {match.skill_id for match in extract(f"Skills: Python, SQL, {tag}")} for tag in theirs}
    return [
        tag
        for tag, skills in found.items()
        for skill in skills - in_titles - ({"python", "sql"} if tag not in ("Python", "SQL") else set())
        if tag != "Python" or skill == "python"
        if tag != "SQL" or skill == "sql"
        if ours.get(skill) != theirs[tag]
    ]


def exploded(tables: Path) -> Callable[[], dict[str, int]]:
    """The same from a Parquet file that keeps each posting's skills as a list of words."""
    lists = tables.parent / "peer-lists.parquet"
    connection = duckdb.connect()
    connection.execute(
        f"COPY (SELECT string_split(tags, '; ') AS skills FROM read_parquet('{tables}/postings.parquet')) "
        f"TO '{lists}' (FORMAT parquet)"
    )

    def ask() -> dict[str, int]:
        query = (
            "SELECT skill, count(*) AS n FROM (SELECT unnest(skills) AS skill FROM "
            f"read_parquet('{lists}')) GROUP BY skill ORDER BY n DESC LIMIT {len(SKILLS)}"
        )
        return dict(connection.execute(query).fetchall())

    return ask


def show_charts(snapshot: Snapshot, rounds: int) -> None:
    """Seconds of each measure: the slowest cold answer over a few selections, and warm p95."""
    print("\nCharts, seconds by the clock: slowest cold answer of five selections, warm p95:")
    for offer in counting.offers(snapshot):
        if offer.reason:
            continue
        cold = [
            statistics.median(_cold(snapshot, offer.measure.name, one) for _ in range(rounds))
            for one in SELECTIONS
        ]
        counting.count(snapshot, offer.measure.name)
        warm = [_timed(lambda: counting.count(snapshot, offer.measure.name)) for _ in range(WARM_REQUESTS)]  # noqa: B023
        p95 = statistics.quantiles(warm, n=20)[-1]
        print(f"  {offer.measure.name}: {max(cold):.2f}, {p95:.3f}", flush=True)


def _cold(snapshot: Snapshot, name: str, selection: Selection) -> float:
    cache.clear()
    try:
        return _timed(lambda: counting.count(snapshot, name, selection))
    except Unavailable:
        return 0.0


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
