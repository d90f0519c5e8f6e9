"""Figures of the API as CSV and Parquet, so that notebooks read an address as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from . import exports


class CSVRenderer(BaseRenderer):
    """The rows as CSV, so that `pandas.read_csv(URL)` works with `?format=csv`."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """A figure's rows; what is no figure (an error) as JSON."""
        return exports.figure_csv(data) if "rows" in data else json.dumps(data).encode()


class ParquetRenderer(BaseRenderer):
    """The rows as Parquet, for `pandas.read_parquet(URL)` with `?format=parquet`."""

    media_type = "application/vnd.apache.parquet"
    format = "parquet"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """A figure's rows; what is no figure (an error) as JSON."""
        from . import tables  # noqa: PLC0415 - pyarrow takes a quarter of a second; only this format needs it

        return tables.figure_parquet(data) if "rows" in data else json.dumps(data).encode()
