"""Counts become shares with Wilson intervals, or counts over time."""

from __future__ import annotations

from collections.abc import Sequence

from ..sentences import Headline, Record, Rows, number, tenths
from .base import Counts, Finished, Measure, Scene, label, note, percent, split, wilson


def finish_shares(counts: Sequence[Counts], scene: Scene, measure: Measure) -> Finished:
    """The share of each group in all postings that state one; every posting is in one group."""
    total = sum(one["n"] for one in counts)
    shown, hidden = split(counts)
    rows = [
        share_row(one, total, {column.name: one[column.name] for column in measure.dimensions})
        for one in shown
    ]
    return Finished(rows, sum(one["n"] for one in shown), hidden)


def finish_periods(counts: Sequence[Counts], scene: Scene, measure: Measure) -> Finished:
    """How many postings each month has, or each year where no month is stated: exact, no interval."""
    shown, hidden = split(counts)
    rows: list[Record] = [
        {
            "label": one["period"],
            "period": one["period"],
            "value": one["n"],
            "low": None,
            "high": None,
            "n": one["n"],
            "note": note(one),
        }
        for one in shown
    ]
    return Finished(rows, sum(one["n"] for one in shown), hidden)


def share_row(counts: Counts, base: int, group: dict[str, str]) -> Record:
    """A group's share of `base` postings."""
    low, high = wilson(counts["n"], base)
    return {
        "label": label(group),
        **group,
        "value": percent(counts["n"] / base),
        "low": percent(low),
        "high": percent(high),
        "n": counts["n"],
        "note": note(counts),
    }


def say_largest(rows: Rows) -> Headline:
    """The group with the largest share, and the next."""
    first, *rest = sorted(rows, key=lambda row: row["value"], reverse=True)  # type: ignore[arg-type,return-value]
    value = tenths(first["value"])
    after = f"; {rest[0]['label']} follows with {tenths(rest[0]['value'])}" if rest else ""
    return Headline(
        value, f"{first['label']} has {value} of the postings that say (n = {number(first['n'])}){after}."
    )


def say_busiest(rows: Rows) -> Headline:
    """The last period, and the fullest."""
    last, most = rows[-1], max(rows, key=lambda row: row["value"])  # type: ignore[arg-type,return-value]
    fullest = (
        ", more than any other"
        if most is last
        else f"; most were posted in {most['label']}: {number(most['value'])}"
    )
    return Headline(number(last["value"]), f"{last['label']} has {number(last['value'])} postings{fullest}.")
