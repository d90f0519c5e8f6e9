"""JSON arrays, JSON Lines and JSON-LD, one object at a time; nested values become dotted columns."""
# mypy: disable-error-code="import-untyped,import-not-found"

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from .files import Rejected, Table, batch_of
from .limits import MIB, Limits, Refused, check_columns, check_rows, open_binary

BATCH = 5_000
SNIFFED = 500
DEEPEST = 6
# Keys that first occur after the sniffed objects: kept together, so that no cell is dropped.
REST = "other keys"


def open_objects(path: Path, kind: str, limits: Limits) -> Table:
    """A table of objects; its columns are the keys of the first five hundred."""
    table = Table(kind, [], lambda: iter(()))
    keys: dict[str, None] = {}
    for number, found in enumerate(_objects(path, limits, Table(kind, [], lambda: iter(())))):
        keys |= dict.fromkeys(flatten(found))
        if number >= SNIFFED:
            break
    if not keys:
        raise Refused("The file holds no JSON objects. A list of objects, or one object a line, is expected.")
    table.columns = check_columns([*keys, REST], limits)
    table.batches = lambda: _batches(path, table, list(keys), limits)
    return table


def flatten(value: dict[str, Any], prefix: str = "", depth: int = 0) -> dict[str, str | None]:
    """An object's cells as text by dotted key; lists, and what lies deeper than six keys, stay JSON."""
    cells: dict[str, str | None] = {}
    for key, held in value.items():
        name = f"{prefix}{key}"
        # JSON-LD writes a single place or company as an object or as a list of one.
        if isinstance(held, list) and len(held) == 1 and isinstance(held[0], dict):
            held = held[0]
        if isinstance(held, dict) and depth < DEEPEST:
            cells |= flatten(held, f"{name}.", depth + 1)
        else:
            cells[name] = _cell(held)
    return cells


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
    for rows, found in enumerate(_objects(path, limits, table), 1):
        cells = flatten(found)
        row = [cells.pop(key, None) for key in keys]
        held.append([*row, json.dumps(cells, ensure_ascii=False) if cells else None])
        if len(held) == BATCH:
            check_rows(rows, limits)
            yield batch_of(table.columns, held)
            held = []
    if held:
        yield batch_of(table.columns, held)


def _objects(path: Path, limits: Limits, table: Table) -> Iterator[dict[str, Any]]:
    """Every object; values that are none are rejected."""
    for number, value in enumerate(_values(path, limits), 1):
        graph = value.get("@graph") if isinstance(value, dict) else None
        for one in graph if isinstance(graph, list) else [value]:
            if isinstance(one, dict):
                yield one
            else:
                table.rejected.append(Rejected(number, "not a JSON object", json.dumps(one)[:10_000]))


def _values(path: Path, limits: Limits) -> Iterator[Any]:
    """Values of an array, or standing one after another, decoded from a buffer of at most two rows."""
    decoder = json.JSONDecoder()
    text, position, count, is_over = "", 0, 0, False
    with open_binary(path, limits) as file:
        decode = codecs.getincrementaldecoder("utf-8-sig")("strict")
        while True:
            position = _skip(text, position)
            try:
                value, end = decoder.raw_decode(text, position)
                # A number at the end of the buffer may go on in the next block.
                is_whole = is_over or end < len(text)
            except json.JSONDecodeError as wrong:
                if is_over and position >= len(text):
                    return
                is_whole, end, problem = False, position, wrong
                if is_over:
                    raise Refused(f"After {count:,} objects the JSON is broken: {problem}.") from wrong
            except RecursionError:
                raise Refused(
                    f"After {count:,} objects the JSON is nested too deeply to be a table."
                ) from None
            if is_whole:
                yield value
                position, count = end, count + 1
                continue
            text, position = text[position:], 0
            if len(text) > limits.row_bytes:
                raise Refused(
                    f"After {count:,} objects, one is broken or longer than {limits.row_bytes // MIB} MiB."
                )
            block = file.read(MIB)
            is_over = not block
            text += _decoded(decode, block)


def _skip(text: str, position: int) -> int:
    # The brackets of the array itself are skipped like the commas between its values.
    while position < len(text) and text[position] in " \t\r\n,[]":
        position += 1
    return position


def _decoded(decode: codecs.IncrementalDecoder, block: bytes) -> str:
    try:
        return decode.decode(block, final=not block)
    except UnicodeDecodeError as wrong:
        raise Refused(f"The JSON is not UTF-8 ({wrong.reason}). Save it as UTF-8.") from wrong
