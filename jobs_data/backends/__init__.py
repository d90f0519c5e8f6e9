"""Where figures are counted: the same expressions on DuckDB, PostgreSQL or Spark, by one setting.

A snapshot's Parquet files are what is counted everywhere. DuckDB and Spark read them as they are; PostgreSQL
is given a copy when a snapshot is first asked for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from .. import store
from ..measures import Unavailable
from ..measures.queries import Table, Tables
from . import duckdb, postgres, spark

FILES = ("units", "skills", "specializations")


@contextlib.contextmanager
def opened(sha256: str) -> Iterator[Tables]:
    """The tables of a snapshot, as long as the block runs; Unavailable when its files are gone."""
    files = {name: store.folder(sha256) / f"{name}.parquet" for name in FILES}
    held = {name: path for name, path in files.items() if path.exists()}
    if "units" not in held:
        raise Unavailable("The snapshot's tables are not in the data folder; import the file again.")
    with _connected(settings.MARKET_BACKEND, sha256, held) as tables:
        yield Tables(**tables)


def forget(sha256: str) -> bool:
    """Remove what a backend keeps of a snapshot besides its files; False where there is nothing."""
    is_copied = settings.MARKET_BACKEND.startswith(postgres.SCHEMES)
    return is_copied and postgres.drop(settings.MARKET_BACKEND, sha256)


def _connected(
    backend: str, sha256: str, held: dict[str, Path]
) -> contextlib.AbstractContextManager[dict[str, Table]]:
    if backend.startswith(postgres.SCHEMES):
        return postgres.tables(backend, sha256, held)
    if backend.startswith("spark"):
        return spark.tables(backend, held)
    return duckdb.tables(held)
