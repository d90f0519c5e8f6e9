"""Opening a file as a table, by what it holds rather than by its name."""
# mypy: disable-error-code="import-untyped,import-not-found"

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from .encodings import wide_encoding
from .limits import Limits, Refused, open_binary

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jsonld": "json",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
    ".pq": "parquet",
}


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be split into cells: its number in the file (0: unknown), why, its text."""

    row: int
    reason: str
    raw: str


@dataclass(slots=True)
class Table:
    """A file as rows of text: its columns, then batches in the file's order; null where a cell is empty.

    `rejected` grows while batches are read and is emptied by whoever stores it; `fraction` is how much of the
    file has been read, where that is known; `delimiter` is what separates the cells of delimited text.
    """

    format: str
    columns: list[str]
    batches: Callable[[], Iterator[pa.RecordBatch]]
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fraction: float | None = None
    delimiter: str = ""


def open_table(path: Path, limits: Limits | None = None) -> Table:
    """The table in a file; Refused with the reason and what to do for what is no readable table."""
    # Each reader brings a large library; only the one that is needed is loaded.
    limits = limits or Limits()
    kind = detect(path, limits)
    if kind in ("csv", "tsv"):
        from .delimited import open_delimited  # noqa: PLC0415 - see above

        return open_delimited(path, kind, limits)
    if kind in ("json", "jsonl"):
        from .objects import open_objects  # noqa: PLC0415 - see above

        return open_objects(path, kind, limits)
    if kind == "xlsx":
        from .workbook import open_workbook  # noqa: PLC0415 - see above

        return open_workbook(path, limits)
    from .columnar import open_parquet  # noqa: PLC0415 - see above

    return open_parquet(path, limits)


def detect(path: Path, limits: Limits) -> str:
    """`csv`, `tsv`, `json`, `jsonl`, `xlsx` or `parquet`, from the first bytes and then from the name."""
    with open_binary(path, limits) as file:
        start = file.read(4096)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(f"{path.name} is an old Excel file (.xls). Save it as .xlsx or CSV and import that.")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"[", b"{")):
        return "jsonl" if SUFFIXES.get(_suffix(path)) == "jsonl" else "json"
    if b"\x00" in start and not wide_encoding(start):
        raise Refused(f"{path.name} is no CSV, TSV, JSON, JSON Lines, XLSX or Parquet file.")
    return "tsv" if SUFFIXES.get(_suffix(path)) == "tsv" else "csv"


def batch_of(columns: list[str], rows: list[list[str | None]]) -> pa.RecordBatch:
    """Rows of cells as one batch of text columns."""
    cells: list[tuple[str | None, ...]] = list(zip(*rows, strict=True)) if rows else [() for _ in columns]
    arrays = [pa.array(values, pa.string()) for values in cells]
    return pa.RecordBatch.from_arrays(arrays, names=columns)


def _suffix(path: Path) -> str:
    suffixes = [suffix.casefold() for suffix in path.suffixes]
    return suffixes[-2] if len(suffixes) > 1 and suffixes[-1] == ".gz" else (suffixes or [""])[-1]
