"""Pay of the demo postings: ranges in the country's currency and usual form, averaging as published."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from jobs_data.cleaning import pay, rates
from jobs_data.demo.draws import Draws

# What a form's field names say: the period of the amount, and the unit it is written in.
FIELDS = {
    "monthlow": ("month", 1),
    "hourlow": ("hour", 1),
    "daylow": ("day", 1),
    "lowk": ("year", 1000),
    "low": ("year", 1),
}
LONE_FORM = re.compile(r"\{low:,\}(?!.*\{high)")


@dataclass(slots=True)
class Offer:
    """The pay of one posting: a range in `unit` of the currency for a period, written in `form`."""

    form: str
    period: str
    unit: int
    per_usd: float
    low: int
    high: int

    @property
    def usd(self) -> float:
        """The middle of the range in USD a year, as the importer computes it."""
        middle = sqrt(float(self.low * self.unit) * float(self.high * self.unit))
        return middle * pay.PERIODS_PER_YEAR[self.period] / self.per_usd

    @property
    def is_lone(self) -> bool:
        """Whether it is one amount in whole dollars a year: the offers that make the averages exact."""
        return LONE_FORM.search(self.form) is not None

    def text(self) -> str:
        """As the posting writes it."""
        ends = {"low": self.low, "high": self.high}
        names = {
            f"{prefix}{end}{suffix}": value
            for end, value in ends.items()
            for prefix, suffix in (("", ""), ("", "k"), ("month", ""), ("hour", ""), ("day", ""))
        }
        return self.form.format(**names)


def make(usd: float, form: str, per_usd: float, draws: Draws) -> Offer:
    """An offer around so many USD a year; its ends are rounded to three digits, as people write them."""
    name = next(name for name in FIELDS if f"{{{name}" in form)
    period, unit = FIELDS[name]
    middle = usd * per_usd / pay.PERIODS_PER_YEAR[period] / unit
    spread = draws.between(0.88, 0.96)
    offer = Offer(form, period, unit, per_usd, _rounded(middle * spread), _rounded(middle / spread))
    if offer.is_lone:
        offer.low = offer.high = round(middle)
    return offer


def quoted(text: str, year: int) -> Offer:
    """An offer as a quoted listing writes it; without a period it is by the year."""
    read = pay.parse_pay(text)
    assert read is not None and read.minimum is not None and read.maximum is not None
    return Offer(text, "year", 1, per_usd(read.currency, year), int(read.minimum), int(read.maximum))


def settle(offers: Sequence[Offer], average: float) -> None:
    """Move the lone offers so that the mean of all is the average, to the cent."""
    lone = [offer for offer in offers if offer.is_lone]
    missing = average * len(offers) - sum(offer.usd for offer in offers)
    for number, offer in enumerate(lone):
        step = round(missing / (len(lone) - number))
        offer.low = offer.high = offer.low + step
        missing -= step


def per_usd(currency: str, year: int) -> float:
    """Units of a currency for one US dollar, as the importer converts."""
    return 1.0 if currency == "USD" else _rates()[currency, year]


def middle(words: Mapping[str, Any], title: str, country: str, level: str) -> float:
    """USD a year before the averages are settled."""
    factor: float = words["countries"][country]["pay"] * words["levels"][level]["pay"]
    return factor * float(words["pay"][title])


def _rates() -> dict[tuple[str, int], float]:
    return {(rate.currency, rate.year): rate.per_usd for rate in rates.shipped()}


def _rounded(amount: float) -> int:
    grain = 1
    while amount / grain >= 1000:
        grain *= 10
    return max(round(amount / grain) * grain, 1)
