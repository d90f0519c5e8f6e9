"""JSON arrays, JSON Lines and JSON-LD, one object at a time; nested values become dotted columns.

Services wrap their rows: `{"count": 2, "results": [...]}`. A list of objects under one of `WRAPPERS` is
read as the rows, whatever stands around it.
"""
# mypy: disable-error-code="import-untyped,import-not-found"

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from .files import Rejected, Table, batch_of
from .limits import Limits, Refused, check_columns, check_rows, open_binary
from .scanner import Scanner

BATCH = 5_000
SNIFFED = 500
DEEPEST = 6
# Keys that first occur after the sniffed objects: kept together, so that no cell is dropped.
REST = "other keys"
WRAPPERS = frozenset(
    [
        "@graph",
        "data",
        "dataFeedElement",
        "elements",
        "hits",
        "itemListElement",
        "items",
        "jobPostings",
        "jobs",
    ]
    + ["postings", "records", "results", "SearchResult", "SearchResultItems"]
)
# An object with one of these is a posting, not a wrapper around postings.
OWN_KEYS = frozenset(["title", "job_title", "jobTitle", "position", "position_title", "positionTitle"])


def open_objects(path: Path, kind: str, limits: Limits) -> Table:
    """A table of objects; its columns are the keys of the first five hundred."""
    table = Table(kind, [], lambda: iter(()))
    keys: dict[str, None] = {}
    for number, found in enumerate(_objects(path, limits, Table(kind, [], lambda: iter(())))):
        keys |= dict.fromkeys(flatten(found))
        if number >= SNIFFED:
            break
    if not keys:
        raise Refused(
            "The file holds no JSON objects that can be postings. A list of objects, or one object a line, "
            "is expected; in JSON-LD, objects of @type JobPosting."
        )
    table.columns = check_columns([*keys, REST], limits)
    table.batches = lambda: _batches(path, table, list(keys), limits)
    return table


def flatten(value: dict[str, Any], prefix: str = "", depth: int = 0) -> dict[str, str | None]:
    """An object's cells as text by dotted key; lists, and what lies deeper than six keys, stay JSON.

    A list of objects (two places of one job, say) also gives what all of its objects agree on, by dotted key.
    """
    cells: dict[str, str | None] = {}
    for key, held in value.items():
        name = f"{prefix}{key}"
        if isinstance(held, dict) and depth < DEEPEST:
            cells |= flatten(held, f"{name}.", depth + 1)
            continue
        cells[name] = _cell(held)
        if isinstance(held, list) and held and depth < DEEPEST and all(isinstance(one, dict) for one in held):
            cells |= _agreed([flatten(one, f"{name}.", depth + 1) for one in held[:100]])
    return cells


def _agreed(several: list[dict[str, str | None]]) -> dict[str, str | None]:
    first, *others = several
    return {key: cell for key, cell in first.items() if all(one.get(key) == cell for one in others)}


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return json.dumps(value, ensure_ascii=False) if len(value) != 1 else value[0]
    return json.dumps(value, ensure_ascii=False)


def _batches(path: Path, table: Table, keys: list[str], limits: Limits) -> Iterator[pa.RecordBatch]:
    held: list[list[str | None]] = []
    size = 0
    for rows, found in enumerate(_objects(path, limits, table), 1):
        cells = flatten(found)
        row = [cells.pop(key, None) for key in keys]
        held.append([*row, json.dumps(cells, ensure_ascii=False) if cells else None])
        size += sum(len(cell) for cell in held[-1] if cell)
        if len(held) == BATCH or size > limits.batch_bytes // 8:
            check_rows(rows, limits)
            yield batch_of(table.columns, held)
            held, size = [], 0
    if held:
        yield batch_of(table.columns, held)


def _objects(path: Path, limits: Limits, table: Table) -> Iterator[dict[str, Any]]:
    """Every object that may be a posting; other values are rejected."""
    with open_binary(path, limits) as file:
        for number, value in enumerate(_values(Scanner(file, limits)), 1):
            graph = value.get("@graph") if isinstance(value, dict) else None
            for one in graph if isinstance(graph, list) else [value]:
                found = _unlisted(one)
                if problem := _problem(found):
                    table.rejected.append(Rejected(number, problem, json.dumps(found)[:10_000]))
                else:
                    yield found


def _unlisted(value: Any) -> Any:
    """What a list item of JSON-LD or a hit of a search stands for."""
    for key in ("item", "_source"):
        if isinstance(value, dict) and isinstance(value.get(key), dict):
            return value[key]
    return value


def _problem(value: Any) -> str:
    if not isinstance(value, dict):
        return "not a JSON object"
    kinds = value.get("@type")
    if kinds is None or "JobPosting" in str(kinds):
        return ""
    return f"JSON-LD of another type than JobPosting: {str(kinds)[:40]}"


def _values(scanner: Scanner) -> Iterator[Any]:
    """Values of an array, of a wrapped list, or standing one after another."""
    if scanner.peek() == "{":
        first, is_wrapper = _first(scanner)
        if is_wrapper:
            yield from scanner.elements()
            return
        yield first
    while scanner.peek():
        # The brackets of the array itself are skipped like the commas between its values.
        if not scanner.skip(",[]"):
            yield scanner.value()


def _first(scanner: Scanner) -> tuple[dict[str, Any], bool]:
    """The file's first object; or what stands before its list of rows, and true, with the list unread."""
    found: dict[str, Any] = {}
    scanner.skip("{")
    while scanner.peek() not in ("}", ""):
        key = scanner.key()
        may_wrap = key in WRAPPERS and not OWN_KEYS & found.keys()
        if may_wrap and scanner.peek() == "{":
            inner, is_wrapper = _first(scanner)
            if is_wrapper:
                return inner, True
            found[key] = inner
        elif may_wrap and scanner.is_list_of_objects():
            return found, True
        else:
            found[key] = scanner.value()
        scanner.skip(",")
    scanner.skip("}")
    return found, False
