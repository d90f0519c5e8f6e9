"""A file's rows into `raw.parquet`: numbered, with personal data taken out, a batch at a time."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from .cleaning.redaction import redact
from .reading import Table

QUARANTINE = pa.schema([("row_no", pa.int64()), ("reason", pa.string()), ("raw", pa.string())])
Progress = Callable[[int, float | None], None]


@dataclass(slots=True)
class Intake:
    """What came in: rows in `raw.parquet`, rows that could not be split, and what was redacted."""

    rows: int = 0
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    redacted: dict[str, int] = field(default_factory=dict)


def take_in(table: Table, folder: Path, texts: frozenset[str], progress: Progress) -> Intake:
    """Write `raw.parquet` and the rejected rows (`rejected.parquet`); `texts` are columns of free text."""
    intake = Intake()
    schema = pa.schema([("row_no", pa.int64()), *((column, pa.string()) for column in table.columns)])
    with (
        pyarrow.parquet.ParquetWriter(
            folder / "raw.parquet", schema, compression="zstd", write_statistics=False
        ) as rows,
        pyarrow.parquet.ParquetWriter(folder / "rejected.parquet", QUARANTINE) as rejected,
    ):
        for batch in table.batches():
            numbers = pa.array(np.arange(intake.rows + 1, intake.rows + 1 + batch.num_rows))
            columns = [_redacted(batch[name], name in texts, intake) for name in table.columns]
            rows.write_batch(pa.RecordBatch.from_arrays([numbers, *columns], schema=schema))
            intake.rows += batch.num_rows
            _set_aside(table, rejected, intake)
            progress(intake.rows, table.fraction)
        _set_aside(table, rejected, intake)
    return intake


def write_quarantine(folder: Path, shaped: Iterable[pa.RecordBatch]) -> None:
    """`quarantine.parquet`: the rejected rows and those that were left out when their cells were read."""
    rejected = pyarrow.parquet.ParquetFile(folder / "rejected.parquet")
    with pyarrow.parquet.ParquetWriter(
        folder / "quarantine.parquet", QUARANTINE, compression="zstd"
    ) as all_rows:
        for batch in _chained(rejected.iter_batches(), shaped):
            all_rows.write_table(pa.Table.from_batches([batch]).cast(QUARANTINE))
    (folder / "rejected.parquet").unlink()


def _chained(*parts: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for part in parts:
        yield from part


def _set_aside(table: Table, writer: pyarrow.parquet.ParquetWriter, intake: Intake) -> None:
    held = table.rejected
    if not held:
        return
    raws = [redact(row.raw).text for row in held]
    columns = [[row.row for row in held], [row.reason for row in held], raws]
    writer.write_table(pa.Table.from_arrays([pa.array(column) for column in columns], schema=QUARANTINE))
    for row in held:
        intake.reasons[row.reason] = intake.reasons.get(row.reason, 0) + 1
    intake.rejected += len(held)
    held.clear()


def _redacted(column: pa.Array, is_text: bool, intake: Intake) -> pa.Array:
    """The column without personal data; only cells that may hold some are looked at one by one."""
    suspicious = pc.match_substring(column, "@")
    if is_text:
        suspicious = pc.or_(suspicious, pc.match_substring_regex(column, r"\d[\d().\s-]{6,}\d|\(at\)|\[at\]"))
    if not pc.any(suspicious).as_py():
        return column
    cells = column.to_pylist()
    for number in pc.indices_nonzero(pc.fill_null(suspicious, False)).to_pylist():
        found = redact(cells[number])
        cells[number] = found.text
        for kind, count in found.counts.items():
            intake.redacted[kind] = intake.redacted.get(kind, 0) + count
    return pa.array(cells, pa.string())
