"""Reading what sources write as text. Pure: no Django, no database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,9}(?:\.\d{1,2})?)\s?([Kk]?)"
SALARY = re.compile(rf"\s*([A-Z]{{3}})\s*{NUMBER}(?:\s*[-–—]\s*(?:\1\s*)?{NUMBER})?\s*")


@dataclass(frozen=True, slots=True)
class Salary:
    """Pay as posted: `minimum` <= `maximum` in whole `currency` units (ISO 4217 letters), unconverted."""

    minimum: Decimal
    maximum: Decimal
    currency: str


def parse_salary(text: str) -> Salary:
    """The range in a text such as `USD 100K - 180K` or `EUR 70,000`; ValueError says what is unreadable."""
    found = SALARY.fullmatch(text)
    if found is None:
        raise ValueError(
            f"salary {text!r} is not a currency with one amount or a range, such as 'USD 100K - 180K'"
        )
    currency, low, low_suffix, high, high_suffix = found.groups()
    # In "100 - 180K" the suffix stands once for both ends.
    minimum = _amount(low, low_suffix or (high_suffix or ""))
    maximum = minimum if high is None else _amount(high, high_suffix)
    if minimum > maximum:
        raise ValueError(f"salary {text!r} has its lower end above its upper end")
    return Salary(minimum=minimum, maximum=maximum, currency=currency)


def _amount(digits: str, suffix: str) -> Decimal:
    return Decimal(digits.replace(",", "")) * (1000 if suffix else 1)
