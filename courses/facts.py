"""Published figures about training models, as their sources print them: shown in lessons and beside runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from courses.reading import read_document

FILE = Path(__file__).parent / "content" / "training_facts.yaml"

Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Fact:
    """One published table. `source` is the title of the publication; `caveat` says what it does not state."""

    name: str
    title: str
    unit: str
    columns: list[str]
    rows: list[list[Cell]]
    note: str
    source: str
    caveat: str

    @property
    def is_numeric(self) -> bool:
        """Whether the last column holds numbers, so that a chart says more than words."""
        return all(isinstance(row[-1], int | float) for row in self.rows)

    @property
    def attribution(self) -> str:
        """Source and what it leaves out, as printed under every table."""
        return f"Source: {self.source}; {self.caveat}."


@cache
def all_facts() -> dict[str, Fact]:
    """Every published table by its name, in the order of the file."""
    data = read_document(FILE.read_text(encoding="utf-8")).data
    caveat = f"{data['year']}, {data['sample']}"
    return {name: _fact(name, raw, data["sources"], caveat) for name, raw in data["facts"].items()}


def _fact(name: str, raw: dict[str, Any], sources: dict[str, Any], caveat: str) -> Fact:
    return Fact(
        name=name,
        title=raw["title"],
        unit=raw.get("unit", ""),
        columns=raw["columns"],
        rows=raw["rows"],
        note=raw["note"],
        source=sources[raw["source"]]["title"],
        caveat=caveat,
    )
