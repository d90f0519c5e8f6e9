"""A class list as CSV: read into entries, or into mistakes with their lines. Pure: knows no database.

The first line names the columns: `email` (needed), `name`, `section`, `label`, `role`. Commas, semicolons
and tabs separate. A column that is not there leaves what it stands for alone. `name` is for the reader of
the file: people name themselves.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

COLUMNS = ("email", "name", "section", "label", "role")
ROLES = ("learner", "grader", "instructor")
LONGEST = {"email": 254, "section": 60, "label": 120}
MOST_ENTRIES = 3000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_EMAIL = re.compile(r"[^@\s,;<>\"']+@[^@\s,;<>\"']+\.[^@\s,;<>\"'.]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of the list. None: the file does not say, so it stays as it is."""

    line: int
    email: str
    section: str | None = None
    label: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a line, counted from 1, and what to do about it."""

    line: int
    column: str
    value: str
    message: str


@dataclass(slots=True)
class Roster:
    """A list as read; nothing of it is to be used while there are mistakes."""

    entries: list[Entry] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def read(text: str) -> Roster:
    """Read a list, and find every mistake at once."""
    roster = Roster()
    try:
        rows = list(_rows(text.removeprefix("\ufeff").splitlines()))
    except csv.Error as error:
        roster.mistakes.append(
            Mistake(1, "", "", f"This is not CSV ({error}); save the sheet as CSV (UTF-8).")
        )
        return roster
    if not rows:
        roster.mistakes.append(Mistake(1, "", "", "The list is empty; its first line names the columns."))
        return roster
    header_line, header = rows[0]
    columns = [name.strip().lower() for name in header]
    roster.mistakes += _wrong_columns(header_line, columns)
    if roster.mistakes:
        return roster
    for line, cells in rows[1:]:
        _read_row(roster, line, columns, [cell.strip() for cell in cells])
    roster.mistakes += _repeated(roster.entries)
    if len(roster.entries) > MOST_ENTRIES:
        too_many = f"{len(roster.entries)} people are too many for one list; send at most {MOST_ENTRIES}."
        roster.mistakes.append(Mistake(1, "", "", too_many))
    roster.mistakes.sort(key=lambda mistake: mistake.line)
    return roster


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula: a leading apostrophe, which `read` takes off again."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _rows(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with the line they begin in."""
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    before = 0
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield before + 1, cells
        before = reader.line_num


def _wrong_columns(line: int, columns: list[str]) -> list[Mistake]:
    allowed = ", ".join(COLUMNS)
    found = [
        Mistake(line, name, name, f"There is no column “{name}”; name columns out of {allowed}.")
        for name in columns
        if name not in COLUMNS
    ]
    if "email" not in columns:
        found.append(Mistake(line, "email", "", "The first line names no column “email”; add it."))
    twice = {name for name in columns if columns.count(name) > 1}
    found += [Mistake(line, name, name, f"The column “{name}” stands there twice.") for name in sorted(twice)]
    return found


def _read_row(roster: Roster, line: int, columns: list[str], cells: list[str]) -> None:
    if len(cells) > len(columns):
        message = (
            f"This line has {len(cells)} cells, the first has {len(columns)}; put text with commas in quotes."
        )
        roster.mistakes.append(Mistake(line, "", "", message))
        return
    row = dict(zip(columns, (_unguarded(cell) for cell in cells), strict=False))
    mistakes = list(_wrong_cells(line, row))
    roster.mistakes += mistakes
    if not mistakes:
        role = row.get("role", "").lower() or None
        roster.entries.append(Entry(line, row["email"].lower(), row.get("section"), row.get("label"), role))


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


def _wrong_cells(line: int, row: dict[str, str]) -> Iterator[Mistake]:
    email = row.get("email", "")
    if not email:
        yield Mistake(line, "email", "", "The e-mail address is missing; add it, or take the line out.")
    elif not _EMAIL.fullmatch(email):
        yield Mistake(line, "email", email, "This is no e-mail address; write it like lena@example.org.")
    role = row.get("role", "").lower()
    if role and role not in ROLES:
        yield Mistake(line, "role", role, f"There is no such role; write one of {', '.join(ROLES)}.")
    for name, most in LONGEST.items():
        if len(row.get(name, "")) > most:
            yield Mistake(line, name, f"{row[name][:30]}…", f"Too long: at most {most} characters.")


def _repeated(entries: list[Entry]) -> Iterator[Mistake]:
    seen: dict[str, int] = {}
    for entry in entries:
        if entry.email in seen:
            message = f"This address stands in line {seen[entry.email]} already; keep one of the two."
            yield Mistake(entry.line, "email", entry.email, message)
        seen.setdefault(entry.email, entry.line)
