"""The cells of a file's fields as SQL: where each comes from, and what of it is read. Nothing is run here.

Only names come from files, and they are quoted; values never enter a statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .descriptors import Descriptor, normal

GENERAL_MISSING = ("", "n/a", "nan", "null", "none", "nil")


def name(identifier: str) -> str:
    """A quoted identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A quoted literal."""
    return "'" + value.replace("'", "''") + "'"


def row_hash(raw_columns: Iterable[str]) -> str:
    """A 64-bit hash of cells: DuckDB's own is fast, and used only within one process."""
    return f"hash({', '.join(name(column) for column in raw_columns)})"


@dataclass(frozen=True, slots=True)
class Cells:
    """A descriptor over the columns of one file, whose rows are the table `raw`."""

    descriptor: Descriptor
    raw_columns: tuple[str, ...]

    @property
    def mapped(self) -> Mapping[Any, str]:
        """Which column holds which field (the first, where several do)."""
        return self.descriptor.mapping(self.raw_columns)

    def table(self, raw: Iterable[str] = (), read: Iterable[str] = (), **more: str) -> str:
        """A subquery `cells`: fields as they came (`raw_title`), fields as read (`title`), and expressions.

        It names only what is asked for: planning a statement over every field of a wide file takes longer
        than reading a small one.
        """
        columns = [f"{self.source(field)} AS raw_{field}" for field in dict.fromkeys(raw)]
        columns += [f"{self.read(field)} AS {field}" for field in dict.fromkeys(read)]
        columns += [f"{expression} AS {column}" for column, expression in more.items()]
        return f"(SELECT {', '.join(['row_no', *columns])} FROM raw) AS cells"

    def source(self, field: Any) -> str:
        """Where a field's cells come from: one column, several together, or the group of a row's pay."""
        columns = self.descriptor.candidates(self.raw_columns)[field]
        if field in self.descriptor.joined and len(columns) > 1:
            parts = ", ".join(self._stated(field, name(column)) for column in columns)
            return f"nullif(concat_ws(';', {parts}), '')"
        if self.descriptor.first_filled and len(columns) > 1:
            return f"coalesce({', '.join(self._stated(field, name(column)) for column in columns)})"
        if any(field in group for group in self.descriptor.pay_groups):
            return self._of_groups(field, {normal(column): column for column in columns})
        return name(columns[0])

    def read(self, field: Any) -> str:
        """A field's cell without spaces around it, null where the source says that it is missing."""
        return self._stated(field, self.source(field))

    def different(self, field: str) -> str:
        """A query of the different cells of a field, as they came (`raw`) and read (`cell`)."""
        # Materialized, or each row would be read instead of each different one.
        return (
            f"WITH different AS MATERIALIZED (SELECT DISTINCT {self.source(field)} AS raw FROM raw), "
            f"held AS (SELECT raw, {self._stated(field, 'raw')} AS cell FROM different) "
            f"SELECT raw, cell FROM held WHERE cell IS NOT NULL"
        )

    def hash_without(self, left_out: Iterable[str]) -> str:
        """The hash of a row but for some columns, whose names are compared by their normal form."""
        ignored = {normal(column) for column in left_out}
        return row_hash(column for column in self.raw_columns if normal(column) not in ignored)

    def _of_groups(self, field: str, by_name: Mapping[str, str]) -> str:
        cases = []
        for group in self.descriptor.pay_groups:
            amounts = [self._stated(one, name(group[one])) for one in ("pay_min", "pay_max") if one in group]
            if column := by_name.get(normal(group.get(field, ""))):  # type: ignore[call-overload]
                cases.append(f"WHEN coalesce({', '.join(amounts)}) IS NOT NULL THEN {name(column)}")
        return f"CASE {' '.join(cases)} END"

    def _stated(self, field: str, expression: str) -> str:
        missing = [*GENERAL_MISSING, *(one.casefold() for one in self.descriptor.missing)]
        if field == "skills":
            missing.append("[]")
        if field.startswith("pay"):
            missing += self.descriptor.missing_pay
        words = ", ".join(text(word) for word in dict.fromkeys(missing))
        # Most cells are longer than any such word: then nothing is compared.
        longest = max(len(word.encode()) for word in missing) + 2
        return (
            f"CASE WHEN strlen({expression}) > {longest} OR lower(trim({expression})) NOT IN ({words}) "
            f"THEN trim({expression}) END"
        )
