"""What changed between two snapshots of one source: by key where rows have one, else as multisets."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from .cells import name, row_hash, text
from .descriptors import normal


def compare(old: Path, new: Path) -> dict[str, Any]:
    """Counts of rows that came, went, stayed and (by key) changed, between two snapshot folders.

    Rows without ids are a multiset: three equal rows in the old and two in the new are one row gone.
    """
    if not all((folder / "postings.parquet").exists() for folder in (old, new)):
        return {}
    connection = duckdb.connect()
    try:
        columns = [_columns(connection, folder) for folder in (old, new)]
        every = sorted(set().union(*columns))
        before, after = (_rows(folder, held, every) for folder, held in zip((old, new), columns, strict=True))
        ((is_keyed,),) = connection.execute(
            f"SELECT (SELECT count(DISTINCT source_key) = count(*) FROM {before}) "
            f"AND (SELECT count(DISTINCT source_key) = count(*) FROM {after})"
        ).fetchall()
        relation = connection.sql(_by_key(before, after) if is_keyed else _as_multisets(before, after))
        found = dict(zip(relation.columns, relation.fetchall()[0], strict=True))
    finally:
        connection.close()
    return {key: value if isinstance(value, str) else int(value or 0) for key, value in found.items()}


def _columns(connection: Any, folder: Path) -> dict[str, str]:
    """The raw columns by their normal names, so that files of two formats compare."""
    columns = connection.sql(f"SELECT * FROM {_table(folder, 'raw')} LIMIT 0").columns
    return {normal(column): column for column in columns if column != "row_no"}


def _rows(folder: Path, columns: dict[str, str], every: list[str]) -> str:
    """The accepted rows: key and hash, the latter over the columns of both files (absent ones are null)."""
    cells = [f"{name(columns[one]) if one in columns else 'NULL::VARCHAR'} AS {name(one)}" for one in every]
    hashed = (
        f"SELECT row_no, {row_hash(every)} AS row_hash "
        f"FROM (SELECT row_no, {', '.join(cells)} FROM {_table(folder, 'raw')})"
    )
    return f"(SELECT source_key, row_hash FROM {_table(folder, 'postings')} JOIN ({hashed}) USING (row_no))"


def _table(folder: Path, table: str) -> str:
    return f"read_parquet({text(str(folder / f'{table}.parquet'))})"


def _by_key(before: str, after: str) -> str:
    return (
        "SELECT 'key' AS matched_by, count(*) FILTER (WHERE b.row_hash IS NULL) AS came, "
        "count(*) FILTER (WHERE a.row_hash IS NULL) AS went, "
        "count(*) FILTER (WHERE a.row_hash = b.row_hash) AS stayed, "
        "count(*) FILTER (WHERE a.row_hash <> b.row_hash) AS changed "
        f"FROM {after} a FULL JOIN {before} b USING (source_key)"
    )


def _as_multisets(before: str, after: str) -> str:
    return (
        "SELECT 'content' AS matched_by, sum(greatest(a - b, 0)) AS came, sum(greatest(b - a, 0)) AS went, "
        "sum(least(a, b)) AS stayed FROM (SELECT coalesce(a.n, 0) AS a, coalesce(b.n, 0) AS b "
        f"FROM (SELECT row_hash, count(*) AS n FROM {after} GROUP BY ALL) a "
        f"FULL JOIN (SELECT row_hash, count(*) AS n FROM {before} GROUP BY ALL) b USING (row_hash))"
    )
