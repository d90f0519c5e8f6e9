"""A gradebook as CSV or XLSX: written from rows, read back into cells or mistakes. Pure: knows no database.

The first line names the columns: `id` and `email` (both say who it is), `name`, `section`, a column for each
exercise (its slug), and `passed` and `points` in all. Reading looks at id, email and exercises alone.
"""

# mypy: disable-error-code="import-untyped"
from __future__ import annotations

import csv
import io
import math
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from courses.teaching.roster import guarded

WHO = ("id", "email", "name", "section")
TOTALS = ("passed", "points")
MOST_ROWS = 3000
Value = str | float | int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as read: who it is, and the points of the exercises that it states."""

    line: int
    person: int
    email: str
    points: dict[str, float]


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a line, counted from 1, and what to do about it."""

    line: int
    column: str
    value: str
    message: str


@dataclass(slots=True)
class Read:
    """A file as read; nothing of it is to be used while there are mistakes."""

    entries: list[Entry] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


# Writing ------------------------------------------------------------------------------------------------


def header(exercises: Iterable[str]) -> list[str]:
    """The names of the columns."""
    return [*WHO, *exercises, *TOTALS]


def csv_lines(rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """The rows as lines of CSV; text that a spreadsheet would run is kept from it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def xlsx(rows: Iterable[Sequence[Value]], notes: Sequence[str]) -> bytes:
    """The rows as a workbook with frozen names, and a second sheet that says what it is."""
    from openpyxl import Workbook  # noqa: PLC0415 - takes a while to load, and few ask for it

    book = Workbook(write_only=True)
    grades = book.create_sheet("Grades")
    grades.freeze_panes = "D2"
    for row in rows:
        grades.append([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    about = book.create_sheet("About")
    for note in notes:
        about.append([guarded(note)])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


# Reading ------------------------------------------------------------------------------------------------


def read(content: bytes, exercises: Sequence[str]) -> Read:
    """Read a file of either kind, and find every mistake at once."""
    found = Read()
    try:
        lines = _xlsx_rows(content) if content.startswith(b"PK") else _csv_rows(content)
        rows = [(number, row) for number, row in enumerate(lines, start=1) if any(row)]
    except (UnicodeDecodeError, csv.Error, zipfile.BadZipFile, KeyError) as error:
        message = f"This is neither CSV in UTF-8 nor XLSX ({error}); save the sheet as one of them."
        found.mistakes.append(Mistake(1, "", "", message))
        return found
    if not rows:
        found.mistakes.append(Mistake(1, "", "", "The file is empty; its first line names the columns."))
        return found
    (line, names), *rest = rows
    columns = [name.strip() for name in names]
    found.mistakes += _wrong_columns(line, columns, exercises)
    if len(rest) > MOST_ROWS:
        found.mistakes.append(Mistake(1, "", "", f"More than {MOST_ROWS} lines are too many for one file."))
    if not found.mistakes:
        for number, cells in rest:
            _read_row(found, number, dict(zip(columns, cells, strict=False)), exercises)
        found.mistakes += _repeated(found.entries)
    return found


def _csv_rows(content: bytes) -> Iterator[list[str]]:
    text = content.decode("utf-8-sig")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    yield from csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)


def _xlsx_rows(content: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - as above

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for row in book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 2):
        yield ["" if cell is None else str(cell) for cell in row]


def _wrong_columns(line: int, columns: list[str], exercises: Sequence[str]) -> Iterator[Mistake]:
    known = {*WHO, *TOTALS, *exercises}
    for name in ("id", "email"):
        if name not in columns:
            yield Mistake(
                line, name, "", f"The first line names no column “{name}”; export the gradebook anew."
            )
    for name in columns:
        if name and name not in known:
            yield Mistake(line, name, name, "There is no such exercise in this course; take the column out.")
    for name in sorted({name for name in columns if name and columns.count(name) > 1}):
        yield Mistake(line, name, name, f"The column “{name}” stands there twice.")


def _read_row(found: Read, line: int, row: dict[str, str], exercises: Sequence[str]) -> None:
    mistakes, points = [], {}
    person = row["id"].strip().removesuffix(".0")
    if not person.isdecimal():
        mistakes.append(Mistake(line, "id", row["id"], "This is no id; take it from a fresh export."))
    for name in exercises:
        text = row.get(name, "").strip()
        value = _number(text)
        if text and value is None:
            mistakes.append(Mistake(line, name, text, "Write points as a number, or leave the cell empty."))
        elif value is not None:
            points[name] = value
    found.mistakes += mistakes
    if not mistakes:
        found.entries.append(Entry(line, int(person), row.get("email", "").strip().lower(), points))


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _repeated(entries: Iterable[Entry]) -> Iterator[Mistake]:
    seen: dict[int, int] = {}
    for entry in entries:
        if entry.person in seen:
            message = f"This person stands in line {seen[entry.person]} already; keep one of the two."
            yield Mistake(entry.line, "id", str(entry.person), message)
        seen.setdefault(entry.person, entry.line)
