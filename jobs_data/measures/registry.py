"""The measures there are, in the order of pages."""

from __future__ import annotations

from ..statistics import ChartKind, Column, UnknownStatistic
from .base import Finisher, Measure
from .growth import finish_growth, say_growth
from .pay import finish_pay, say_commonest
from .premiums import finish_premiums, say_premium
from .shares import finish_periods, finish_shares, say_busiest, say_largest
from .skills import (
    FRAMEWORKS,
    finish_pairs,
    finish_skills,
    finish_specializations,
    say_closest,
    say_fields,
    say_wanted,
)
from .trends import finish_position_trends, finish_skill_trends, say_change

# Joins of postings with themselves grow fast; so many postings give intervals under a tenth of a point.
SAMPLE = 300_000


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


def _number(name: str, title: str) -> Column:
    return Column(name, title, is_number=True)


def _pay(name: str, title: str, dimension: str, *dimensions: Column) -> Measure:
    return Measure(
        name,
        title,
        dimension,
        "Median pay (USD a year)",
        ChartKind.SPREADS,
        dimensions=dimensions,
        more=(_number("p10", "10 % are below"), _number("p90", "10 % are above")),
        needs=(
            "usd",
            *(column.name for column in dimensions if column.name != "seniority" or len(dimensions) == 1),
        ),
        finish=finish_pay,
        sentence=say_commonest,
    )


def _trend(name: str, title: str, column: Column, needs: str, finish: Finisher) -> Measure:
    return Measure(
        name,
        title,
        column.title,
        "Share of postings (%)",
        ChartKind.LINES,
        dimensions=(Column("line", column.title), column, PERIOD),
        more=(_number("change", "Level changes"), BASE),
        needs=("year", needs),
        finish=finish,
        sentence=say_change,
    )


POSITION, LEVEL, COUNTRY = (
    Column("position", "Position"),
    Column("seniority", "Level"),
    Column("country", "Country"),
)
PERIOD, SKILL = Column("period", "Month or year"), Column("skill", "Skill")
BASE = _number("base", "Out of")

MEASURES: dict[str, Measure] = {
    one.name: one
    for one in (
        _share("countries", "Postings by country", "Country", "country"),
        Measure(
            "skills",
            "Skills asked for",
            "Skill",
            "Share of postings (%)",
            dimensions=(SKILL,),
            more=(BASE,),
            needs=("has_words",),
            finish=finish_skills(),
            sentence=say_wanted,
        ),
        Measure(
            "frameworks",
            "Frameworks asked for",
            "Framework",
            "Share of postings (%)",
            dimensions=(SKILL,),
            more=(BASE,),
            needs=("has_words",),
            finish=finish_skills(FRAMEWORKS),
            sentence=say_wanted,
        ),
        _pay("salaries", "Pay by position, level and country", "Group", POSITION, LEVEL, COUNTRY),
        _pay("pay-by-position", "Pay by position", "Position", POSITION),
        _pay("pay-by-level", "Pay by level", "Level", LEVEL),
        _pay("pay-by-country", "Pay by country", "Country", COUNTRY),
        Measure(
            "openings",
            "Postings over time",
            "Month or year",
            "Postings",
            ChartKind.LINE,
            dimensions=(PERIOD,),
            needs=("year",),
            finish=finish_periods,
            sentence=say_busiest,
        ),
        Measure(
            "pay-growth",
            "Pay over time",
            "Line and period",
            "Median pay (index)",
            ChartKind.LINES,
            dimensions=(Column("line", "Line"), PERIOD),
            more=(_number("usd", "Median (USD a year)"), _number("groups", "Groups compared")),
            needs=("year", "usd"),
            finish=finish_growth,
            sentence=say_growth,
        ),
        _trend("skill-trends", "Skills over time", SKILL, "has_words", finish_skill_trends),
        _trend("position-trends", "Positions over time", POSITION, "position", finish_position_trends),
        Measure(
            "skill-pairs",
            "Skills that occur together",
            "Skills",
            "Share of postings (%)",
            dimensions=(SKILL, Column("other", "Other skill")),
            more=(_number("lift", "Times chance"), _number("overlap", "Of those with either (%)"), BASE),
            needs=("has_words",),
            most=SAMPLE,
            finish=finish_pairs,
            sentence=say_closest,
        ),
        Measure(
            "premiums",
            "What a skill adds to advertised pay",
            "Skill",
            "Pay difference at equal position, level, country and month (%)",
            ChartKind.CHANGES,
            dimensions=(SKILL,),
            more=(
                _number("raw", "Raw (%)"),
                _number("raw_low", "Raw, 95 % from"),
                _number("raw_high", "Raw, 95 % to"),
                _number("compared", "Compared with"),
            ),
            needs=("usd", "has_words", "position", "country"),
            most=SAMPLE,
            finish=finish_premiums,
            sentence=say_premium,
            version=2,
        ),
        Measure(
            "specializations",
            "Specializations",
            "Specialization",
            "Share of postings (%)",
            dimensions=(Column("specialization", "Specialization"),),
            more=(BASE,),
            needs=("specialization",),
            finish=finish_specializations,
            sentence=say_fields,
        ),
        _share("positions", "Postings by position", "Position", "position"),
        _share("levels", "Postings by level", "Level", "seniority"),
        _share("education", "Degrees asked for", "Degree", "education"),
        _share("industries", "Industries", "Industry", "industry"),
        _share("remote", "Remote, hybrid and on site", "Place of work", "remote"),
        _share("company-sizes", "Company sizes", "Employees", "company_size"),
    )
}
