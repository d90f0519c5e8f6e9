"""A figure as bytes that leave the site: CSV and JSON. The same figure always gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from .models import Source
from .statistics import Figure

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
PROVENANCE = ("notes", "source", "origin", "snapshot", "licence", "address")


def neutralize(cell: object) -> object:
    """Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """RFC 4180 with a header line, UTF-8, every text cell neutralized; None becomes an empty cell."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([neutralize(name) for name in header])
    writer.writerows([neutralize(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode()


def document(figure: Figure) -> dict[str, Any]:
    """The figure as plain data: what the JSON download and the API answer."""
    return {
        "name": figure.statistic.name,
        "title": figure.statistic.title,
        "unit": figure.unit,
        "version": figure.statistic.version,
        "origin": figure.origin,
        "source": source(figure.source),
        "snapshot": figure.snapshot.sha256,
        "address": figure.address("json"),
        "filters": figure.selection.chosen,
        "measured": asdict(figure.measured) if figure.measured else None,
        "year": figure.years[0] if len(figure.years) == 1 else None,
        "year_note": figure.year_note,
        "sample_size": figure.sample_size,
        "sample_size_note": figure.sample_size_note,
        "columns": [column.name for column in figure.statistic.columns],
        "rows": list(figure.rows),
    }


def source(of: Source) -> dict[str, Any]:
    """Who to name and under which licence, as plain data."""
    return {
        "title": of.title,
        "citation": of.citation,
        "published_on": of.published_on.isoformat() if of.published_on else None,
        "licence": of.licence,
    }


def figure_csv(data: dict[str, Any]) -> bytes:
    """The rows of a `document`, each with notes, source, origin and snapshot hash, for `pandas.read_csv`."""
    columns: list[str] = data["columns"]
    named = data["source"]
    address = data["address"].replace(".json?", ".csv?")
    tail = (_notes(data), named["title"], data["origin"], data["snapshot"], named["licence"], address)
    return to_csv(
        [*columns, *PROVENANCE], ([*(row[name] for name in columns), *tail] for row in data["rows"])
    )


def figure_json(data: dict[str, Any]) -> bytes:
    """A `document` as readable UTF-8 JSON with a closing newline."""
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def _measured_notes(measured: dict[str, Any]) -> str:
    notes = [f"n = {measured['n']}", f"data to {measured['data_to'] or 'a day that is not stated'}"]
    if measured["hidden_cells"]:
        few = f"{measured['hidden_cells']} groups of fewer than ten postings are hidden"
        notes.append(f"{few} ({measured['hidden_n']} in all)")
    return "; ".join([*notes, *measured["notes"]])


def _notes(data: dict[str, Any]) -> str:
    if data["measured"]:
        return _measured_notes(data["measured"])
    notes = []
    if "not stated" in data["year_note"]:
        notes.append("year not stated")
    if data["sample_size"] is None:
        notes.append("sample size not stated")
    return "; ".join(notes)
