"""XLSX: the first sheet with a header, row by row. Formulas are not run: their last values are read."""
# mypy: disable-error-code="import-untyped,import-not-found"

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
import pyarrow as pa
from defusedxml.common import DefusedXmlException
from openpyxl.xml import DEFUSEDXML

from .files import Rejected, Table, batch_of
from .limits import MIB, Limits, Refused, check_columns, is_gzip

BATCH = 2_000


def open_workbook(path: Path, limits: Limits) -> Table:
    """A table of the first sheet that has rows; the names of other sheets are noted."""
    if is_gzip(path):
        raise Refused("A workbook inside gzip is not read; unpack it (.xlsx is compressed already).")
    check_package(path, limits)
    with _Opened(path) as book:
        sheet = next((sheet for sheet in book.worksheets if _first_row(sheet)), None)
        if sheet is None:
            raise Refused("No sheet of the workbook has a row.")
        header = [str(_cell(value) or "") for value in _first_row(sheet)]
        title, others = sheet.title, [one.title for one in book.worksheets if one.title != sheet.title]
    while header and not header[-1]:
        header.pop()
    table = Table("xlsx", check_columns(header, limits), lambda: iter(()))
    if others:
        table.notes.append(f"Only the sheet {title!r} was read; left out: {', '.join(others)}.")
    table.batches = lambda: _batches(path, title, table)
    return table


def check_package(path: Path, limits: Limits) -> None:
    """Refused when the zip inside is damaged, or unpacks to far more than its size or the limit."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
    except zipfile.BadZipFile as wrong:
        raise Refused(f"The workbook is damaged ({wrong}). Save it again.") from wrong
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise Refused("The file is a zip, but no workbook. Unpack it and import the table inside.")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.workbook_bytes or unpacked > max(path.stat().st_size, 1) * limits.ratio:
        raise Refused(
            f"The workbook unpacks to {unpacked // MIB:,} MiB, more than {limits.workbook_bytes // MIB:,} "
            f"or {limits.ratio} times its size. Save it as CSV and import that."
        )


class _Opened:
    """A workbook opened to read rows as they come; XML that defines entities is refused by defusedxml."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Any:
        if not DEFUSEDXML:
            raise Refused("Workbooks are read only with defusedxml installed: pip install defusedxml")
        try:
            self.book = openpyxl.load_workbook(self.path, read_only=True, data_only=True, keep_links=False)
        except DefusedXmlException as bomb:
            raise Refused(_bomb()) from bomb
        except (KeyError, ValueError, TypeError, ParseError, zipfile.BadZipFile) as wrong:
            # openpyxl wraps what its parser raised.
            if isinstance(wrong.__cause__ or wrong.__context__, DefusedXmlException):
                raise Refused(_bomb()) from wrong
            raise Refused(f"The workbook cannot be read ({wrong}). Save it again, or as CSV.") from wrong
        return self.book

    def __exit__(self, *_: object) -> None:
        self.book.close()


def _bomb() -> str:
    return (
        "The workbook's XML defines entities, as decompression bombs do and no spreadsheet does. "
        "Do not open it; ask for the data as CSV."
    )


def _first_row(sheet: Any) -> tuple[Any, ...]:
    return next(sheet.iter_rows(max_row=1, values_only=True), ())


def _batches(path: Path, title: str, table: Table) -> Iterator[pa.RecordBatch]:
    held: list[list[str | None]] = []
    with _Opened(path) as book:
        try:
            for row in _rows(book[title], table):
                held.append(row)
                if len(held) == BATCH:
                    yield batch_of(table.columns, held)
                    held = []
        except DefusedXmlException as bomb:
            raise Refused(_bomb()) from bomb
        except (ParseError, zipfile.BadZipFile, TypeError) as wrong:
            raise Refused(f"The sheet cannot be read ({wrong}). Save it again, or as CSV.") from wrong
    if held:
        yield batch_of(table.columns, held)


def _rows(sheet: Any, table: Table) -> Iterator[list[str | None]]:
    """Rows with a cell, as wide as the header; wider ones are rejected."""
    width = len(table.columns)
    for number, values in enumerate(sheet.iter_rows(min_row=2, values_only=True), 1):
        row = [_cell(value) for value in values]
        if any(row[width:]):
            table.rejected.append(
                Rejected(number, f"more cells than the {width} of the header", str(row)[:10_000])
            )
        elif any(row):
            yield (row + [None] * width)[:width]


def _cell(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
