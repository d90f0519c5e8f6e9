"""What the method page prints: rules, rates and measured quality, each from where the code keeps it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from .cleaning import pay, places, rates, titles
from .cleaning.titles import Position
from .setting_aside import HEAP_SHARE, HEAP_SIZE
from .skills import dictionary
from .skills.report import Stored, Table, dictionary_table, stored

# Years whose rates are shown for a check by hand.
MOST_RATES = 12


@dataclass(frozen=True, slots=True)
class Rates:
    """The exchange rates that ship: which series, its last day, and the commonest currencies by year."""

    series: str
    last_day: datetime.date
    currencies: int
    years: list[int]
    rows: list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Method:
    """Everything the page says that is a number or a table."""

    periods: dict[str, int]
    lowest: int
    highest: int
    most_an_hour: int
    widest: int
    surely_a_year: int
    heap_percent: int
    heap_size: int
    rates: Rates
    positions: list[Position]
    countries: int
    dictionary_version: str
    skills: Table
    quality: dict[str, Stored]


SHOWN_CURRENCIES = ("EUR", "GBP", "CAD", "AUD", "CHF", "INR", "JPY", "PLN", "BRL", "SGD")


def describe() -> Method:
    """The method as this version of the site applies it."""
    return Method(
        periods=pay.PERIODS_PER_YEAR,
        lowest=pay.LOWEST_PLAUSIBLE_USD,
        highest=pay.HIGHEST_PLAUSIBLE_USD,
        most_an_hour=pay.MOST_PLAUSIBLE_USD_AN_HOUR,
        widest=pay.WIDEST_PLAUSIBLE_RANGE,
        surely_a_year=pay.SURELY_A_YEAR_USD,
        heap_percent=round(100 * HEAP_SHARE),
        heap_size=HEAP_SIZE,
        rates=_rates(),
        positions=list(titles.positions().values()),
        countries=len(places.names()),
        dictionary_version=dictionary().version,
        skills=dictionary_table(),
        quality=dict(stored()),
    )


def _rates() -> Rates:
    held = {(rate.currency, rate.year): rate for rate in rates.shipped()}
    years = sorted({year for _, year in held})[-MOST_RATES:]
    rows = [
        (currency, [f"{held[currency, year].per_usd:.4g}" for year in years]) for currency in SHOWN_CURRENCIES
    ]
    return Rates(
        rates.SERIES,
        max(rate.last_day for rate in held.values()),
        len({currency for currency, _ in held}),
        years,
        rows,
    )
