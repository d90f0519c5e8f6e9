"""CSV and TSV, in whatever encoding and with whatever separator; malformed rows are set aside, not lost."""
# mypy: disable-error-code="import-untyped,import-not-found"

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from .files import Rejected, Table
from .limits import MIB, Limits, Refused, check_columns, check_rows, is_gzip, open_binary

SAMPLE = 256 * 1024
MOST_REJECTED_IN_MEMORY = 100_000


def open_delimited(path: Path, kind: str, limits: Limits) -> Table:
    """A table of delimited text."""
    encoding = find_encoding(path, limits)
    with open_binary(path, limits) as file:
        sample = codecs.getincrementaldecoder(encoding)("replace").decode(file.read(SAMPLE)).lstrip("\ufeff")
    delimiter = "\t" if kind == "tsv" else find_delimiter(sample)
    header = _header(sample, delimiter)
    columns = check_columns(header, limits)
    table = Table(kind, columns, lambda: iter(()))
    if encoding not in ("utf-8", "utf-8-sig"):
        table.notes.append(f"Read as {encoding}.")
    if delimiter not in (",", "\t"):
        table.notes.append(f"Cells are separated by {delimiter!r}.")
    table.batches = lambda: _batches(path, table, delimiter, encoding, limits)
    return table


def find_encoding(path: Path, limits: Limits) -> str:
    """`utf-8`, `utf-16` by its mark, or `cp1252` for a file that is not valid UTF-8 anywhere."""
    with open_binary(path, limits) as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(start)
            while block := file.read(MIB):
                # Ascii needs no decoding, and the check is ten times as fast.
                if not block.isascii() or decoder.getstate()[0]:
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def find_delimiter(sample: str) -> str:
    """The separator that occurs most in the first line, of comma, semicolon, tab and bar."""
    first = sample.split("\n", 1)[0]
    return max((",", ";", "\t", "|"), key=first.count)


def _header(sample: str, delimiter: str) -> list[str]:
    csv.field_size_limit(SAMPLE)
    try:
        return next(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
    except (csv.Error, StopIteration) as wrong:
        raise Refused(f"The first line is no header of a table ({wrong}).") from wrong


def _batches(
    path: Path, table: Table, delimiter: str, encoding: str, limits: Limits
) -> Iterator[pa.RecordBatch]:
    names = table.columns
    rows = 0

    def set_aside(row: pyarrow.csv.InvalidRow) -> str:
        reason = f"{row.actual_columns} cells where the header has {row.expected_columns}"
        table.rejected.append(Rejected(row.number or 0, reason, (row.text or "")[:10_000]))
        if len(table.rejected) > MOST_REJECTED_IN_MEMORY:
            return "error"
        return "skip"

    with open_binary(path, limits) as file:
        try:
            reader = pyarrow.csv.open_csv(
                file,
                # A block is the longest row that is read; one thread keeps memory to two blocks.
                read_options=pyarrow.csv.ReadOptions(
                    column_names=names,
                    skip_rows=1,
                    block_size=limits.row_bytes,
                    encoding=encoding,
                    use_threads=False,
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=delimiter, newlines_in_values=True, invalid_row_handler=set_aside
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
                ),
            )
            for batch in reader:
                rows += batch.num_rows
                check_rows(rows, limits)
                if not is_gzip(path):
                    table.fraction = file.tell() / path.stat().st_size
                yield batch
        except pa.ArrowInvalid as wrong:
            raise Refused(_explained(str(wrong), rows, limits)) from wrong


def _explained(message: str, rows: int, limits: Limits) -> str:
    if "straddling" in message or "block" in message.casefold():
        return (
            f"After row {rows:,} a row is longer than {limits.row_bytes // MIB} MiB: an unclosed quotation "
            "mark, or a cell no table should hold. Mend or remove that row."
        )
    if "Empty CSV" in message:
        return "The file has a header and no rows."
    return f"After row {rows:,} the file cannot be read as a table: {message[:200]}"
