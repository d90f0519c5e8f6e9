"""Which postings of a snapshot are new against an earlier one of its source, and what stays the same of each.

A posting is known again by its id at the source; without one, by title, company, place, date and pay.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import duckdb

from ..cells import text

IDENTITY = (
    "md5(coalesce('id ' || source_key, concat_ws(chr(31), title, coalesce(company, ''), "
    "coalesce(country, ''), coalesce(city, ''), coalesce(posted_at::VARCHAR, ''), "
    "coalesce(pay_min::VARCHAR, ''), coalesce(pay_max::VARCHAR, ''))))"
)


def new_rows(folder: Path, before: Path) -> set[int]:
    """The rows of the postings in `folder` that no posting in `before` is."""
    with contextlib.closing(duckdb.connect()) as connection:
        found = connection.sql(
            f"SELECT row_no FROM (SELECT row_no, {IDENTITY} AS one FROM {_postings(folder)}) "
            f"ANTI JOIN (SELECT {IDENTITY} AS one FROM {_postings(before)}) USING (one)"
        ).fetchall()
    return {row_no for (row_no,) in found}


def identities(folder: Path, source: str, row_nos: Sequence[int]) -> dict[int, str]:
    """What stays the same of these postings in every snapshot of their source (a slug), by row."""
    query = f"SELECT row_no, md5(? || {IDENTITY}) FROM {_postings(folder)} WHERE list_contains(?, row_no)"
    with contextlib.closing(duckdb.connect()) as connection:
        return dict(connection.execute(query, [source, row_nos]).fetchall())


def _postings(folder: Path) -> str:
    return f"read_parquet({text(str(folder / 'postings.parquet'))})"
