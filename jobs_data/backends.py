"""Where figures are counted: DuckDB over a snapshot's Parquet files."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
from collections.abc import Iterator

import ibis

from . import store
from .measures import Unavailable
from .measures.queries import Tables

FILES = ("units", "skills", "specializations")


@contextlib.contextmanager
def opened(sha256: str) -> Iterator[Tables]:
    """The tables of a snapshot, as long as the block runs."""
    folder = store.folder(sha256)
    held = {name: folder / f"{name}.parquet" for name in FILES}
    if not held["units"].exists():
        raise Unavailable("The snapshot's tables are not in the data folder; import the file again.")
    connection = ibis.duckdb.connect()
    try:
        yield Tables(**{name: connection.read_parquet(path) for name, path in held.items() if path.exists()})
    finally:
        connection.disconnect()
