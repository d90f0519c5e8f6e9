"""Raw rows to postings: DuckDB joins each row with what its cells mean, sets aside and merges, and counts.

Everything runs in one folder with bounded memory; nothing here knows of Django. In the folder afterwards:
`raw.parquet` (every well-formed row as it came, personal data redacted), `postings.parquet`,
`quarantine.parquet` (rows left out, with reasons) and `merged.parquet` (repeats, with the row that stands).
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from . import columns as sql
from . import conventions, derived, setting_aside
from .cells import Cells
from .cleaning import rates
from .descriptors import Descriptor
from .dictionaries import TEXT, Dictionary, dictionaries
from .reading import Table

MEMORY = "512MB"
DISTINCT_BATCH = 50_000
SAMPLES = 5


class Shaper:
    """One import's workbench: an in-memory DuckDB over `raw.parquet` in a folder."""

    def __init__(self, folder: Path, descriptor: Descriptor, table: Table, collected: int | None) -> None:
        """Open the raw rows of a table; `collected` is the year for rows that state none."""
        self.folder, self.collected, self.delimiter = folder, collected, table.delimiter
        self.cells = Cells(descriptor, tuple(table.columns))
        self.dictionaries = dictionaries(descriptor, self.cells.mapped)
        self.connection = duckdb.connect()
        self.connection.execute(f"SET memory_limit = '{MEMORY}'; SET temp_directory = '{folder / 'spill'}'")
        self.connection.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
        self.connection.execute(f"CREATE VIEW raw AS SELECT * FROM read_parquet('{folder / 'raw.parquet'}')")

    def close(self) -> None:
        """Let go of memory and files."""
        self.connection.close()

    def shape(self) -> dict[str, Any]:
        """Write the tables; returns what the report says of them."""
        self._load_rates()
        for dictionary in self.dictionaries:
            self._collect(dictionary)
        names = {dictionary.name for dictionary in self.dictionaries}
        found = conventions.find(self.connection, self.cells.descriptor, names, self.delimiter)
        for dictionary in dictionaries(self.cells.descriptor, self.cells.mapped, found):
            self._load(dictionary)
        self.connection.execute(setting_aside.left_out_table(self.cells, names))
        if "key" in self.cells.mapped:
            self.connection.execute(setting_aside.repeats(self.cells))
        self.connection.execute(setting_aside.pairs_table(self.cells))
        self.connection.execute(setting_aside.heaps_table(self.cells, names))
        stated = sql.postings(self.cells, names, self.collected)
        self._write("postings", derived.with_dollars(stated, self.cells.descriptor))
        self._write(
            "merged", "SELECT row_no, kept_row, is_identical FROM left_out WHERE kept_row IS NOT NULL"
        )
        return self._counts(names) | {"conventions": list(found.notes)}

    def quarantined(self) -> Iterator[pa.RecordBatch]:
        """The rows that are left out: row_no, reason, raw cells as JSON."""
        query = (
            "SELECT raw.row_no, reason, to_json(raw) AS raw FROM raw JOIN left_out USING (row_no) "
            "WHERE reason IS NOT NULL"
        )
        yield from self.connection.sql(query).to_arrow_reader(DISTINCT_BATCH)

    def _write(self, name: str, query: str) -> None:
        target = self.folder / f"{name}.parquet"
        self.connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")

    def _load_rates(self) -> None:
        held = rates.shipped()
        table = pa.table(
            {
                "currency": [rate.currency for rate in held],
                "year": pa.array([rate.year for rate in held], pa.int64()),
                "per_usd": [rate.per_usd for rate in held],
                "last_day": [rate.last_day for rate in held],
            }
        )
        self.connection.register("shipped_rates", table)
        self.connection.execute("CREATE TEMP TABLE rates AS SELECT * FROM shipped_rates")

    def _collect(self, dictionary: Dictionary) -> None:
        """`c_<name>`: each different cell once, as it came and as it is read."""
        query = self.cells.different(dictionary.name)
        self.connection.execute(f"CREATE TABLE c_{dictionary.name} AS {query}")

    def _load(self, dictionary: Dictionary) -> None:
        """`d_<name>`: what each different cell means, read once, a batch of them at a time."""
        schema = pa.schema([("raw", TEXT), ("cell", TEXT), *dictionary.outputs.items()])
        self.connection.register("empty", schema.empty_table())
        self.connection.execute(f"CREATE TEMP TABLE d_{dictionary.name} AS SELECT * FROM empty")
        # A cursor of its own: the same connection cannot read and insert at once.
        with contextlib.closing(self.connection.cursor()) as reader:
            for batch in reader.sql(f"FROM c_{dictionary.name}").to_arrow_reader(DISTINCT_BATCH):
                answers = zip(*map(dictionary.read, batch["cell"].to_pylist()), strict=True)
                arrays = [
                    pa.array(column, kind) for column, kind in zip(answers, schema.types[2:], strict=True)
                ]
                self.connection.register(
                    "read", pa.Table.from_arrays([*batch.columns, *arrays], schema=schema)
                )
                self.connection.execute(f"INSERT INTO d_{dictionary.name} SELECT * FROM read")
        self.connection.execute(f"DROP TABLE c_{dictionary.name}")

    def _counts(self, names: set[str]) -> dict[str, Any]:
        merged, identical = self._row(
            "SELECT count(*), count(*) FILTER (WHERE is_identical) FROM left_out WHERE kept_row IS NOT NULL"
        )
        reasons = (
            "SELECT reason, count(*) FROM left_out WHERE reason IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        path = self.folder / "postings.parquet"
        summary = self.connection.sql(derived.summary(str(path), self.cells)).to_arrow_table().to_pylist()[0]
        flags = (
            f"SELECT flag, count(*) FROM (SELECT unnest(flags) AS flag FROM read_parquet('{path}')) "
            "GROUP BY flag ORDER BY flag"
        )
        return {
            "merged": merged,
            "merged_identical": identical,
            "quarantine": dict(self.connection.sql(reasons).fetchall()),
            "flags": dict(self.connection.sql(flags).fetchall()),
            "unread": self._unread(names),
        } | {key: _plain(value) for key, value in summary.items()}

    def _unread(self, names: set[str]) -> dict[str, Any]:
        """Cells of each field that hold something which could not be read: how many different, and some."""
        found: dict[str, Any] = {}
        for name in sorted(names):
            outputs = next(one.outputs for one in self.dictionaries if one.name == name)
            if "problem" not in outputs:
                continue
            rows = self.connection.sql(f"SELECT cell FROM d_{name} WHERE problem ORDER BY 1").fetchall()
            if rows:
                found[name] = {
                    "different_cells": len(rows),
                    "samples": [row[0][:80] for row in rows[:SAMPLES]],
                }
        return found

    def _row(self, query: str) -> tuple[Any, ...]:
        # fetchone would leave the result unfinished, and the connection busy.
        (row,) = self.connection.execute(query).fetchall()
        return tuple(row)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
