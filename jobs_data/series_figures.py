"""Figures of imported series: what others measured, by month, one line for each country, sector or region.

A series has no postings to count, so there are no intervals, and n only where the source states it. Of a
month with several measurements the last one stands.
"""

# mypy: disable-error-code="import-untyped"
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import store
from .cells import text
from .keeping import kept
from .measures import Unavailable
from .models import Snapshot
from .publications import Prose
from .selection import EVERYTHING, Selection, said
from .sentences import Headline, Record, Rows
from .statistics import ChartKind, Column, Figure, Statistic, UnknownStatistic

CACHE_SECONDS = 30 * 24 * 3600
# Words of measures' names that are not written as they stand.
SPELLINGS = {"ai": "AI", "genai": "GenAI"}
LINES = {"country": "Country", "sector": "Sector", "region": "Region"}


@dataclass(frozen=True)
class SeriesStatistic(Statistic):
    """One measure of a series; `by` is what its lines are: country, sector or region."""

    unit: str = ""
    by: str = "country"

    @property
    def digits(self) -> int:
        """How many decimals are shown: fractions are small numbers, percent and indices are not."""
        return 4 if self.unit.startswith("fraction") else 2

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of its rows, in the order of exports."""
        return (
            Column("label", "Line and month"),
            Column("line", self.dimension),
            Column("period", "Month"),
            Column("day", "Measured on"),
            Column("value", self.measure, is_number=True),
            Column("unit", "Unit"),
            Column("sample_size", "n", is_number=True),
        )

    @property
    def prose(self) -> Prose:
        """What is known of every series."""
        return Prose(
            unit=self.unit,
            explanation=(
                "Measured and published by the source. This site imported the file and computed nothing; of "
                "each month it shows the last measurement."
            ),
            how_to_read="Each line is one country, sector or region. The source states no interval.",
            caveats=(
                "What is counted, and how, is the source's own method; its page says what is known of it.",
            ),
        )

    def headline(self, rows: Rows) -> Headline:
        """Where the highest line stands, and stood a year before."""
        latest = latest_of(rows)
        if not latest:
            return Headline("–", "The source states nothing for this choice.")
        top = max(latest, key=lambda one: one.value)
        value = f"{top.value:,.{self.digits}f}"
        before = f", {top.before:,.{self.digits}f} a year before" if top.before is not None else ""
        unit = self.unit if self.unit.startswith("percent") else f"({self.unit})"
        return Headline(value, f"{top.line} stands highest in {top.period}: {value} {unit}{before}.")


@dataclass(frozen=True, slots=True)
class Latest:
    """The last measurement of a line, and the one a year before (None where there is none)."""

    line: str
    period: str
    value: float
    before: float | None
    n: int | None

    @property
    def change(self) -> float | None:
        """The value less that of the year before."""
        return None if self.before is None else round(self.value - self.before, 4)


def measures(snapshot: Snapshot) -> list[SeriesStatistic]:
    """The measures of a series, in the order of its file; none where the snapshot holds postings."""
    described = _described(snapshot)
    title, is_alone = snapshot.source.title, len(described["measures"]) == 1
    return [
        SeriesStatistic(
            name,
            title if is_alone else f"{title} ({_words(name)})",
            LINES[described["by"]],
            _words(name),
            ChartKind.LINES,
            unit=unit,
            by=described["by"],
        )
        for name, unit in described["measures"]
    ]


def countries(snapshot: Snapshot) -> list[tuple[str, str]]:
    """The countries that can be chosen, by name: those of a series whose lines are sectors or regions."""
    described = _described(snapshot)
    if described["by"] == "country":
        return []
    return sorted(((code, said("country", code)) for code in described["countries"]), key=lambda one: one[1])


def compute(snapshot: Snapshot, name: str, selection: Selection = EVERYTHING) -> Figure:
    """A measure of a series; UnknownStatistic, or Unavailable where the filters say what a series has not."""
    held = {measure.name: measure for measure in measures(snapshot)}
    if name not in held:
        raise UnknownStatistic(f"This series has no measure {name!r}. There are: {', '.join(held)}.")
    known = [code for code, _ in countries(snapshot)]
    chosen = selection
    if known and selection.country is None:
        chosen = replace(selection, country="US" if "US" in known else known[0])
    _refuse(chosen, known)
    statistic = held[name]
    return Figure(statistic, snapshot, statistic.unit, _rows(snapshot, statistic, chosen.country), chosen)


def latest_of(rows: Rows) -> list[Latest]:
    """Each line's last measurement, in the order of the rows."""
    lines: dict[str, dict[str, Record]] = {}
    for row in rows:
        lines.setdefault(str(row["line"]), {})[str(row["period"])] = row
    return [_latest(line, held) for line, held in lines.items()]


