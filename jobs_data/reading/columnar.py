"""Parquet: the footer is held against the limits before a page is decoded, and against the rows after."""
# mypy: disable-error-code="import-untyped,import-not-found"

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from .files import Table
from .limits import MIB, Limits, Refused, check_columns, check_rows, is_gzip

BATCH = 16_384


def open_parquet(path: Path, limits: Limits) -> Table:
    """A table of a Parquet file's columns as text; nested columns as JSON-like text."""
    if is_gzip(path):
        raise Refused("Parquet inside gzip is not read; unpack it (Parquet is compressed already).")
    with _opened(path) as file:
        _check_footer(path, file.metadata, limits)
        columns = check_columns(list(file.schema_arrow.names), limits)
    table = Table("parquet", columns, lambda: iter(()))
    table.batches = lambda: _batches(path, table, limits)
    return table


def _opened(path: Path) -> pyarrow.parquet.ParquetFile:
    try:
        schema = pyarrow.parquet.read_schema(path)
        # Text stays a dictionary while it is decoded: a small page can otherwise unfold to gigabytes.
        texts = [
            field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_binary(field.type)
        ]
        return pyarrow.parquet.ParquetFile(
            path,
            read_dictionary=texts,
            thrift_string_size_limit=64 * MIB,
            thrift_container_size_limit=1_000_000,
            page_checksum_verification=True,
        )
    except (pa.ArrowException, OSError, ValueError, OverflowError) as wrong:
        raise Refused(f"The Parquet file is damaged: {str(wrong)[:200]} Write it again.") from wrong


def _check_footer(path: Path, metadata: pyarrow.parquet.FileMetaData, limits: Limits) -> None:
    size = path.stat().st_size
    check_rows(metadata.num_rows, limits)
    declared = 0
    for group in range(metadata.num_row_groups):
        held = metadata.row_group(group)
        for column in range(held.num_columns):
            chunk = held.column(column)
            if chunk.total_compressed_size < 0 or chunk.total_uncompressed_size < 0 or chunk.num_values < 0:
                raise Refused("The Parquet footer states a negative size: the file is damaged or forged.")
            if chunk.total_compressed_size > size:
                raise Refused(
                    f"The Parquet footer states a column of {chunk.total_compressed_size:,} bytes in a "
                    f"file of {size:,}: the file is damaged or forged."
                )
            declared += chunk.total_uncompressed_size
    if (
        sum(metadata.row_group(group).num_rows for group in range(metadata.num_row_groups))
        != metadata.num_rows
    ):
        raise Refused("The Parquet footer's row count is not that of its row groups: damaged.")
    if declared > limits.decompressed_bytes or declared > max(16 * MIB, size * limits.ratio):
        raise Refused(
            f"The Parquet file unpacks to {declared // MIB:,} MiB, more than {limits.ratio} times its size "
            f"or {limits.decompressed_bytes // MIB:,} MiB. If you trust it, write it again as CSV."
        )


def _batches(path: Path, table: Table, limits: Limits) -> Iterator[pa.RecordBatch]:
    rows = unfolded = 0
    most = max(64 * MIB, path.stat().st_size * limits.ratio)
    with _opened(path) as file:
        declared = file.metadata.num_rows
        try:
            for batch in file.iter_batches(batch_size=BATCH, use_threads=False):
                rows += batch.num_rows
                check_rows(rows, limits)
                table.fraction = rows / max(declared, 1)
                for part in _parts(batch, limits):
                    arrays = [_as_text(column) for column in part.columns]
                    text = pa.RecordBatch.from_arrays(arrays, names=table.columns)
                    unfolded += text.nbytes
                    if unfolded > most:
                        raise Refused(_unfolds(rows, limits))
                    yield text
        except (pa.ArrowException, OSError) as wrong:
            raise Refused(f"After row {rows:,} the Parquet file is damaged: {str(wrong)[:200]}") from wrong
    if rows != declared:
        raise Refused(
            f"The Parquet footer states {declared:,} rows, but {rows:,} were found: damaged or forged. "
            "Write it again."
        )


def _unfolds(rows: int, limits: Limits) -> str:
    return (
        f"After row {rows:,} the Parquet file has unfolded to {limits.ratio} times its size: that is how "
        "decompression bombs look. If you trust it, write it again as CSV."
    )


def _parts(batch: pa.RecordBatch, limits: Limits) -> Iterator[pa.RecordBatch]:
    """The batch in slices that unfold to at most the limit."""
    longest = sum(_longest(column) for column in batch.columns) or 1
    if longest > limits.row_bytes:
        raise Refused(f"A row is longer than {limits.row_bytes // MIB} MiB, as no posting is.")
    step = max(1, min(batch.num_rows, limits.batch_bytes // longest))
    for start in range(0, batch.num_rows, step):
        yield batch.slice(start, step)


def _longest(column: pa.Array) -> int:
    values = column.dictionary if isinstance(column, pa.DictionaryArray) else column
    if _is_text(values.type):
        return int(pc.max(pc.binary_length(values)).as_py() or 0)
    return 64


def _as_text(column: pa.Array) -> pa.Array:
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        return pa.array(
            [None if value is None else _shown(value) for value in column.to_pylist()], pa.string()
        )
    return pc.cast(column, pa.string())


def _shown(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))
