"""What figures count: one narrow row for each posting, written at import and never worked out again.

Two rows that are the ends of one range are one posting with the geometric mean of both. Pay is in whole US
dollars a year, and empty where it is implausible; the country is empty where the place contradicts it.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
from pathlib import Path

import duckdb

from .cells import text

MEMORY = "512MB"
FILES = ("units", "specializations")


def write(folder: Path) -> dict[str, int]:
    """Write `units.parquet` and `specializations.parquet` beside a snapshot's `postings.parquet`.

    Returns for each column how many units state it, with their number as `row_no`.
    """
    with contextlib.closing(duckdb.connect()) as connection:
        connection.execute(
            f"SET memory_limit = '{MEMORY}'; SET temp_directory = {text(str(folder / 'spill'))}"
        )
        connection.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
        postings = f"read_parquet({text(str(folder / 'postings.parquet'))})"
        for name, query in zip(FILES, (_units(postings), _specializations(postings)), strict=True):
            target = text(str(folder / f"{name}.parquet"))
            connection.execute(f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION zstd)")
        units, specializations = (f"read_parquet({text(str(folder / f'{one}.parquet'))})" for one in FILES)
        stated = connection.sql(
            "SELECT count(COLUMNS(* EXCLUDE (has_words))), count(*) FILTER (WHERE has_words) AS has_words, "
            f"(SELECT count(DISTINCT row_no) FROM {specializations}) AS specialization FROM {units}"
        )
        return dict(zip(stated.columns, stated.fetchall()[0], strict=True))


def _units(postings: str) -> str:
    conflict, implausible = (
        f"list_contains(flags, '{flag}')" for flag in ("location_conflict", "pay_implausible")
    )
    middle = "round(sqrt(usd_mid * coalesce(low_end, usd_mid)))::BIGINT"
    columns = {
        "country": f"CASE WHEN NOT {conflict} THEN country END",
        "year": "year(posted_at)::INTEGER",
        "month": "CASE WHEN date_precision <> 'year' THEN strftime(posted_at, '%Y-%m') END",
        # Half of a hash is a positive 64-bit integer everywhere; it only tells companies apart.
        "company": "CASE WHEN company IS NOT NULL THEN (hash(company) // 2)::BIGINT END",
        "usd": f"CASE WHEN NOT {implausible} THEN {middle} END",
        "has_words": "tags IS NOT NULL OR text_length IS NOT NULL",
    }
    plain = "region, city, position, seniority, remote, education, industry, company_size, employment"
    derived = ", ".join(f"{expression} AS {column}" for column, expression in columns.items())
    low_ends = f"SELECT pair, usd_mid AS low_end FROM {postings} WHERE pay_end = 'lowest'"
    return (
        f"SELECT row_no, {plain}, {derived} FROM {postings} LEFT JOIN ({low_ends}) USING (pair) "
        "WHERE pay_end IS DISTINCT FROM 'lowest'"
    )


def _specializations(postings: str) -> str:
    return (
        "SELECT row_no, specialization FROM "
        f"(SELECT row_no, unnest(specializations) AS specialization FROM {postings} "
        "WHERE pay_end IS DISTINCT FROM 'lowest')"
    )
