"""Pay of groups: median with the interval of order statistics, p10 and p90."""

from __future__ import annotations

from collections.abc import Sequence

from ..sentences import Headline, Record, Rows, number
from .base import Counts, Finished, Measure, Scene, label, note, split


def finish_pay(counts: Sequence[Counts], scene: Scene, measure: Measure) -> Finished:
    """Each group's pay; all values are amounts that occur in the group."""
    shown, hidden = split(counts)
    return Finished([_row(one, measure) for one in shown], sum(one["n"] for one in shown), hidden)


def _row(counts: Counts, measure: Measure) -> Record:
    group = {column.name: counts[column.name] for column in measure.dimensions}
    return {
        "label": label(group),
        **group,
        "value": counts["median"],
        "low": counts["low"],
        "high": counts["high"],
        "p10": counts["p10"],
        "p90": counts["p90"],
        "n": counts["n"],
        "note": note(counts),
    }


def say_commonest(rows: Rows) -> Headline:
    """The pay of the group with most postings."""
    row = max(rows, key=lambda row: row["n"])  # type: ignore[arg-type,return-value]
    median = f"${number(row['value'])}"
    return Headline(
        median,
        f"{row['label']}: half of {number(row['n'])} postings advertise more than {median} a year "
        f"(95 % interval ${number(row['low'])} to ${number(row['high'])}).",
    )
