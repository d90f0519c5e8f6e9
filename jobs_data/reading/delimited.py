"""CSV and TSV, in whatever encoding and with whatever separator; malformed rows are set aside, not lost."""
# mypy: disable-error-code="import-untyped,import-not-found"

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.csv

from .encodings import find_encoding
from .files import Rejected, Table
from .limits import MIB, Limits, Refused, check_columns, check_rows, is_gzip, open_binary

SAMPLE = 256 * 1024
MOST_REJECTED_IN_MEMORY = 100_000
MOST_LINES_COMPARED = 30
SEPARATORS = (",", ";", "\t", "|")
# Excel writes it before the header where the country's separator is not the reader's.
SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?\s*')


def open_delimited(path: Path, kind: str, limits: Limits) -> Table:
    """A table of delimited text."""
    encoding = find_encoding(path, limits)
    with open_binary(path, limits) as file:
        sample = codecs.getincrementaldecoder(encoding)("replace").decode(file.read(SAMPLE)).lstrip("\ufeff")
    delimiter = "\t" if kind == "tsv" else find_delimiter(sample)
    header, lines = _header(sample, delimiter)
    table = Table(kind, check_columns(header, limits), lambda: iter(()))
    table.delimiter = delimiter
    if encoding not in ("utf-8", "utf-8-sig"):
        table.notes.append(f"Read as {encoding}.")
    if delimiter not in (",", "\t"):
        table.notes.append(f"Cells are separated by {delimiter!r}.")
    reading = pyarrow.csv.ReadOptions(
        # A block is the longest row that is read; one thread keeps memory to two blocks.
        column_names=table.columns,
        skip_rows=lines,
        block_size=limits.row_bytes,
        encoding=encoding,
        use_threads=False,
    )
    table.batches = lambda: _batches(path, table, reading, limits)
    return table


def find_delimiter(sample: str) -> str:
    """What separates cells: what a line `sep=;` says, else what splits the first lines most evenly.

    Of comma, semicolon, tab and bar; the more cells, the better, where two are as even.
    """
    lines = sample.split("\n", MOST_LINES_COMPARED)[:MOST_LINES_COMPARED]
    if stated := SEPARATOR_LINE.fullmatch(lines[0]):
        return stated[1]
    return max(SEPARATORS, key=lambda one: _evenness("\n".join(lines), one))


def _evenness(lines: str, delimiter: str) -> tuple[float, int]:
    """The share of rows as wide as the header (0 for a single column), and that width."""
    try:
        widths = [len(row) for row in csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter) if row]
    except csv.Error:
        return 0.0, 0
    # The last row may be cut where the sample ends.
    compared = widths[:-1] if len(widths) > MOST_LINES_COMPARED // 2 else widths
    if not compared or compared[0] == 1:
        return 0.0, 0
    return round(compared.count(compared[0]) / len(compared), 1), compared[0]


def _header(sample: str, delimiter: str) -> tuple[list[str], int]:
    """The header's cells, and how many lines of the file it ends after."""
    csv.field_size_limit(SAMPLE)
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        header = next(row for row in rows if row and not SEPARATOR_LINE.fullmatch(delimiter.join(row)))
    except (csv.Error, StopIteration) as wrong:
        raise Refused(f"The first line is no header of a table ({wrong}).") from wrong
    return header, rows.line_num


def _batches(
    path: Path, table: Table, reading: pyarrow.csv.ReadOptions, limits: Limits
) -> Iterator[pa.RecordBatch]:
    names = table.columns
    rows = 0

    def set_aside(row: pyarrow.csv.InvalidRow) -> str:
        reason = f"{row.actual_columns} cells where the header has {row.expected_columns}"
        table.rejected.append(Rejected(row.number or 0, reason, (row.text or "")[:10_000]))
        if len(table.rejected) > MOST_REJECTED_IN_MEMORY:
            return "error"
        return "skip"

    with _stream(path, limits) as file:
        try:
            reader = pyarrow.csv.open_csv(
                file,
                read_options=reading,
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=table.delimiter, newlines_in_values=True, invalid_row_handler=set_aside
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
        except UnicodeDecodeError as wrong:
            raise Refused(
                f"After row {rows:,} the file is not {reading.encoding} any more ({wrong.reason}): damaged "
                "or cut. Save it as UTF-8."
            ) from wrong


def _stream(path: Path, limits: Limits) -> IO[bytes] | pa.NativeFile:
    """The file for pyarrow, whose own threads read ahead of us.

    Theirs is the plain file: a thread that still reads a Python object when the process ends waits for ever.
    """
    return open_binary(path, limits) if is_gzip(path) else pa.OSFile(str(path))


def _explained(message: str, rows: int, limits: Limits) -> str:
    if "straddling" in message or "block" in message.casefold():
        return (
            f"After row {rows:,} a row is longer than {limits.row_bytes // MIB} MiB: an unclosed quotation "
            "mark, or a cell no table should hold. Mend or remove that row."
        )
    if "Empty CSV" in message:
        return "The file has a header and no rows."
    return f"After row {rows:,} the file cannot be read as a table: {message[:200]}"
