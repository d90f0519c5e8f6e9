"""What changed between two snapshots of one source: by key where rows have one, else as multisets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb


def compare(old: Path, new: Path) -> dict[str, Any]:
    """Counts of rows that came, went, stayed and (by key) changed, between two snapshot folders.

    Rows without ids are a multiset: three equal rows in the old and two in the new are one row gone.
    """
    before, after = _table(old), _table(new)
    if before is None or after is None:
        return {}
    connection = duckdb.connect()
    try:
        ((is_keyed,),) = connection.execute(
            f"SELECT (SELECT count(source_key) = count(*) FROM {before}) "
            f"AND (SELECT count(source_key) = count(*) FROM {after})"
        ).fetchall()
        query = _by_key(before, after) if is_keyed else _as_multisets(before, after)
        relation = connection.sql(query)
        found = dict(zip(relation.columns, relation.fetchall()[0], strict=True))
    finally:
        connection.close()
    return {name: value if isinstance(value, str) else int(value or 0) for name, value in found.items()}


def _table(folder: Path) -> str | None:
    path = folder / "postings.parquet"
    return "read_parquet('" + str(path).replace("'", "''") + "')" if path.exists() else None


def _by_key(before: str, after: str) -> str:
    return (
        "SELECT 'key' AS matched_by, count(*) FILTER (WHERE b.row_hash IS NULL) AS came, "
        "count(*) FILTER (WHERE a.row_hash IS NULL) AS went, "
        "count(*) FILTER (WHERE a.row_hash = b.row_hash) AS stayed, "
        "count(*) FILTER (WHERE a.row_hash <> b.row_hash) AS changed "
        f"FROM (SELECT source_key, row_hash FROM {after}) a "
        f"FULL JOIN (SELECT source_key, row_hash FROM {before}) b USING (source_key)"
    )


def _as_multisets(before: str, after: str) -> str:
    return (
        "SELECT 'content' AS matched_by, sum(greatest(a - b, 0)) AS came, sum(greatest(b - a, 0)) AS went, "
        "sum(least(a, b)) AS stayed FROM (SELECT coalesce(a.n, 0) AS a, coalesce(b.n, 0) AS b "
        f"FROM (SELECT row_hash, count(*) AS n FROM {after} GROUP BY ALL) a "
        f"FULL JOIN (SELECT row_hash, count(*) AS n FROM {before} GROUP BY ALL) b USING (row_hash))"
    )
