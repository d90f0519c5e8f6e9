"""PostgreSQL: each snapshot is copied, on first use, into a schema of its own, `market_<first 12 digits>`.

Copying is one transaction under a lock: it is there whole or not at all, and two processes copy it once.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import ibis
import psycopg
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from psycopg import sql

from ..measures.queries import Table

SCHEMES = ("postgres://", "postgresql://")
TYPES = {
    pa.int8(): "smallint",
    pa.int16(): "smallint",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.bool_(): "boolean",
    pa.string(): "text",
}
BATCH = 100_000


@contextlib.contextmanager
def tables(url: str, sha256: str, held: Mapping[str, Path]) -> Iterator[dict[str, Table]]:
    """The snapshot's tables as Ibis tables, copied first if they are not there."""
    _ensure(url, sha256, held)
    connection = ibis.connect(url)
    try:
        yield {name: connection.table(name, database=schema_of(sha256)) for name in held}
    finally:
        connection.disconnect()


def schema_of(sha256: str) -> str:
    """The name of a snapshot's schema."""
    return f"market_{sha256[:12]}"


def drop(url: str, sha256: str) -> bool:
    """Remove a snapshot's schema; False where there is none."""
    with psycopg.connect(url) as connection:
        is_there = _is_there(connection, sha256)
        connection.execute(
            sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema_of(sha256)))
        )
    return is_there


def _ensure(url: str, sha256: str, held: Mapping[str, Path]) -> None:
    with psycopg.connect(url) as connection:
        if _is_there(connection, sha256):
            return
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])
        if _is_there(connection, sha256):
            return
        schema = sql.Identifier(schema_of(sha256))
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        for name, path in held.items():
            _copy(connection, sql.SQL(".").join([schema, sql.Identifier(name)]), path)


def _is_there(connection: psycopg.Connection[tuple[object, ...]], sha256: str) -> bool:
    found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema_of(sha256)])
    return found.fetchone() is not None


def _copy(connection: psycopg.Connection[tuple[object, ...]], table: sql.Composable, path: Path) -> None:
    """One file as one table, a batch at a time; null and "" stay apart, since only "" is quoted."""
    file = pyarrow.parquet.ParquetFile(path)
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(one.name), sql.SQL(TYPES[one.type]))
        for one in file.schema_arrow
    ]
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(", ").join(columns)))
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="all_valid")
    with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(table)) as copy:
        for batch in file.iter_batches(BATCH):
            buffer = io.BytesIO()
            pyarrow.csv.write_csv(batch, buffer, options)
            copy.write(buffer.getvalue())
    connection.execute(sql.SQL("CREATE INDEX ON {} (row_no)").format(table))
    connection.execute(sql.SQL("ANALYZE {}").format(table))
