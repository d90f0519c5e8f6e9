"""The measures there are, in the order of pages."""

from __future__ import annotations

from ..statistics import ChartKind, Column, UnknownStatistic
from .base import Measure
from .pay import finish_pay, say_commonest
from .shares import finish_periods, finish_shares, say_busiest, say_largest


class UnknownMeasure(UnknownStatistic):
    """No measure has this name; the message lists those that exist."""


def get(name: str) -> Measure:
    """The measure of that name, or UnknownMeasure."""
    try:
        return MEASURES[name.replace("_", "-")]
    except KeyError:
        raise UnknownMeasure(f"No statistic is called {name!r}. There are: {', '.join(MEASURES)}.") from None


def _share(name: str, title: str, dimension: str, column: str) -> Measure:
    return Measure(
        name,
        title,
        dimension,
        "Share of postings (%)",
        dimensions=(Column(column, "Code"),),
        needs=(column,),
        finish=finish_shares,
        sentence=say_largest,
    )


POSITION, LEVEL, COUNTRY = (
    Column("position", "Position"),
    Column("seniority", "Level"),
    Column("country", "Country"),
)
P10, P90 = Column("p10", "10 % are below", is_number=True), Column("p90", "10 % are above", is_number=True)

MEASURES: dict[str, Measure] = {
    one.name: one
    for one in (
        _share("countries", "Postings by country", "Country", "country"),
        Measure(
            "salaries",
            "Pay by position, level and country",
            "Group",
            "Median pay (USD a year)",
            ChartKind.SPREADS,
            dimensions=(POSITION, LEVEL, COUNTRY),
            more=(P10, P90),
            needs=("usd", "position", "country"),
            finish=finish_pay,
            sentence=say_commonest,
        ),
        Measure(
            "openings",
            "Postings over time",
            "Month or year",
            "Postings",
            ChartKind.LINE,
            dimensions=(Column("period", "Month or year"),),
            needs=("year",),
            finish=finish_periods,
            sentence=say_busiest,
        ),
        _share("positions", "Postings by position", "Position", "position"),
        _share("levels", "Postings by level", "Level", "seniority"),
        _share("education", "Degrees asked for", "Degree", "education"),
        _share("industries", "Industries", "Industry", "industry"),
        _share("remote", "Remote, hybrid and on site", "Place of work", "remote"),
        _share("company-sizes", "Company sizes", "Employees", "company_size"),
    )
}
