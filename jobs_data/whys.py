"""The address that answers "why this number": snapshot, figure, filters, and the group by its columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from .sentences import Record
from .statistics import Figure

# Filters and a group's columns have the same names; as in the API, those of the group stand in brackets.
GROUP = re.compile(r"group\[([a-z_]+)\]")


def address(figure: Figure, row: Record) -> str:
    """Where the postings behind a row of a counted figure are traced."""
    cell = {f"group[{name}]": value for name, value in group(figure, row).items()}
    query = urlencode(figure.selection.chosen | cell)
    return f"/jobs/why/{figure.snapshot.short_hash}/{figure.statistic.name}/?{query}"


def group(figure: Figure, row: Record) -> dict[str, str]:
    """A row's group by its columns; "" for what is not stated."""
    columns = getattr(figure.statistic, "dimensions", ())
    return {column.name: "" if row[column.name] is None else str(row[column.name]) for column in columns}


def parse(params: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The filters and the group of an address, apart."""
    keys = {name: match[1] for name in params if (match := GROUP.fullmatch(name))}
    cell = {column: params[name] for name, column in keys.items()}
    return {name: value for name, value in params.items() if name not in keys}, cell
