"""DuckDB, inside the process: a connection for each figure, nothing to set up."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import ibis

from ..measures.queries import Table

MEMORY = "1GB"
# DuckDB would spill into the folder that the site was started in, which need not be writable.
SPILL = str(Path(tempfile.gettempdir()) / "trainyard-duckdb")


@contextlib.contextmanager
def tables(held: Mapping[str, Path]) -> Iterator[dict[str, Table]]:
    """The files as Ibis tables."""
    with connected() as connection:
        yield {name: connection.read_parquet(path) for name, path in held.items()}


@contextlib.contextmanager
def connected() -> Iterator[Any]:
    """An Ibis connection with bounded memory; what does not fit goes to the machine's temporary folder."""
    connection = ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=SPILL)
    try:
        yield connection
    finally:
        connection.disconnect()
