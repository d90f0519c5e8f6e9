"""Four questions of a market: by this site's measures, by a pandas notebook, and by an indexed SQLite table.

All answer from the same cleaned postings. The notebook holds the columns it needs in memory and SQLite has an
index for each question: neither pays for that here. The site opens its Parquet each time and keeps nothing.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet

from jobs_data import counting
from jobs_data.measures import get
from jobs_data.models import Snapshot
from jobs_data.selection import EVERYTHING, Selection

YEAR, COUNTRY = 2023, "US"
COLUMNS = ("country", "year", "month", "position", "seniority", "usd")
INDEXES = ("year, country", "position, seniority, country, usd", "month", "country, position, usd")
Answer = dict[str, int]
Way = Callable[[], Answer]
QUESTIONS = (
    "postings by country, one year",
    "median pay by position, level and country",
    "postings by month",
    "median pay by position, one country",
)


def of_site(snapshot: Snapshot) -> dict[str, Way]:
    """The measures' answers, counted anew each time."""

    def ask(name: str, value: str, selection: Selection, *keys: str) -> Answer:
        rows, _ = counting._counted(get(name), snapshot, selection)
        return {_key(row[key] for key in keys): int(row[value]) for row in rows}

    group = ("position", "seniority", "country")
    return dict(
        zip(
            QUESTIONS,
            (
                lambda: ask("countries", "n", Selection(year=YEAR), "country"),
                lambda: ask("salaries", "value", EVERYTHING, *group),
                lambda: ask("openings", "value", EVERYTHING, "period"),
                lambda: ask("pay-by-position", "value", Selection(country=COUNTRY), "position"),
            ),
            strict=True,
        )
    )


def of_pandas(units: Path) -> dict[str, Way]:
    """A notebook's answers."""
    frame = pd.read_parquet(units, columns=list(COLUMNS))

    def counts(part: pd.DataFrame, key: str) -> Answer:
        return {_key([name]): int(n) for name, n in part[key].value_counts().items()}

    def medians(part: pd.DataFrame, *keys: str) -> Answer:
        grouped = part[part.usd.notna()].groupby(list(keys), dropna=False).usd
        found = grouped.quantile(0.5, interpolation="lower")
        return {_key(key if isinstance(key, tuple) else [key]): int(value) for key, value in found.items()}

    def stated() -> pd.DataFrame:
        return frame[frame.position.notna() & frame.country.notna()]

    return dict(
        zip(
            QUESTIONS,
            (
                lambda: counts(frame[frame.year == YEAR], "country"),
                lambda: medians(stated(), "position", "seniority", "country"),
                lambda: counts(frame, "month"),
                lambda: medians(frame[(frame.country == COUNTRY) & frame.position.notna()], "position"),
            ),
            strict=True,
        )
    )


def of_sqlite(units: Path, database: Path) -> dict[str, Way]:
    """The answers of an indexed table."""
    connection = sqlite3.connect(database)
    connection.execute(f"CREATE TABLE postings ({', '.join(COLUMNS)})")
    marks = ", ".join("?" * len(COLUMNS))
    with connection, pyarrow.parquet.ParquetFile(units) as file:
        for batch in file.iter_batches(50_000, columns=list(COLUMNS)):
            columns = [batch[column].to_pylist() for column in COLUMNS]
            connection.executemany(f"INSERT INTO postings VALUES ({marks})", zip(*columns, strict=True))
    for number, columns in enumerate(INDEXES):
        connection.execute(f"CREATE INDEX by_{number} ON postings ({columns})")
    connection.execute("ANALYZE")

    def ask(query: str) -> Answer:
        return {_key(row[:-1]): int(row[-1]) for row in connection.execute(query)}

    def medians(keys: str, where: str) -> Answer:
        ranked = (
            f"SELECT {keys}, usd, row_number() OVER (PARTITION BY {keys} ORDER BY usd) AS place, "
            f"count(*) OVER (PARTITION BY {keys}) AS size FROM postings WHERE usd IS NOT NULL AND {where}"
        )
        return ask(f"SELECT {keys}, usd FROM ({ranked}) WHERE place = (size + 1) / 2")

    one_year = (
        f"SELECT country, count(*) FROM postings WHERE year = {YEAR} AND country NOT NULL GROUP BY country"
    )
    stated = "position NOT NULL AND country NOT NULL"
    return dict(
        zip(
            QUESTIONS,
            (
                lambda: ask(one_year),
                lambda: medians("position, seniority, country", stated),
                lambda: ask("SELECT month, count(*) FROM postings WHERE month NOT NULL GROUP BY month"),
                lambda: medians("position", f"country = '{COUNTRY}' AND position NOT NULL"),
            ),
            strict=True,
        )
    )


def differences(ours: Answer, theirs: Answer) -> list[str]:
    """Groups that both show with another value, or that only we show: we hide small ones, peers do not."""
    return [key for key, value in ours.items() if theirs.get(key) != value]


def _key(parts: Iterable[Any]) -> str:
    return "/".join("" if part is None or part != part else str(part) for part in parts)  # noqa: PLR0124 - NaN
