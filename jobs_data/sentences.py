"""The one sentence that each figure says, computed from its rows. Pure: rows in, text out.

Rows are dicts with `label` and `value` (a listing's with `title`, `salary_min`, ...), in the source's order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Record = dict[str, str | int | float | None]
Rows = Sequence[Record]


@dataclass(frozen=True, slots=True)
class Headline:
    """What a figure says at a glance: `value` is the number to print large, `sentence` a full sentence."""

    value: str
    sentence: str


def headline(name: str, rows: Rows) -> Headline:
    """The headline of the statistic called `name`; KeyError for an unknown name."""
    return HEADLINES[name](rows)


def number(value: object) -> str:
    """A figure for reading: 120000 as 120,000 and 87.5 as it is."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"


def tenths(value: object) -> str:
    """A counted share for reading: 22.04 as 22.0%. Tables and files hold what was counted."""
    return f"{value:.1f}%"


def _ranked(rows: Rows) -> list[Record]:
    return sorted(rows, key=_value, reverse=True)


def _value(row: Record) -> float:
    value = row["value"]
    assert isinstance(value, int | float)
    return value


def _countries(rows: Rows) -> Headline:
    first, second = _ranked(rows)[:2]
    jobs, share = number(first["value"]), _value(first) / sum(map(_value, rows))
    return Headline(
        value=f"{jobs},000",
        sentence=(
            f"{first['label']} leads with {jobs} thousand jobs, {share:.0%} of those counted in these "
            f"{len(rows)} countries; {second['label']} follows with {number(second['value'])} thousand."
        ),
    )


def _frameworks(rows: Rows) -> Headline:
    first, second = _ranked(rows)[:2]
    return Headline(
        value=f"{number(first['value'])}%",
        sentence=(
            f"{first['label']} is asked for in {number(first['value'])}% of postings, "
            f"{second['label']} in {number(second['value'])}%."
        ),
    )


def _salaries(rows: Rows) -> Headline:
    ranked = _ranked(rows)
    first, last = ranked[0], ranked[-1]
    return Headline(
        value=f"${number(first['value'])}",
        sentence=(
            f"{first['label']} has the highest average pay, ${number(first['value'])} a year: "
            f"{_value(first) / _value(last):.2g} times the ${number(last['value'])} of {last['label']}."
        ),
    )


def _openings(rows: Rows) -> Headline:
    first, last = rows[0], rows[-1]
    times = _value(last) / _value(first)
    return Headline(
        value=f"{times:.1f}×",
        sentence=(
            f"Openings went from {number(first['value'])} thousand in {first['label']} to "
            f"{number(last['value'])} thousand in {last['label']}, {times:.1f} times as many."
        ),
    )


def _specializations(rows: Rows) -> Headline:
    first, second = _ranked(rows)[:2]
    return Headline(
        value=f"{number(first['value'])}%",
        sentence=(
            f"{first['label']} is the largest specialization with {number(first['value'])}% of postings, "
            f"ahead of {second['label']} with {number(second['value'])}%."
        ),
    )


def _education(rows: Rows) -> Headline:
    first, second = _ranked(rows)[:2]
    return Headline(
        value=f"{number(first['value'])}%",
        sentence=(
            f"{number(first['value'])}% of postings ask for a {first['label']}, "
            f"{number(second['value'])}% for a {second['label']}."
        ),
    )


def _industries(rows: Rows) -> Headline:
    first = _ranked(rows)[0]
    total = sum(map(_value, rows))
    return Headline(
        value=f"{number(first['value'])}%",
        sentence=(
            f"{first['label']} publishes {number(first['value'])}% of postings; "
            f"the {len(rows)} industries named cover {number(total)}%."
        ),
    )


def _trends(rows: Rows) -> Headline:
    ranked = _ranked(rows)
    first, last = ranked[0], ranked[-1]
    return Headline(
        value=f"{_value(first):+g}%",
        sentence=(
            f"{first['label']} changed the most, by {_value(first):+g}%, and {last['label']} the least, "
            f"by {_value(last):+g}%; the period is not stated."
        ),
    )


def _listings(rows: Rows) -> Headline:
    companies = {row["company"] for row in rows}
    dollars = [row for row in rows if row["currency"] == "USD"]
    low, high = (
        min(_money(row, "salary_min") for row in dollars),
        max(_money(row, "salary_max") for row in dollars),
    )
    return Headline(
        value=f"{len(rows)}",
        sentence=(
            f"{len(rows)} postings from {len(companies)} employers; the {len(dollars)} that pay in US "
            f"dollars offer from {number(low)} to {number(high)}."
        ),
    )


def _money(row: Record, field: str) -> float:
    value = row[field]
    assert isinstance(value, int | float)
    return value


HEADLINES: dict[str, Callable[[Rows], Headline]] = {
    "countries": _countries,
    "frameworks": _frameworks,
    "salaries": _salaries,
    "openings-by-year": _openings,
    "specializations": _specializations,
    "education": _education,
    "industries": _industries,
    "trends": _trends,
    "listings": _listings,
}
