"""Published series (shares, indices, growth by date and country) as one long table of measurements."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from .cleaning.dates import parse_date
from .cleaning.pay import Unreadable
from .cleaning.places import parse_country
from .descriptors import Descriptor, Series, normal

# Dates and countries repeat in thousands of rows.
_date = functools.cache(parse_date)
_country = functools.cache(parse_country)
NOT_STATED = frozenset(("", "na", "nan", "null", "n/a"))
SCHEMA = pa.schema(
    [
        ("row_no", pa.int64()),
        ("date", pa.date32()),
        ("date_precision", pa.string()),
        ("country", pa.string()),
        ("region", pa.string()),
        ("sector", pa.string()),
        ("measure", pa.string()),
        ("unit", pa.string()),
        ("value", pa.float64()),
        ("sample_size", pa.int64()),
    ]
)


class SeriesShaper:
    """One import of a series: reads `raw.parquet` of a folder and writes `series.parquet` beside it."""

    def __init__(self, folder: Path, descriptor: Descriptor, raw_columns: list[str]) -> None:
        """Find the columns; they are there, because the descriptor was recognized by them or named."""
        assert descriptor.series is not None, "only series come here"
        self.folder, self.series = folder, descriptor.series
        self.default_country = descriptor.default_country
        self.columns = {normal(column): column for column in raw_columns}
        self.left_out: list[tuple[int, str, str]] = []

    def close(self) -> None:
        """Nothing is held open."""

    def shape(self) -> dict[str, Any]:
        """Write the table; returns what the report says of it."""
        read = accepted = measurements = not_stated = 0
        dates, countries = set(), set()
        raw = pyarrow.parquet.ParquetFile(self.folder / "raw.parquet")
        with pyarrow.parquet.ParquetWriter(
            self.folder / "series.parquet", SCHEMA, compression="zstd"
        ) as writer:
            for batch in raw.iter_batches(batch_size=10_000):
                rows: list[dict[str, Any]] = []
                for cells in batch.to_pylist():
                    read += 1
                    try:
                        found = _measurements(self.series, self.default_country, self.columns, cells)
                    except Unreadable as wrong:
                        self.left_out.append((cells["row_no"], str(wrong), str(cells)[:10_000]))
                        continue
                    accepted += 1
                    not_stated += len(self.series.measures) - len(found)
                    rows += found
                    dates |= {one["date"] for one in found}
                    countries |= {one["country"] for one in found}
                measurements += len(rows)
                writer.write_table(pa.Table.from_pylist(rows, SCHEMA))
        reasons: dict[str, int] = {}
        for _, reason, _ in self.left_out:
            kind = reason.split(" ", 1)[0] + " unreadable"
            reasons[kind] = reasons.get(kind, 0) + 1
        return {
            "accepted": accepted,
            "merged": 0,
            "merged_identical": 0,
            "different_rows": accepted,
            "quarantine": reasons,
            "measurements": measurements,
            "not_stated": not_stated,
            "with_country": accepted,
            "countries": len(countries),
            "first_date": min(dates).isoformat() if dates else None,
            "last_date": max(dates).isoformat() if dates else None,
        }

    def quarantined(self) -> Iterator[pa.RecordBatch]:
        """The rows that are left out: row_no, reason, raw cells."""
        if self.left_out:
            numbers, reasons, raw = zip(*self.left_out, strict=True)
            yield pa.RecordBatch.from_arrays(
                [pa.array(numbers, pa.int64()), pa.array(reasons), pa.array(raw)], ["row_no", "reason", "raw"]
            )


def _measurements(
    series: Series, default_country: str | None, columns: dict[str, str], cells: dict[str, Any]
) -> list[dict[str, Any]]:
    """The measurements of one row; Unreadable when date, country, size or a number cannot be read."""

    def cell(name: str | None) -> str:
        return str(cells.get(columns.get(normal(name or ""), ""), "") or "").strip()

    day = _date(cell(series.date))
    if day is None:
        raise Unreadable("date is missing")
    code = default_country
    if series.country:
        code = series.areas.get(cell(series.country)) or _country(cell(series.country))
    if not code:
        raise Unreadable(f"country {cell(series.country)[:40]!r} is not in the table of ISO names and codes")
    size = _number(cell(series.size), "size") if series.size else None
    shared = {
        "row_no": cells["row_no"],
        "date": day.day,
        "date_precision": day.precision,
        "country": code,
        "region": cell(series.region) or None,
        "sector": cell(series.sector) or None,
        "sample_size": None if size is None else int(size),
    }
    values = ((measure, _number(cell(measure.column), measure.name)) for measure in series.measures)
    return [
        shared | {"measure": measure.name, "unit": measure.unit, "value": value}
        for measure, value in values
        if value is not None
    ]


def _number(text: str, name: str) -> float | None:
    if text.casefold() in NOT_STATED:
        return None
    try:
        return float(text)
    except ValueError:
        raise Unreadable(f"{name} {text[:40]!r} is not a number") from None