def _words(name: str) -> str:
    words = " ".join(SPELLINGS.get(word, word) for word in name.split("-"))
    return words[:1].upper() + words[1:]


def _latest(line: str, held: Mapping[str, Record]) -> Latest:
    period = max(held)
    before = held.get(f"{int(period[:4]) - 1}{period[4:]}")
    n = held[period]["sample_size"]
    return Latest(
        line,
        period,
        _value(held[period]),
        _value(before) if before else None,
        n if isinstance(n, int) else None,
    )


def _value(row: Record) -> float:
    value = row["value"]
    assert isinstance(value, int | float), "a measurement is a number"
    return value


def _refuse(selection: Selection, known: Sequence[str]) -> None:
    wrong = sorted(selection.chosen.keys() - {"country"})
    if wrong:
        raise Unavailable(f"A series can be filtered by country alone, not by {', '.join(wrong)}.")
    if selection.country and selection.country not in known:
        choice = f"one of {', '.join(known)}" if known else "none: its lines are the countries"
        raise Unavailable(f"country={selection.country!r} is not in this series; use {choice}.")


def _described(snapshot: Snapshot) -> dict[str, Any]:
    """What the file holds: its measures with units, what its lines are, and its countries."""
    path = store.folder(snapshot.sha256) / "series.parquet"
    if not path.exists():
        return {"by": "country", "measures": [], "countries": []}
    key = f"market-series-{snapshot.sha256}"
    return kept(key, CACHE_SECONDS, lambda: _read(path))


def _read(path: Path) -> dict[str, Any]:
    measures = _queried("SELECT measure, any_value(unit) FROM {} GROUP BY 1 ORDER BY min(row_no), 1", path)
    ((sectors, regions),) = _queried("SELECT count(sector), count(region) FROM {}", path)
    found = _queried("SELECT DISTINCT country FROM {} WHERE country IS NOT NULL ORDER BY 1", path)
    by = "sector" if sectors else "region" if regions else "country"
    return {"by": by, "measures": measures, "countries": [code for (code,) in found]}


def _rows(snapshot: Snapshot, statistic: SeriesStatistic, country: str | None) -> tuple[Record, ...]:
    """The last measurement of each month and line, lines by their last value, the highest first."""
    key = f"market-series-{snapshot.sha256}-{statistic.name}-{statistic.version}-{country or ''}"
    return kept(key, CACHE_SECONDS, lambda: _measured(snapshot, statistic, country))


def _measured(snapshot: Snapshot, statistic: SeriesStatistic, country: str | None) -> tuple[Record, ...]:
    found = _queried(
        f"SELECT {statistic.by}, strftime(date, '%Y-%m') AS period, max(date)::VARCHAR, "
        "arg_max(value, date), arg_max(sample_size, date) FROM {} "
        f"WHERE measure = $measure AND {statistic.by} IS NOT NULL "
        "AND ($country IS NULL OR country = $country) GROUP BY 1, 2 ORDER BY 1, 2",
        store.folder(snapshot.sha256) / "series.parquet",
        {"measure": statistic.name, "country": country},
    )
    return _ranked([_row(statistic, *cells) for cells in found])


def _row(
    statistic: SeriesStatistic, line: str, period: str, day: str, value: float, size: int | None
) -> Record:
    words = said("country", line) if statistic.by == "country" else line
    return {
        "label": f"{words} · {period}",
        "line": words,
        "period": period,
        "day": day,
        "value": round(value, 4),
        "unit": statistic.unit,
        "year": int(period[:4]),
        "sample_size": size,
    }


def _ranked(rows: list[Record]) -> tuple[Record, ...]:
    last = {one.line: one.value for one in latest_of(rows)}
    return tuple(
        sorted(rows, key=lambda row: (-last[str(row["line"])], str(row["line"]), str(row["period"])))
    )


def _queried(query: str, path: Path, params: Mapping[str, Any] | None = None) -> list[Any]:
    import duckdb  # noqa: PLC0415 - DuckDB takes a while to load; figures that are kept need none

    connection = duckdb.connect()
    try:
        return connection.execute(query.format(f"read_parquet({text(str(path))})"), params or {}).fetchall()
    finally:
        connection.close()
