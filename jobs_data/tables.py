"""A figure as Parquet: typed columns, and where it comes from in the file's own metadata."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet


def figure_parquet(data: dict[str, Any]) -> bytes:
    """The rows of a `document` as one Parquet file; the rest of it is JSON under the key `trainyard`.

    A column of whole numbers is int64, of numbers float64, any other text. One pyarrow writes one sequence of
    bytes for the same rows.
    """
    columns = {name: [row[name] for row in data["rows"]] for name in data["columns"]}
    table = pa.table({name: pa.array(cells, _kind(cells)) for name, cells in columns.items()})
    rest = {key: value for key, value in data.items() if key != "rows"}
    metadata = {"trainyard": json.dumps(rest, ensure_ascii=False, sort_keys=True)}
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(table.replace_schema_metadata(metadata), buffer, compression="zstd")
    return buffer.getvalue()


def _kind(cells: list[Any]) -> pa.DataType:
    stated = [cell for cell in cells if cell is not None]
    if stated and all(isinstance(cell, int) for cell in stated):
        return pa.int64()
    if stated and all(isinstance(cell, int | float) for cell in stated):
        return pa.float64()
    return pa.string()
