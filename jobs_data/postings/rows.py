"""Rows of one snapshot by their numbers, straight out of its Parquet."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
from bisect import insort
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from ..cells import name, text

COLUMNS = (
    "row_no", "source_key", "url", "title", "position", "seniority", "company", "company_size", "industry",
    "country", "region", "city", "remote", "employment", "education", "posted_at", "date_precision",
    "valid_through", "currency", "period", "pay_min", "pay_max", "usd_min", "usd_max", "usd_mid", "pay_basis",
    "fx_rate", "fx_day", "fx_series", "specializations", "flags",
)  # fmt: skip
WRITTEN = {"place_text": "place", "pay_text": "pay_text"}


def read(folder: Path, row_nos: Sequence[int], report: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """These postings by row: their columns, place and pay as written, and the ids of their skills."""
    mapped = report["columns"]
    written = ", ".join(
        f"raw.{name(mapped[field])} AS {alias}" if field in mapped else f"NULL AS {alias}"
        for alias, field in WRITTEN.items()
    )
    columns = ", ".join(f"p.{column}" for column in COLUMNS)
    with contextlib.closing(duckdb.connect()) as connection:
        rows = _rows(
            connection,
            f"SELECT {columns}, {written} FROM {_parquet(folder, 'postings')} p "
            f"JOIN {_parquet(folder, 'raw')} raw USING (row_no) WHERE list_contains(?, p.row_no)",
            row_nos,
        )
        found = {row["row_no"]: row | {"skills": []} for row in rows}
        if (folder / "skills.parquet").exists():
            pairs = f"SELECT row_no, skill FROM {_parquet(folder, 'skills')} WHERE list_contains(?, row_no)"
            for pair in _rows(connection, pairs, row_nos):
                insort(found[pair["row_no"]]["skills"], report["skill_ids"][pair["skill"]])
    return found


def text_of(folder: Path, row_no: int, report: Mapping[str, Any]) -> str:
    """The text of a posting, personal data taken out; "" where the source has none."""
    column = report["columns"].get("text")
    if column is None:
        return ""
    query = f"SELECT {name(column)} AS cell FROM {_parquet(folder, 'raw')} WHERE row_no = ?"
    with contextlib.closing(duckdb.connect()) as connection:
        return next((row["cell"] or "" for row in _rows(connection, query, row_no)), "")


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, value: int | Sequence[int]
) -> list[dict[str, Any]]:
    found = connection.execute(query, [value])
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _parquet(folder: Path, table: str) -> str:
    return f"read_parquet({text(str(folder / f'{table}.parquet'))})"
