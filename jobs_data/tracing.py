"""Finding the postings behind one row of a figure, and fetching them with their raw cells."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from . import backends, store
from .cells import text
from .measures import Measure
from .measures.queries.tables import Table, Tables, spread_out
from .models import Snapshot
from .selection import Selection
from .sentences import Record

UNFILTERED = ("line",)


def postings(
    snapshot: Snapshot, measure: Measure, row: Record, selection: Selection, sample: int
) -> list[dict[str, Any]]:
    """So many of the row's postings, spread over the file: always the same ones."""
    report: Mapping[str, Any] = snapshot.import_record.report
    skill_ids: Sequence[str] = report.get("skill_ids", [])
    number = skill_ids.index(selection.skill) if selection.skill else None
    with backends.opened(snapshot.sha256) as tables:
        chosen = tables.selected(selection, number)
        units = _behind(chosen, measure, row, skill_ids)
        shuffled = units.mutate(place=spread_out(units)).order_by("place", "row_no")
        numbers = shuffled.select("row_no").limit(sample).to_pyarrow().column("row_no").to_pylist()
    return _fetched(snapshot.sha256, numbers, skill_ids)


def _behind(tables: Tables, measure: Measure, row: Record, skill_ids: Sequence[str]) -> Table:
    """The units that the row counts."""
    units = tables.units.filter(*_needed(tables.units, measure))
    for column in measure.dimensions:
        name, value = column.name, row[column.name]
        if name in UNFILTERED:
            continue
        if name in ("skill", "other"):
            wanted = tables.skills.filter(tables.skills.skill == skill_ids.index(str(value)))
            units = units.semi_join(wanted, "row_no")
        elif name == "specialization":
            fields = tables.specializations
            units = units.semi_join(fields.filter(fields.specialization == value), "row_no")
        elif name == "period":
            units = _in_period(units, str(value))
        else:
            units = units.filter(units[name].isnull() if value is None else units[name] == value)
    return units


def _needed(units: Table, measure: Measure) -> list[Table]:
    columns = [name for name in measure.needs if name not in ("has_words", "specialization")]
    tests = [units[name].notnull() for name in ("row_no", *columns)]
    return [*tests, units.has_words] if "has_words" in measure.needs else tests


def _in_period(units: Table, period: str) -> Table:
    return units.filter(units.year == int(period) if len(period) == 4 else units.month == period)


def _fetched(sha256: str, numbers: Sequence[int], skill_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Postings with `raw` cells, `skills` (id to origin) and, of a range in two rows, its `other_end`."""
    if not numbers:
        return []
    listed = ", ".join(str(int(number)) for number in numbers)
    folder = store.folder(sha256)
    parquet = {
        name: f"read_parquet({text(str(folder / f'{name}.parquet'))})"
        for name in ("postings", "raw", "skills")
        if (folder / f"{name}.parquet").exists()
    }
    with contextlib.closing(duckdb.connect()) as connection:
        held = {
            row["row_no"]: row
            for row in _rows(connection, f"SELECT * FROM {parquet['postings']} WHERE row_no IN ({listed})")
        }
        for row in _rows(connection, f"SELECT * FROM {parquet['raw']} WHERE row_no IN ({listed})"):
            held[row["row_no"]]["raw"] = row
        ends = (
            f"SELECT pair, usd_mid FROM {parquet['postings']} WHERE pair IN ({listed}) AND pay_end = 'lowest'"
        )
        for row in _rows(connection, ends):
            held[row["pair"]]["other_end"] = row["usd_mid"]
        skills: dict[int, dict[str, int]] = defaultdict(dict)
        if "skills" in parquet:
            for row in _rows(connection, f"SELECT * FROM {parquet['skills']} WHERE row_no IN ({listed})"):
                skills[row["row_no"]][skill_ids[row["skill"]]] = row["origin"]
    return [held[number] | {"skills": skills[number]} for number in numbers]


def _rows(connection: Any, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = connection.sql(query).to_arrow_table().to_pylist()
    return rows
