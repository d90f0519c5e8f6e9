"""Answers of the API as CSV and Parquet, so that notebooks read an address as it is."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from . import exports


class TableRenderer(BaseRenderer, ABC):
    """An answer as a table; what has none under `holds` (an error) as JSON."""

    holds = "rows"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The bytes of the answer."""
        return self.table(data) if self.holds in data else json.dumps(data).encode()

    @abstractmethod
    def table(self, data: Any) -> bytes:
        """The table in this format."""


class CSVTable(TableRenderer):
    """What `pandas.read_csv(URL)` reads, with `?format=csv`."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"


class ParquetTable(TableRenderer):
    """What `pandas.read_parquet(URL)` reads, with `?format=parquet`."""

    media_type = "application/vnd.apache.parquet"
    format = "parquet"
    charset = None
    render_style = "binary"


class CSVRenderer(CSVTable):
    """A figure's rows as CSV."""

    def table(self, data: Any) -> bytes:
        """With its source and address in columns, formulas neutralized."""
        return exports.figure_csv(data)


class ParquetRenderer(ParquetTable):
    """A figure's rows as Parquet."""

    def table(self, data: Any) -> bytes:
        """With its source and address in the file's metadata."""
        from . import tables  # noqa: PLC0415 - pyarrow takes a quarter of a second; only this format needs it

        return tables.figure_parquet(data)
