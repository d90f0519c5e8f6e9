"""Which rows of a counted figure are drawn: a chart of hundreds is not read; the table has them all."""

from __future__ import annotations

from collections.abc import Sequence

from .sentences import Record
from .statistics import ChartKind, Figure

MOST_ROWS, MOST_LINES = 20, 6
INTERVALS = "Fine line: 95 % interval."
KEYS = {
    ChartKind.BARS: INTERVALS,
    ChartKind.SPREADS: (
        "Dot: median; thick bar: its 95 % interval; thin line: all but the lowest and the highest tenth."
    ),
    ChartKind.CHANGES: INTERVALS,
    ChartKind.LINES: "Band: 95 % interval.",
}


def key(figure: Figure) -> str:
    """What the marks of the chart are, in words."""
    words = [KEYS.get(figure.statistic.chart, "")]
    if any("raw" in row for row in figure.rows):
        words.append("Dot: at equal groups; ring: as it stands.")
    if any(row.get("change") for row in figure.rows):
        words.append("Ring: the level changes.")
    return " ".join(filter(None, words))


def drawn(figure: Figure) -> Sequence[Record]:
    """The rows that are drawn: the first ones, the lines with most postings, the commonest of a ranking."""
    rows = figure.rows
    if figure.statistic.chart is ChartKind.LINE:
        return rows
    if figure.statistic.chart is ChartKind.LINES:
        held = list(dict.fromkeys(row["line"] for row in rows))[:MOST_LINES]
        return [row for row in rows if row["line"] in held]
    if figure.statistic.chart is ChartKind.CHANGES:
        common = sorted(rows, key=lambda row: -_size(row))[:MOST_ROWS]
        return [row for row in rows if row in common]
    return rows[:MOST_ROWS]


def note(figure: Figure) -> str:
    """What the chart leaves out, as a sentence; "" when it draws everything."""
    held = drawn(figure)
    if len(held) == len(figure.rows):
        return ""
    if figure.statistic.chart is ChartKind.LINES:
        lines, every = ({row["line"] for row in rows} for rows in (held, figure.rows))
        return f"The {len(lines)} lines with most postings are drawn, of {len(every)}; the table has all."
    which = "with most postings" if figure.statistic.chart is ChartKind.CHANGES else "first"
    some = f"The {len(held)} groups {which}" if which != "first" else f"The first {len(held)} groups"
    return f"{some} are drawn, of {len(figure.rows)}; the table has all."


def _size(row: Record) -> int:
    n = row["n"]
    assert isinstance(n, int), "n is a whole number"
    return n
