"""Spark: `spark` runs it on this machine, `spark://HOST:PORT` on a cluster that sees the data folder.

Needs the extra `trainyard[spark]` and Java 17 or newer. The session starts once for each process.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import ibis

from ..measures import Unavailable
from ..measures.queries import Table


@contextlib.contextmanager
def tables(backend: str, held: Mapping[str, Path]) -> Iterator[dict[str, Table]]:
    """The files as Ibis tables; Unavailable without pyspark."""
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra of half a gigabyte
    except ModuleNotFoundError as missing:
        needed = "Counting on Spark needs pyspark: pip install 'trainyard[spark]'"
        raise Unavailable(needed) from missing
    master = "local[*]" if backend == "spark" else backend
    session = SparkSession.builder.master(master).appName("trainyard").getOrCreate()
    connection = ibis.pyspark.connect(session)
    yield {name: connection.read_parquet(path) for name, path in held.items()}
