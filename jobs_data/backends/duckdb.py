"""DuckDB, inside the process: a connection for each figure, nothing to set up."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import ibis

from ..measures.queries import Table

MEMORY = "1GB"


@contextlib.contextmanager
def tables(held: Mapping[str, Path]) -> Iterator[dict[str, Table]]:
    """The files as Ibis tables."""
    connection = ibis.duckdb.connect(memory_limit=MEMORY)
    try:
        yield {name: connection.read_parquet(path) for name, path in held.items()}
    finally:
        connection.disconnect()
